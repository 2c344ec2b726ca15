import pytest

from core.client_addresses import client_address, household_of, networks_in

TRUSTED = networks_in("10.0.0.0/8, 2001:db8::/32,192.0.2.7")


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.1.1.1", "198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", "198.51.100.1, 198.51.100.2", "198.51.100.2"),
        ("10.1.1.1", "198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.1.1.1", "10.2.2.2, 10.9.9.9", "10.2.2.2"),
        ("10.1.1.1", "198.51.100.1, nonsense", "10.1.1.1"),
        ("10.1.1.1", "", "10.1.1.1"),
        ("192.0.2.7", "2001:db8::5, 192.0.2.7", "2001:db8::5"),
        ("::ffff:10.1.1.1", "198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_only_what_trusted_proxies_say_is_believed(peer, forwarded, address):
    assert client_address(peer, forwarded, TRUSTED) == address


def test_nobody_is_trusted_unless_named():
    assert client_address("10.1.1.1", "198.51.100.1", networks_in("")) == "10.1.1.1"


def test_what_is_no_network_is_no_setting():
    with pytest.raises(ValueError, match="proxy"):
        networks_in("10.0.0.0/8, proxy")


@pytest.mark.parametrize(
    ("address", "household"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("unix", "unix"),
    ],
)
def test_one_line_is_one_household(address, household):
    assert household_of(address) == household

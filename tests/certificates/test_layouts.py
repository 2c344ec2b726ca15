import pytest

from certificates.layouts import LAYOUT_NAMES, Layout, lookup_url

TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWX27"


@pytest.mark.parametrize(
    ("public_url", "address"),
    [
        ("http://localhost:8000", f"HTTP://LOCALHOST:8000/V/{TOKEN}"),
        ("https://zf.example.cn/", f"HTTPS://ZF.EXAMPLE.CN/V/{TOKEN}"),
        ("http://192.0.2.7:8000", f"HTTP://192.0.2.7:8000/V/{TOKEN}"),
        ("https://example.cn/zhifa", f"https://example.cn/zhifa/V/{TOKEN}"),
    ],
)
def test_the_address_is_in_capitals_where_nothing_is_lost(public_url, address):
    assert lookup_url(public_url, TOKEN) == address


def test_every_layout_has_a_name():
    assert set(LAYOUT_NAMES) == set(Layout)

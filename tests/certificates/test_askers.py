from certificates.askers import FREE_ANSWERS, from_address, with_key, with_pass, wrong_from


def test_askers_are_digests_that_do_not_meet():
    askers = [
        from_address("203.0.113.9"),
        from_address("203.0.113.10"),
        wrong_from("203.0.113.9"),
        with_pass("203.0.113.9"),
        with_key("203.0.113.9", 500),
    ]
    assert len({one.digest for one in askers}) == len(askers)
    assert all(len(one.digest) == 64 for one in askers)


def test_twenty_are_free_and_a_portal_has_its_own_limit():
    assert from_address("203.0.113.9").limit == FREE_ANSWERS == 20
    assert with_key("k", 500).limit == 500


def test_a_line_of_the_new_kind_is_one_asker():
    assert from_address("2001:db8::1") == from_address("2001:db8::2")
    assert from_address("2001:db8::1") != from_address("2001:db8:0:1::1")

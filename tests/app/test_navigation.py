"""What leads where from the head and the foot of every page."""

import pytest

from people.permissions import Role


def links_at_the_foot(browser) -> list[str]:
    return [anchor["href"] for anchor in browser.open("/").select("footer nav a")]


def test_the_city_administrator_finds_doubts_keys_jobs_and_audit_at_the_foot(signed_in):
    assert links_at_the_foot(signed_in(Role.ADMINISTRATOR)) == [
        "/doubts/",
        "/portals/",
        "/jobs",
        "/audit",
    ]


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.UNIT_ADMINISTRATOR, Role.HR])
def test_nobody_else_is_led_there(signed_in, role):
    assert links_at_the_foot(signed_in(role)) == []


def test_the_public_is_not_led_there(browser):
    assert links_at_the_foot(browser) == []


@pytest.mark.parametrize("role", list(Role))
def test_everybody_finds_the_public_log_at_the_foot(signed_in, role):
    footer = signed_in(role).open("/").find("footer")
    assert footer.find("a", string="公开日志")["href"] == "/log/"


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.UNIT_ADMINISTRATOR, Role.ADMINISTRATOR, Role.HR])
def test_whoever_is_signed_in_finds_the_way_to_the_password(signed_in, role):
    browser = signed_in(role)
    browser.open("/")
    assert browser.link("修改密码") == "/password"

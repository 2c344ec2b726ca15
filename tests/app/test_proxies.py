"""The address that asks is the connection's, unless the settings name a proxy to trust."""

import pytest

from app.factory import create_app
from app.settings import Settings
from certificates.askers import FREE_ANSWERS
from tests.forms_browser import FormsBrowser


@pytest.fixture
def behind(settings) -> FormsBrowser:
    trusting = Settings(
        DATABASE_URL=settings.database_url,
        CHIZHENG_SECRET=settings.secret,
        CHIZHENG_VAR=settings.var,
        TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8",
    )
    return FormsBrowser(create_app(trusting))


def ask(browser, address, said) -> int:
    answer = browser.client.get(
        "/lookup?q=123", headers={"X-Forwarded-For": said}, environ_base={"REMOTE_ADDR": address}
    )
    return answer.status_code


def use_up(browser, address, said):
    for _each in range(FREE_ANSWERS):
        assert ask(browser, address, said) == 200
    assert ask(browser, address, said) == 429


def test_behind_a_trusted_proxy_each_person_is_counted_alone(behind):
    use_up(behind, "127.0.0.1", "198.51.100.1")
    assert ask(behind, "127.0.0.1", "198.51.100.2") == 200
    assert ask(behind, "127.0.0.1", "203.0.113.7, 198.51.100.1") == 429
    assert ask(behind, "10.2.2.2", "198.51.100.1, 10.3.3.3") == 429


def test_nobody_else_says_who_they_are(behind, app, browser):
    use_up(behind, "198.51.100.9", "203.0.113.1")
    assert ask(behind, "198.51.100.9", "203.0.113.2") == 429
    use_up(browser, "127.0.0.1", "203.0.113.1")
    assert ask(browser, "127.0.0.1", "203.0.113.2") == 429

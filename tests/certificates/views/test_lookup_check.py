"""After twenty answers an hour from one address comes a check; the code of a card never meets it."""

import re
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app.factory import create_app
from certificates.askers import FREE_ANSWERS, WRONG_ANSWERS
from certificates.jobs.counts import forget_counts
from core import clock
from core.db import reading, transaction
from core.models import LookupCount, SpentCheck
from tests.factories import make_city, make_credential, make_officer
from tests.forms_browser import FormsBrowser

NUMBER = "99100100001"


@pytest.fixture
def credential(database):
    with transaction() as session:
        officer = make_officer(session, make_city(session).county, name="张三")
        return make_credential(session, officer, cert_no=NUMBER)


def from_address(app, address):
    """Open a browser whose requests come from an address."""
    browser = FormsBrowser(app)
    browser.client.environ_base["REMOTE_ADDR"] = address
    return browser


def use_up(browser):
    for number in range(FREE_ANSWERS):
        browser.open(f"/lookup?q=99{number}")
        assert "未查询到" in browser.text()


SOLVED = {
    "大厅": lambda first, more, fewer: first + more - fewer,
    "箱子": lambda each, count: each * count,
    "苹果": lambda apples, people: apples // people,
    "星期": lambda weeks, days: 7 * weeks + days,
    "最大": max,
    "小李": lambda younger, more: younger + more,
}


def answer_to(browser):
    """Work the question on the page out as a person would who hears it read aloud."""
    text = browser.page.find(id="question").get_text()
    numbers = [int(one) for one in re.findall("[0-9]+", text)]
    (solve,) = [solve for word, solve in SOLVED.items() if word in text]
    return solve(*numbers)


def test_twenty_answers_are_free_and_the_next_one_asks(app, credential):
    browser = from_address(app, "203.0.113.9")
    use_up(browser)
    browser.open(f"/lookup?q={NUMBER}", status=429)
    assert "请先回答一个问题" in browser.text()
    assert "张三" not in browser.text()
    other = from_address(app, "203.0.113.10")
    other.open(f"/lookup?q={NUMBER}")
    assert "张三" in other.text()


def test_who_answers_goes_on_to_what_was_asked(app, credential):
    browser = from_address(app, "203.0.113.9")
    use_up(browser)
    browser.open(f"/lookup?q={NUMBER}", status=429)
    browser.submit({"answer": f" {answer_to(browser)} "})
    assert "张三" in browser.text()
    for _each in range(FREE_ANSWERS - 1):
        browser.open(f"/lookup?q={NUMBER}")
    browser.open(f"/lookup?q={NUMBER}", status=429)


def test_a_wrong_answer_keeps_what_was_asked_and_asks_another_question(app, credential):
    browser = from_address(app, "203.0.113.9")
    use_up(browser)
    browser.open("/lookup?q=张三&unit=海东区", status=429)
    word = browser.page.find(id="asked-word")["value"]
    browser.submit({"answer": "9999"}, status=429)
    assert "没有答对" in browser.text()
    assert browser.page.find(id="asked-q")["value"] == "张三"
    assert browser.page.find(id="asked-unit")["value"] == "海东区"
    assert browser.page.find(id="asked-word")["value"] != word
    assert browser.page.find(id="answer")["value"] == ""


def test_a_question_is_taken_once_rightly_or_wrongly(app, credential):
    browser = from_address(app, "203.0.113.9")
    use_up(browser)
    browser.open(f"/lookup?q={NUMBER}", status=429)
    word, right = browser.page.find(id="asked-word")["value"], answer_to(browser)
    browser.submit({"answer": "9999"}, status=429)
    browser.submit({"answer": str(right), "word": word}, status=429)
    with reading() as session:
        assert len(session.scalars(select(SpentCheck)).all()) == 1
    browser.submit({"answer": "7", "word": "made up"}, status=429)
    browser.submit({"answer": "7", "word": ""}, status=429)


def test_nobody_finds_an_answer_by_trying(app, credential):
    browser = from_address(app, "203.0.113.9")
    use_up(browser)
    browser.open(f"/lookup?q={NUMBER}", status=429)
    for _each in range(WRONG_ANSWERS):
        browser.submit({"answer": "9999"}, status=429)
    browser.submit({"answer": str(answer_to(browser))}, status=429)
    assert "答错的次数太多" in browser.text()


def test_a_pass_is_of_the_browser_and_not_of_the_address(app, credential):
    browser = from_address(app, "203.0.113.9")
    use_up(browser)
    browser.open(f"/lookup?q={NUMBER}", status=429)
    browser.submit({"answer": str(answer_to(browser))})
    assert "张三" in browser.text()
    from_address(app, "203.0.113.9").open(f"/lookup?q={NUMBER}", status=429)
    browser.client.environ_base["REMOTE_ADDR"] = "198.51.100.77"
    browser.open(f"/lookup?q={NUMBER}")


def test_the_code_of_a_card_is_never_counted_and_never_checked(app, credential):
    browser = from_address(app, "203.0.113.9")
    use_up(browser)
    browser.open(f"/lookup?q={NUMBER}", status=429)
    for _each in range(FREE_ANSWERS + 5):
        browser.open(f"/v/{credential.lookup_token}")
        assert "有效" in browser.text()
    browser.open(f"/v/{'A' * 26}")
    assert "未查询到" in browser.text()


def test_after_an_hour_twenty_are_free_again(app, credential):
    browser = from_address(app, "203.0.113.9")
    use_up(browser)
    browser.open(f"/lookup?q={NUMBER}", status=429)
    with time_machine.travel(clock.now() + timedelta(minutes=59)):
        browser.open(f"/lookup?q={NUMBER}", status=429)
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        browser.open(f"/lookup?q={NUMBER}")


def test_several_processes_count_together(app, settings, credential):
    """Two applications over one database stand for two processes: nothing is counted in either."""
    browsers = [from_address(one, "203.0.113.9") for one in (app, create_app(settings))]
    for number in range(FREE_ANSWERS):
        browsers[number % 2].open(f"/lookup?q=99{number}")
    for browser in browsers:
        browser.open(f"/lookup?q={NUMBER}", status=429)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("path", "tries"), [("/lookup?q=", 1_000), ("/api/v1/credentials?number=", 10_000)])
def test_an_enumeration_gets_twenty_answers_whichever_way_it_goes(app, credential, path, tries):
    client = from_address(app, "203.0.113.9").client
    statuses = Counter(client.get(f"{path}991001{serial:05d}").status_code for serial in range(tries))
    assert statuses == {200: FREE_ANSWERS, 429: tries - FREE_ANSWERS}


def test_page_and_interface_are_counted_together(app, credential):
    browser = from_address(app, "203.0.113.9")
    for number in range(FREE_ANSWERS // 2):
        browser.open(f"/lookup?q=99{number}")
        browser.fetch(f"/api/v1/credentials?number=99{number}")
    browser.open(f"/lookup?q={NUMBER}", status=429)
    browser.fetch(f"/api/v1/credentials?number={NUMBER}", status=429)


def test_counts_hold_no_address_and_are_forgotten(app, credential, monkeypatch):
    browser = from_address(app, "203.0.113.9")
    use_up(browser)
    browser.open(f"/lookup?q={NUMBER}", status=429)
    browser.submit({"answer": "9999"}, status=429)
    with reading() as session:
        counts = session.scalars(select(LookupCount)).all()
    assert {one.answers for one in counts} == {FREE_ANSWERS + 1, 1}
    assert all(re.fullmatch("[0-9a-f]{64}", one.asker) for one in counts)
    monkeypatch.setattr("certificates.jobs.counts._looks.last", None)
    forget_counts()
    with reading() as session:
        assert len(session.scalars(select(LookupCount)).all()) == 2
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        forget_counts()
    with reading() as session:
        assert session.scalars(select(LookupCount)).all() == []
        assert session.scalars(select(SpentCheck)).all() == []

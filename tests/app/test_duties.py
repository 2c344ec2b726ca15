"""What a unit finds open on its home page, what the city finds of all units, and a card for what is overdue."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.duties import duties_within
from certificates.queries.uncertified import unregistered_counts
from core import clock
from core.db import reading, transaction
from exam.duties import DutyKind
from exam.models.duties import SupervisionCard
from exam.models.planning import Sitting
from exam.operations.closing import close_sitting
from exam.states import SittingState
from people.permissions import Role
from people.posts import EmploymentType, PostState
from people.scope import CITY, Scope
from tests.factories import (
    ACTOR,
    make_answered,
    make_candidate,
    make_city,
    make_credential,
    make_officer,
    make_sitting,
)
from tests.forms_browser import FormsBrowser

DAY = timedelta(days=1)


@pytest.fixture
def overdue(database):
    """A sitting closed three weeks ago, with one absentee in each of two units."""
    opens_at = clock.now() - 21 * DAY
    with clock.at(opens_at), transaction() as session:
        city = make_city(session)
        sitting = make_sitting(session, title="春季考试")
        for unit in (city.county, city.department):
            make_candidate(session, sitting, make_officer(session, unit))
    with clock.at(opens_at + timedelta(hours=9)), transaction() as session:
        close_sitting(session, session.get_one(Sitting, sitting.id), ACTOR)
    return city


def rows(browser: FormsBrowser) -> list[str]:
    return [row.get_text(" ", strip=True) for row in browser.page.select("table.list tbody tr")]


def test_a_unit_finds_its_own_duties_on_its_home_page(overdue, signed_in):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open("/home")
    assert browser.response.request.path == "/"
    assert "海东区待办事项" in browser.text()
    (row,) = rows(browser)
    assert "逾期" in row
    assert "还有 1 人没有答复" in row
    browser.open(browser.link("逐人说明“春季考试”未完成的原因"))
    box = browser.page.select_one("input[name=person]")["value"]
    browser.submit({"person": [box], "reason": "illness"}, action="?answered=no")
    browser.open("/")
    assert "没有待办事项" in browser.text()


def test_nobody_else_finds_duties_on_the_front_page(overdue, signed_in):
    for role in set(Role) - {Role.UNIT_ADMINISTRATOR}:
        browser = signed_in(role)
        browser.open("/")
        assert "待办事项" not in browser.text()


def test_the_city_sees_all_units_and_narrows_by_unit_and_by_date(overdue, signed_in):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/duties/")
    assert len(rows(browser)) == 2
    browser.submit({"organisation": str(overdue.county.id), "overdue": "yes"})
    assert len(rows(browser)) == 1
    assert "海东区" in rows(browser)[0]
    browser.open("/duties/?kind=train")
    assert "没有符合条件的待办事项" in browser.text()


def test_a_unit_asks_for_another_units_duties_in_vain(overdue, signed_in):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open(f"/duties/?organisation={overdue.department.id}", status=404)
    browser.open("/duties/")
    assert len(rows(browser)) == 1


def test_whoever_has_no_credential_is_to_be_registered_before_the_sitting_opens(session):
    city = make_city(session)
    coming = make_sitting(
        session, state=SittingState.DRAFT, opens_at=clock.now() + 9 * DAY, closes_at=clock.now() + 10 * DAY
    )
    before = make_sitting(session)
    for _missing in range(2):
        make_officer(session, city.county)
    make_officer(session, city.county, post=PostState.RETIRED)
    make_officer(session, city.county, employment=EmploymentType.CONTRACT)
    make_credential(session, make_officer(session, city.county))
    expired = make_officer(session, city.county)
    make_credential(session, expired, valid_from=clock.today() - 2000 * DAY)
    make_candidate(session, coming, make_officer(session, city.county))
    make_answered(session, make_candidate(session, before, make_officer(session, city.department)))
    with clock.at(clock.now() + 9 * timedelta(hours=1)):
        close_sitting(session, before, ACTOR)
    counts = unregistered_counts(session, CITY, [coming.id], clock.today())
    assert counts == {(coming.id, city.county.id): 3}
    assert unregistered_counts(session, Scope(city.department.id), [coming.id], clock.today()) == {}
    (duty,) = [one for one in duties_within(session, CITY, clock.now()) if one.kind is DutyKind.REGISTER]
    assert (duty.count, duty.due_at) == (3, coming.opens_at)


def supervised(browser: FormsBrowser) -> None:
    browser.open("/duties/?overdue=yes")
    browser.open(browser.link("发出督办卡"))


def test_an_overdue_duty_becomes_a_card_that_the_unit_answers_and_the_city_closes(overdue, signed_in):
    city, unit = signed_in(Role.ADMINISTRATOR), signed_in(Role.UNIT_ADMINISTRATOR)
    supervised(city)
    assert "逐人说明“春季考试”未完成的原因" in city.page.select_one("textarea[name=matter]").get_text()
    city.submit({"owner_name": "", "owner_post": "副区长", "requirement": "三日内答复"})
    assert "请填写责任人姓名" in city.text()
    assert city.page.select_one("textarea[name=requirement]").get_text().strip() == "三日内答复"
    city.submit({"owner_name": "王芳", "owner_post": "副区长"})
    assert "已向海东区发出督办卡" in city.text()
    city.open("/duties/")
    assert "1号" in city.text()
    unit.open("/")
    assert len(rows(unit)) == 2
    unit.open(unit.link("督办卡"))
    unit.submit({"text": ""}, action="/answer")
    assert "请填写这一栏" in unit.text()
    unit.submit({"text": "已逐人答复"}, action="/answer")
    assert "已答复，待办结" in unit.text()
    with reading() as session:
        card = session.scalars(select(SupervisionCard)).one()
    city.open(f"/supervision-cards/{card.id}")
    token = city.page.select_one("main input[name=csrf_token]")["value"]
    back = {"csrf_token": token, "text": "没有写明人数", "due_on": ""}
    city._arrive(city.client.post(f"/supervision-cards/{card.id}/send-back", data=back, follow_redirects=True), 200)
    assert "退回时请填写新的办结期限" in city.text()
    assert city.page.select_one("textarea[name=text]").get_text().strip() == "没有写明人数"
    back["due_on"] = "2099-01-02"
    city._arrive(city.client.post(f"/supervision-cards/{card.id}/send-back", data=back, follow_redirects=True), 200)
    assert "已退回，待重新答复" in city.text()
    unit.open(f"/supervision-cards/{card.id}")
    unit.submit({"text": "已逐人答复，共 1 人"}, action="/answer")
    city.open(f"/supervision-cards/{card.id}")
    city.submit({"text": "情况属实"}, action="/close")
    assert "已办结" in city.text()
    pdf = unit.fetch(f"/supervision-cards/{card.id}/card.pdf")
    assert pdf.data.startswith(b"%PDF")


def test_a_card_begins_in_chinese_in_whatever_language_its_page_is(overdue, signed_in):
    city = signed_in(Role.ADMINISTRATOR)
    supervised(city)
    path = f"{city.response.request.path}?{city.response.request.query_string.decode()}"
    written = [city.page.select_one(f"textarea[name={name}]").get_text() for name in ("matter", "requirement")]
    city.open("/language/en?next=/")
    city.open(path)
    assert city.page.html["lang"] == "en"
    assert [city.page.select_one(f"textarea[name={n}]").get_text() for n in ("matter", "requirement")] == written


def test_two_who_answer_a_card_at_once_do_not_lose_what_was_typed(overdue, signed_in):
    city = signed_in(Role.ADMINISTRATOR)
    first, second = signed_in(Role.UNIT_ADMINISTRATOR), signed_in(Role.UNIT_ADMINISTRATOR)
    supervised(city)
    city.submit({"owner_name": "王芳", "owner_post": "副区长"})
    path = city.response.request.path
    for browser in (first, second):
        browser.open(path)
    first.submit({"text": "先答"}, action="/answer")
    second.submit({"text": "后答，写了很多"}, action="/answer")
    assert "不能进行这项操作" in second.text()
    assert "后答，写了很多" in second.text()


def test_what_is_done_or_in_time_is_not_supervised(overdue, signed_in):
    city, unit = signed_in(Role.ADMINISTRATOR), signed_in(Role.UNIT_ADMINISTRATOR)
    supervised(city)
    address = city.response.request.path + "?" + city.response.request.query_string.decode()
    unit.open("/")
    unit.open(unit.link("逐人说明"))
    box = unit.page.select_one("input[name=person]")["value"]
    unit.submit({"person": [box], "reason": "illness"}, action="?answered=no")
    city.open(address, status=404)
    assert "已经办完" in city.text()
    city.open("/duties/supervise", status=404)

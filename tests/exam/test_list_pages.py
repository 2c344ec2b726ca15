"""Pages around a published list: correcting, objecting, answering, exempting, the working days."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import PurePath

import pytest
from sqlalchemy import func, select

from core import clock
from core.db import reading, transaction
from core.sheets import write_csv
from exam.list_states import EffectMode
from exam.models.planning import Candidate, Sitting
from exam.models.publishing import Objection
from exam.models.results import Result
from exam.operations.closing import close_sitting
from exam.states import MarkCause, Outcome
from people.models import Account, Officer
from people.permissions import Role
from tests.factories import (
    ACTOR,
    make_attempt,
    make_candidate,
    make_city,
    make_officer,
    make_sitting,
    publish_list,
)
from tests.forms_browser import FormsBrowser, file_field

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
FILLED = {"name": "李群众", "contact": "0335-7654321", "text": "他没有参加培训。"}


@pytest.fixture(autouse=True)
def spring():
    with clock.at(NOW):
        yield


@pytest.fixture
def made(database):
    """A list in its notice period: two people of the county."""
    with transaction() as session:
        city, sitting = make_city(session), make_sitting(session, title="春季考试")
        for number, name in enumerate(("甲某", "乙某")):
            officer = make_officer(session, city.county, name=name)
            make_attempt(session, make_candidate(session, sitting, officer, candidate_no=f"2601{number}"), 80)
        with clock.at(NOW + timedelta(hours=9)):
            close_sitting(session, sitting, ACTOR)
        return publish_list(session, sitting, mode=EffectMode.NOTICE)


def rows(browser):
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
        for row in browser.page.select("tbody tr")
    ]


def objections(session):
    return session.scalar(select(func.count()).select_from(Objection))


def handed_in(browser, made, serial=1):
    """Object on the page and return the receipt's two parts."""
    browser.open(f"/pass-lists/{made.id}/objections/{serial}")
    browser.submit(FILLED)
    return [node.get_text(strip=True) for node in browser.page.select("dd.mono")]


def test_anybody_objects_on_the_lists_page_and_follows_it_with_the_receipt(browser, made):
    browser.open(f"/pass-lists/{made.id}")
    assert "公示至 2026年3月9日" in browser.text()
    browser.open(browser.page.select_one("a[href$='/objections/2']")["href"])
    assert "乙某" in browser.text()
    browser.submit({**FILLED, "contact": ""})
    assert "请填写联系方式" in browser.text()
    assert browser.page.select_one("input[name=name]")["value"] == "李群众"
    browser.submit({"contact": "0335-7654321"})
    number, code = (node.get_text(strip=True) for node in browser.page.select("dd.mono"))
    browser.open("/objections/receipt")
    assert code not in browser.text()
    browser.submit({"number": number, "code": "AAAAA-AAAAA"})
    assert "两项都要与回执一致" in browser.text()
    browser.submit({"number": number, "code": code.lower()})
    assert "正在核查" in browser.text()
    assert "2026年3月23日" in browser.text()
    assert "李群众" not in browser.text()


def test_what_fills_in_the_hidden_field_is_told_so_and_nothing_is_stored(browser, made):
    browser.open(f"/pass-lists/{made.id}/objections/1")
    browser.submit({**FILLED, "website": "http://spam.example/"})
    assert "异议已收到" in browser.text()
    with reading() as session:
        assert objections(session) == 0


def test_the_same_person_is_not_objected_to_twice_from_one_address(browser, made):
    handed_in(browser, made)
    browser.open(f"/pass-lists/{made.id}/objections/1")
    assert "请勿重复提交" in browser.text()
    assert browser.page.select("main form") == []


def test_there_is_no_form_after_the_period(browser, made):
    with clock.at(NOW + timedelta(days=9)):
        browser.open(f"/pass-lists/{made.id}")
        assert browser.page.select("a[href*='/objections/1']") == []
        assert "自 2026年3月10日 起生效" in browser.text()
        browser.open(f"/pass-lists/{made.id}/objections/1")
        assert "公示期已经结束" in browser.text()


def test_the_office_answers_and_goes_on_to_the_correction(signed_in, browser, made):
    office = signed_in(Role.ADMINISTRATOR)
    office.open("/objections/")
    assert "没有收到异议" in office.text()
    number, code = handed_in(browser, made, 2)
    office.open("/pass-lists/")
    assert "1 件待答复" in office.text()
    office.open("/objections/?text=nobody")
    assert "没有符合条件的异议" in office.text()
    office.open("/objections/")
    office.open(office.link(number))
    assert "李群众" in office.text()
    office.submit({"finding": "upheld", "answer": ""}, action="")
    assert "请写明核查的经过和理由" in office.text()
    office.submit({"finding": "upheld", "answer": "确未参加培训"}, action="")
    assert "请起草更正" in office.text()
    assert [row[:3] for row in rows(office)] == [["撤下", "2", "乙某"]]
    browser.open("/objections/receipt")
    browser.submit({"number": number, "code": code})
    assert "确未参加培训" in browser.text()
    office.submit({"reason": "异议成立"}, action=f"/publish/{made.sitting_id}")
    assert "更正" in office.text()
    second = signed_in(Role.ADMINISTRATOR)
    second.open(office.response.request.path)
    second.submit(action="/approve")
    second.submit(action="/publish")
    path = second.response.request.path
    browser.open(path)
    assert "第 1 次更正" in browser.text()
    assert "2026年3月2日经第 1 次更正撤下" in browser.text()
    assert "乙某" not in browser.text()
    browser.open(f"/pass-lists/{made.id}")
    assert "这一版已被更正，仅供查阅。" in browser.text()
    assert browser.link("查看现行名单") == path


def test_whoever_had_a_hand_in_the_list_is_told_why_not_to_answer(app, browser, made):
    number, _code = handed_in(browser, made)
    with transaction() as session:
        drafter = session.get_one(Account, made.drafted_by)
    own = FormsBrowser(app)
    own.sign_in(drafter)
    own.open("/objections/")
    own.open(own.link(number))
    assert "须由没有经手的另一名管理员答复" in own.text()
    assert own.page.select("main form") == []


def test_a_result_that_changes_is_told_on_the_lists_page_and_corrected(signed_in, browser, made):
    with transaction() as session:
        query = select(Candidate).join(Officer, Officer.id == Candidate.officer_id).where(Officer.name == "甲某")
        one = session.scalars(query).one()
        fields = {"candidate_id": one.id, "sitting_id": one.sitting_id, "organisation_id": one.organisation_id}
        fields |= {"number": 2, "cause": MarkCause.KEY_CORRECTION, "settled_at": NOW + timedelta(hours=10)}
        session.add(Result(**fields, outcome=Outcome.FAILED, score=2))
    office = signed_in(Role.ADMINISTRATOR)
    office.open(f"/pass-lists/{made.id}")
    assert "应增补 0 人，应更正 0 人，应撤下 1 人" in office.text()
    office.open(office.link("起草更正"))
    assert [row[:3] for row in rows(office)] == [["撤下", "1", "甲某"]]
    browser.open(f"/pass-lists/{made.id}")
    assert "应撤下" not in browser.text()


def test_an_officer_is_exempted_by_two_and_the_public_reads_how_many(app, signed_in, browser, made):
    first, second = signed_in(Role.ADMINISTRATOR), signed_in(Role.ADMINISTRATOR)
    first.open("/exemptions/")
    assert "没有不公开姓名的人员" in first.text()
    first.open(first.link("提出一项"))
    assert "请先按姓名查找" in first.text()
    first.submit({"text": "甲"})
    first.open(first.page.select_one("tbody a")["href"])
    first.submit({"reason": ""})
    assert "请写明原因和依据" in first.text()
    first.submit({"reason": "某批件"})
    assert "须由另一名管理员决定。" in first.text()
    assert first.page.select("form[action$='/approve']") == []
    path = first.response.request.path
    second.open(path)
    second.submit(action="/approve")
    assert "已批准，今后起草的名单不公开该人员的姓名。" in second.text()
    with transaction() as session:
        again = publish_list(session, session.get_one(Sitting, made.sitting_id), reason="依法不公开")
    browser.open(f"/pass-lists/{again.id}")
    assert "依法不公开姓名" in browser.text()
    assert "甲某" not in browser.text()
    assert "名单中有 1 行依法不公开姓名和准考证号" in browser.text()
    second.open(path)
    second.submit({"remark": "已调离"}, action="/end")
    assert "已终止" in second.text()


def test_a_year_of_working_days_is_brought_in_by_sheet(signed_in, database):
    office = signed_in(Role.ADMINISTRATOR)
    office.open("/working-days/")
    assert "2027 年的工作日安排尚未录入" in office.text()
    assert "国办发明电〔2025〕7号" in office.text()
    office.open(office.link("导入工作日安排"))
    data = write_csv(
        ("日期", "安排", "名称", "依据文件"), [("2027-01-01", "放假", "元旦", "国办发明电〔2026〕9号")]
    )
    office.submit({"file": file_field(PurePath("2027.csv"), data)}, action="")
    office.submit(action=None)
    assert "已录入 1 天，更正 0 天。" in office.text()
    office.open("/working-days/?year=2027")
    assert "国办发明电〔2026〕9号" in office.text()
    assert "2027 年的工作日安排尚未录入" not in office.text()


def test_a_date_that_rests_on_a_missing_year_says_so(browser, database):
    winter = datetime(2026, 12, 28, 1, tzinfo=UTC)
    with transaction() as session, clock.at(winter):
        city, sitting = make_city(session), make_sitting(session)
        make_attempt(session, make_candidate(session, sitting, make_officer(session, city.county)), 80)
        with clock.at(winter + timedelta(hours=9)):
            close_sitting(session, sitting, ACTOR)
        late = publish_list(session, sitting, mode=EffectMode.NOTICE)
    browser.open(f"/pass-lists/{late.id}")
    assert "按周一至周五推算" in browser.text()


def test_lists_are_searched_by_title(browser, made):
    browser.open("/pass-lists/?text=春季")
    assert len(rows(browser)) == 1
    browser.submit({"text": "冬季"})
    assert "没有符合条件的名单" in browser.text()


def test_public_pages_of_objections_are_kept_out_of_search_engines(browser, made):
    for path in (f"/pass-lists/{made.id}/objections/1", "/objections/receipt"):
        assert browser.open(path).select_one("meta[name=robots]")["content"] == "noindex"
    assert not re.search(r"<meta name=\"robots\"", browser.fetch(f"/pass-lists/{made.id}").get_data(as_text=True))

"""The pages around marks: corrected keys, score checks, make-ups, mock exams and half points."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from core import clock
from core.audit import Actor
from core.db import reading, transaction
from exam.models.planning import Candidate, ExamBlueprint, Sitting
from exam.models.results import KeyCorrection, Mark, ScoreCheck
from exam.operations.closing import close_sitting
from exam.states import CheckFinding, CorrectionState, SittingKind, SittingState
from people.permissions import Role
from tests.factories import (
    ACTOR,
    make_account,
    make_answered,
    make_candidate,
    make_city,
    make_officer,
    make_sitting,
    publish_list,
)
from tests.forms_browser import FormsBrowser

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
AFTER = NOW + timedelta(hours=9)
NEXT_DAY = AFTER + timedelta(days=1)


@pytest.fixture(autouse=True)
def day():
    with clock.at(NEXT_DAY):
        yield


@pytest.fixture
def closed(database):
    """A closed sitting of one paper's items: somebody failed by one single-choice item; its published list."""
    with transaction() as session:
        city, closer = make_city(session), make_account(session, Role.ADMINISTRATOR)
        actor = Actor(closer.id, closer.display_name)
        with clock.at(NOW):
            sitting = make_sitting(session)
            taken = {"true_false": 1, "single": 2, "multiple": 1}
            bank = []
            for row in sitting.bank:
                if taken[row[1]]:
                    taken[row[1]] -= 1
                    bank.append(row)
            sitting.bank = bank
            session.flush()
            officer = make_officer(session, city.county, name="差一分")
            failed = make_candidate(session, sitting, officer)
            passed = make_candidate(session, sitting, make_officer(session, city.county, name="全对的"))
            singles = [UUID(row[0]) for row in bank if row[1] == "single"]
            make_answered(session, failed, frozenset({*singles, UUID(bank[0][0])}))
            make_answered(session, passed)
        with clock.at(AFTER):
            close_sitting(session, sitting, actor)
        with clock.at(AFTER + timedelta(hours=1)):
            publish_list(session, sitting)
        own = make_account(session, Role.CANDIDATE, city.county, officer=officer)
    return sitting, failed, singles[0], closer, own


def as_account(app, account):
    browser = FormsBrowser(app)
    browser.sign_in(account)
    return browser


def test_a_key_is_corrected_from_the_list_to_the_candidates_page(app, signed_in, closed):
    sitting, failed, item, _closer, own = closed
    first, second = signed_in(Role.ADMINISTRATOR), signed_in(Role.ADMINISTRATOR)
    first.open(f"/sittings/{sitting.id}")
    first.open(first.link("试题情况"))
    assert "50.0%" in first.text()
    first.open(f"/sittings/{sitting.id}/items/{item}")
    first.submit({"reason": "法条已修改"}, action="#effect")
    assert "请至少选择一个认可的答案" in first.text()
    first.submit({"accepted": ["A", "C"], "everybody": "y"}, action="#effect")
    assert "不要同时选" in first.text()
    assert "法条已修改" in str(first.page.find("textarea"))
    first.submit({"accepted": ["A", "C"], "everybody": []}, action="#effect")
    assert first.page.select_one("[data-figure=to_passed]").get_text(strip=True) == "1"
    assert "差一分" in first.text()
    with reading() as session:
        assert session.scalars(select(KeyCorrection)).all() == []
    first.submit(action=f"/items/{item}")
    assert "须由另一名管理员批准" in first.text()
    assert "更正须由提出人以外的另一名管理员批准" in first.text()
    second.open(first.response.request.path)
    assert second.page.select_one("[data-figure=to_passed]").get_text(strip=True) == "1"
    second.submit(action="approve")
    assert "按新的答案重新计算了 2 份答卷的成绩" in second.text()
    second.open(f"/sittings/{sitting.id}")
    assert "有 1 人的成绩或结果被更正" in second.text()
    assert "名单须另行更正" in second.text()
    candidate = as_account(app, own)
    with reading() as session:
        mark = session.scalars(select(Mark).where(Mark.number == 2, Mark.score == 3)).one()
    candidate.open(f"/attempts/{mark.attempt_id}/outcome")
    assert "法条已修改" in candidate.text()
    assert str(failed.id) in candidate.text()


def test_whoever_proposed_cannot_approve_by_hand_either(signed_in, closed):
    sitting, _failed, item, _closer, _own = closed
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/sittings/{sitting.id}/items/{item}")
    browser.submit({"everybody": "y", "reason": "题目有歧义"}, action="#effect")
    browser.submit(action=f"/items/{item}")
    path = browser.response.request.path
    token = browser.page.find("input", attrs={"name": "csrf_token"})["value"]
    assert browser.client.post(f"{path}/approve", data={"csrf_token": token}).status_code == 409
    browser.open(f"/sittings/{sitting.id}/items/{item}")
    assert "已有一项更正在等待批准" in browser.text()


def test_a_second_person_turns_a_proposal_down_with_a_reason(signed_in, closed):
    sitting, _failed, item, _closer, _own = closed
    first, second = signed_in(Role.ADMINISTRATOR), signed_in(Role.ADMINISTRATOR)
    first.open(f"/sittings/{sitting.id}/items/{item}")
    first.submit({"everybody": "y", "reason": "题目有歧义"}, action="#effect")
    first.submit(action=f"/items/{item}")
    second.open(first.response.request.path)
    second.submit({"reason": " "}, action="reject")
    assert "请写明理由" in second.text()
    second.submit({"reason": "题目没有歧义"}, action="reject")
    assert "题目没有歧义" in second.text()
    with reading() as session:
        assert session.scalars(select(KeyCorrection)).one().state == CorrectionState.REJECTED


def test_items_are_narrowed_and_say_when_nothing_fits(signed_in, closed):
    sitting, _failed, _item, _closer, _own = closed
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/sittings/{sitting.id}/items?kind=single&order=code")
    assert len(browser.page.select("tbody tr")) == 2
    browser.open(f"/sittings/{sitting.id}/items?corrected=yes")
    assert "没有符合条件的试题" in browser.text()
    browser.open(f"/sittings/{sitting.id}/items/{sitting.id}", status=404)


def test_a_score_check_goes_from_the_candidate_to_somebody_else_and_back(app, closed, signed_in):
    sitting, _failed, _item, closer, own = closed
    candidate, office = as_account(app, own), as_account(app, closer)
    other = signed_in(Role.ADMINISTRATOR)
    other.open("/score-checks/")
    assert "还没有复核申请" in other.text()
    path = f"/sittings/{sitting.id}/score-check"
    candidate.open(path)
    candidate.submit({"request": " "}, action="")
    assert "请写明对哪些题目" in candidate.text()
    candidate.submit({"request": "第 2 题我选对了。"}, action="")
    assert "已提交成绩复核申请" in candidate.text()
    with reading() as session:
        check = session.scalars(select(ScoreCheck)).one()
    office.open(f"/score-checks/{check.id}")
    assert "本场考试由您结束" in office.text()
    assert office.page.select("textarea[name=answer]") == []
    other.open("/sittings/")
    assert "1 件待答复" in other.text()
    other.open("/score-checks/?answered=no")
    other.open(other.link("差一分"))
    assert "核算一致" in other.text()
    assert "第 2 题我选对了。" in other.text()
    other.submit({"finding": "corrected", "answer": "已更正。"}, action="")
    assert "申请提出后没有新的成绩" in other.text()
    assert "已更正。" in str(other.page.find("textarea"))
    other.submit({"finding": "upheld", "answer": "逐题核对无误。"}, action="")
    candidate.open(path)
    assert "逐题核对无误。" in candidate.text()
    with reading() as session:
        assert session.get_one(ScoreCheck, check.id).finding == CheckFinding.UPHELD
        attempt_id = session.scalars(select(Mark.attempt_id).where(Mark.score == 2)).one()
    candidate.open(f"/attempts/{attempt_id}/outcome")
    assert "逐题核对无误。" in candidate.text()


def test_a_request_for_another_persons_score_finds_nothing(signed_in, closed):
    signed_in(Role.CANDIDATE).open(f"/sittings/{closed[0].id}/score-check", status=404)


def test_a_request_that_comes_too_late_says_until_when_it_could_be_made(app, closed):
    sitting, _failed, _item, _closer, own = closed
    candidate = as_account(app, own)
    candidate.open(f"/sittings/{sitting.id}/score-check")
    with clock.at(AFTER + timedelta(days=4)):
        candidate.submit({"request": "想再查一次。"}, action="")
    assert "期限已于 2026-03-05 18:00 截止" in candidate.text()
    with reading() as session:
        assert session.scalars(select(ScoreCheck)).all() == []


def test_a_make_up_is_planned_with_its_first_sitting_and_takes_its_people_over(signed_in, closed):
    sitting, _failed, _item, _closer, _own = closed
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/sittings/new")
    when = {"opens_at": "2026-04-01T09:00", "closes_at": "2026-04-02T18:00", "course": ""}
    browser.submit({"title": "春季补考", "kind": "make_up", **when}, action="")
    assert "补考须选择是哪一场考试的补考" in browser.text()
    browser.submit({"first_sitting": str(sitting.id)}, action="")
    assert "已新建考试“春季补考”" in browser.text()
    assert sitting.title in browser.text()
    browser.submit(action="register-make-up")
    assert "已登记 1 名考生。" in browser.text()
    assert "差一分" in browser.text()
    assert browser.page.select("form[action$=register-make-up]") == []
    browser.open("/sittings/")
    assert "补考" in browser.text()


def test_a_candidate_joins_a_mock_exam_alone_and_goes_to_wait(app, closed):
    own = closed[4]
    with transaction() as session:
        mock = make_sitting(session, title="模拟一", kind=SittingKind.MOCK)
        make_sitting(session, title="没开的模拟", kind=SittingKind.MOCK, state=SittingState.DRAFT)
    browser = as_account(app, own)
    browser.open("/my")
    assert "模拟一" in browser.text()
    assert "没开的模拟" not in browser.text()
    browser.submit(action="/join")
    assert browser.response.request.path == f"/sittings/{mock.id}/waiting"
    with reading() as session:
        query = select(Candidate.officer_id).where(Candidate.sitting_id == mock.id)
        assert session.scalars(query).all() == [own.officer_id]
    token = browser.open("/my").find("input", attrs={"name": "csrf_token"})["value"]
    assert browser.page.select("form[action$=join]") == []
    for sitting_id in (mock.id, closed[0].id):
        answer = browser.client.post(f"/sittings/{sitting_id}/join", data={"csrf_token": token})
        assert answer.status_code == 409


def test_half_points_are_chosen_with_the_blueprint_and_shown(signed_in, database):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/blueprints/new")
    browser.submit({"title": "半分卷", "multiple_rule": "half_for_subset", "cells-2-marks_each": "3"}, action="")
    assert "多选题每题分值应为偶数" in browser.text()
    browser.submit({"cells-2-marks_each": "2"}, action="")
    assert "选对一部分且无错选，得一半分" in browser.text()
    with reading() as session:
        assert session.scalars(select(ExamBlueprint)).one().multiple_rule == "half_for_subset"


def test_a_closed_mock_exam_offers_neither_results_nor_a_list(signed_in, database):
    with transaction() as session:
        mock = make_sitting(session, kind=SittingKind.MOCK, closes_at=NEXT_DAY + timedelta(hours=1))
        with clock.at(NEXT_DAY + timedelta(hours=2)):
            close_sitting(session, session.get_one(Sitting, mock.id), ACTOR)
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/sittings/{mock.id}")
    assert "模拟考试不计成绩" in browser.text()
    assert "查看成绩统计" not in browser.text()

"""The candidate's pages and the room's interface (exam/views/room.py, exam/api.py), without script."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.factory import create_app
from app.settings import Settings
from core import clock
from core.db import reading, transaction
from core.signing import is_ours
from exam.accommodations import AccommodationKind
from exam.marking import Given
from exam.models.planning import Accommodation, Candidate, Room, Sitting
from exam.models.results import Mark
from exam.models.room import Attempt, Paper
from exam.operations.closing import close_sitting
from exam.operations.handing_in import finish_overdue, hand_in
from exam.operations.room import open_place, start_attempt
from exam.operations.saving import append_responses, hold_responses
from exam.papers import entries_of
from exam.queries.room import log_of, receipt_of
from exam.receipts import SignedReceipt, facts_of, log_digest, receipt_in
from exam.states import AttemptState, FinishKind, HeldSource, SittingKind, SittingState
from people.permissions import Role
from questions.queries import shown_versions
from tests.conftest import SECRET
from tests.factories import (
    ACTOR,
    make_candidate,
    make_city,
    make_course,
    make_officer,
    make_sitting,
)
from tests.forms_browser import FormsBrowser
from tests.seats import Candidacy


@pytest.fixture
def seat(app):
    return Candidacy(app)


@pytest.fixture
def started(seat):
    seat.start()
    seat.open_place()
    return seat


def move_deadline(attempt_id, **by):
    with transaction() as session:
        attempt = session.get_one(Attempt, attempt_id)
        attempt.deadline_at = attempt.accept_until = clock.now() + timedelta(**by)


def test_my_page_offers_the_exam(seat):
    seat.browser.open("/my")
    assert seat.sitting.title in seat.browser.text()
    assert "可以开始" in seat.browser.text()
    assert seat.browser.link("进入候考").endswith(f"/sittings/{seat.sitting.id}/waiting")


def test_my_page_gives_every_reason_why_not(app):
    with transaction() as session:
        course = make_course(session)
    seat = Candidacy(app, course_id=course.id, closes_at=clock.now() - timedelta(minutes=1))
    seat.browser.open("/my")
    assert "不能参加" in seat.browser.text()
    assert "应修 24 学时，已修 0 学时，还差 24 学时。" in seat.browser.text()
    assert "截止，不能再进入。" in seat.browser.text()
    assert course.title in seat.browser.text()


def test_my_page_without_any_exam_says_what_comes(signed_in):
    browser = signed_in(Role.CANDIDATE)
    browser.open("/my")
    assert "目前没有您的考试" in browser.text()


def test_before_the_opening_the_page_waits_and_nobody_starts(app):
    seat = Candidacy(app, opens_at=clock.now() + timedelta(minutes=5))
    page = seat.browser.open(f"/sittings/{seat.sitting.id}/waiting")
    left = int(page.find(id="waiting")["data-opens-in-ms"])
    assert 290_000 < left <= 300_000
    assert page.find("form", action=lambda action: action and action.endswith("/start")) is None


def test_starting_leads_into_the_room(seat):
    page = seat.start()
    assert seat.browser.response.request.path == f"/attempts/{seat.attempt.id}"
    assert len(json.loads(page.find(id="room-paper").string)) == 4
    assert page.find("noscript") is not None
    seat.browser.open("/my")
    assert seat.browser.link("继续作答").endswith(f"/attempts/{seat.attempt.id}")


def test_the_waiting_page_of_a_running_attempt_leads_back_into_the_room(started):
    started.browser.open(f"/sittings/{started.sitting.id}/waiting")
    assert started.browser.response.request.path == f"/attempts/{started.attempt.id}"


def test_the_page_holds_the_questions_and_nothing_that_tells_the_answers(started):
    with reading() as session:
        entries = entries_of(
            session.scalars(select(Paper.entries).where(Paper.candidate_id == started.candidate.id)).one()
        )
        versions = shown_versions(session, [entry.version_id for entry in entries])
        secrets = {
            str(secret)
            for version in versions.values()
            for secret in (version.id, version.item_id, version.law, version.article, version.explanation)
        }
        codes = {version.item.code for version in versions.values()}
        secrets |= {entry.version_id.hex for entry in entries} | {started.sitting.seed} | codes
    page = started.browser.open(f"/attempts/{started.attempt.id}")
    paper = json.loads(page.find(id="room-paper").string)
    said = json.dumps([paper, started.open_place(), started.save((1, 1, "A"))], ensure_ascii=False) + str(page)
    assert {question["stem"] for question in paper} == {version.stem for version in versions.values()}
    assert all(version.stem in said for version in versions.values())
    assert [secret for secret in secrets if secret in said] == []


def test_each_question_leaves_with_five_fields_and_no_more(started):
    page = started.browser.open(f"/attempts/{started.attempt.id}")
    paper = json.loads(page.find(id="room-paper").string)
    assert {frozenset(question) for question in paper} == {frozenset({"kind", "many", "marks", "stem", "options"})}


def test_answers_are_saved_and_come_back(started):
    saved = started.save((1, 2, "C"), (2, 4, "AB"))
    assert (saved["last_seq"], saved["saved"]) == (2, [2, 4])
    assert 0 < saved["remaining_ms"] <= 90 * 60_000
    opened = started.open_place()
    assert (opened["choices"], opened["last_seq"]) == ({"2": "C", "4": "AB"}, 2)


def test_a_new_server_over_the_same_database_has_lost_nothing(started, database, tmp_path):
    started.save((1, 2, "C"))
    token = started.token
    settings = Settings(DATABASE_URL=database.url, CHIZHENG_SECRET=SECRET, CHIZHENG_VAR=tmp_path)
    started.browser = FormsBrowser(create_app(settings))
    started.browser.sign_in(started.account)
    started.save((2, 1, "B"), token=token)
    assert started.open_place()["choices"] == {"1": "B", "2": "C"}


def test_the_older_window_is_told_so(started):
    older = started.token
    started.open_place()
    assert started.save((1, 1, "A"), token=older, status=409)["code"] == "other_place"
    answer = started.browser.client.get(f"{started.api}/time", headers={"Attempt-Token": older})
    assert (answer.status_code, answer.json["code"]) == (409, "other_place")
    started.save((1, 1, "A"))


def test_a_late_answer_is_refused(started):
    move_deadline(started.attempt.id, seconds=-1)
    assert started.save((1, 1, "A"), status=409)["code"] == "over"


def test_an_answer_that_is_none_is_refused(started):
    assert started.save((1, 5, "A"), status=409)["code"] == "not_on_paper"
    assert started.save((1, 1, "C"), status=409)["code"] == "not_an_option"
    assert started.save((1, 2, "AB"), status=409)["code"] == "one_letter"


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"responses": None},
        {"responses": []},
        {"responses": ["A"]},
        {"responses": [{"seq": 1, "place": 1}]},
        {"responses": [{"seq": "1", "place": 1, "choice": "A"}]},
        {"responses": [{"seq": 1, "place": True, "choice": "A"}]},
        {"responses": [{"seq": 1, "place": 1.0, "choice": "A"}]},
        {"responses": [{"seq": 2**63, "place": 1, "choice": "A"}]},
        {"responses": [{"seq": -1, "place": 1, "choice": "A"}]},
        {"responses": [{"seq": 1, "place": 1, "choice": None}]},
        {"responses": [{"seq": 1, "place": 1, "choice": "A", "score": 100}]},
    ],
)
def test_what_is_no_answer_in_shape_is_refused(started, body):
    assert "error" in started.post(body, started.token, 400)


def test_a_body_that_is_far_too_large_is_refused(started):
    body = {"responses": [{"seq": 1, "place": 1, "choice": "A" * 40_000}]}
    assert started.browser.client.post(
        f"{started.api}/responses", json=body, headers={"Attempt-Token": started.token}
    ).status_code in {400, 413}
    with reading() as session:
        assert log_of(session, started.attempt.id) == []


@pytest.mark.parametrize("token", ["", "rubbish", "W10.rubbish"])
def test_a_token_that_is_not_ours_is_refused(started, token):
    answer = started.browser.client.post(
        f"{started.api}/responses", json={"responses": []}, headers={"Attempt-Token": token}
    )
    assert answer.status_code == 403


def test_the_attempt_of_somebody_else_is_not_there(started, app):
    stranger = FormsBrowser(app)
    stranger.sign_in(started.other)
    for path in (f"/attempts/{started.attempt.id}", f"/attempts/{started.attempt.id}/outcome"):
        assert stranger.fetch(path, 404)
    assert stranger.client.post(f"{started.api}/places").status_code == 404
    assert stranger.client.get(f"/attempts/{started.attempt.id}/receipt").status_code == 404
    headers = {"Attempt-Token": started.token}
    body = {"responses": [{"seq": 1, "place": 1, "choice": "A"}]}
    assert stranger.client.post(f"{started.api}/responses", json=body, headers=headers).status_code == 403
    assert stranger.client.get(f"{started.api}/time", headers=headers).status_code == 403
    with reading() as session:
        assert log_of(session, started.attempt.id) == []


def test_a_stranger_cannot_hand_in_for_others(started, app):
    stranger = FormsBrowser(app)
    stranger.sign_in(started.other)
    stranger.open(f"/sittings/{started.sitting.id}/waiting")
    token = stranger.page.find("input", {"name": "csrf_token"})["value"]
    path = f"/attempts/{started.attempt.id}/hand-in"
    assert stranger.client.post(path, data={"csrf_token": token}).status_code == 404
    with reading() as session:
        assert session.get_one(Attempt, started.attempt.id).state == AttemptState.ANSWERING


def test_a_sitting_one_is_not_listed_for_is_not_there(seat):
    with transaction() as session:
        elsewhere = make_sitting(session)
    seat.browser.fetch(f"/sittings/{elsewhere.id}/waiting", 404)


def test_handing_in_needs_the_forms_token(started):
    assert started.browser.client.post(f"/attempts/{started.attempt.id}/hand-in").status_code == 400


def test_handing_in_shows_the_outcome(started):
    right = started.right_choices()
    started.save(*[(place, place, choice) for place, choice in enumerate(right, start=1)])
    started.browser.open(f"/attempts/{started.attempt.id}")
    started.browser.submit(action="/hand-in")
    text = started.browser.text()
    assert "合格" in text
    assert "5 分" in text
    assert "满分 5 分，3 分合格" in text
    assert "4 题，共 4 题" in text
    assert "本人交卷" in text
    assert started.save((9, 1, "A"), status=409)["code"] == "handed_in"
    started.browser.open("/my")
    assert "5 分（满分 5 分，3 分合格）" in started.browser.text()


def test_an_empty_paper_does_not_pass(started):
    started.browser.open(f"/attempts/{started.attempt.id}")
    started.browser.submit(action="/hand-in")
    assert "未合格" in started.browser.text()
    assert "0 题，共 4 题" in started.browser.text()


def test_the_room_of_an_attempt_that_is_over_shows_the_outcome(started):
    started.save((1, 1, "A"))
    move_deadline(started.attempt.id, minutes=-2)
    started.browser.open(f"/attempts/{started.attempt.id}")
    assert started.browser.response.request.path.endswith("/outcome")
    assert "到时自动交卷" in started.browser.text()
    with reading() as session:
        attempt = session.get_one(Attempt, started.attempt.id)
        mark = session.scalars(select(Mark)).one()
    assert (attempt.finished_at, attempt.finish_kind) == (attempt.deadline_at, FinishKind.DEADLINE)
    assert mark.answered_count == 1


def test_the_outcome_of_a_running_attempt_is_the_room(started):
    started.browser.open(f"/attempts/{started.attempt.id}/outcome")
    assert started.browser.response.request.path == f"/attempts/{started.attempt.id}"


def test_after_closing_my_page_says_what_became_of_it(app):
    seat = Candidacy(app)
    seat.browser.open("/my")
    later = seat.sitting.closes_at + timedelta(minutes=1)
    with transaction() as session, clock.at(later):
        close_sitting(session, session.get_one(Sitting, seat.sitting.id), ACTOR)
    seat.browser.open("/my")
    assert "未按要求完成" in seat.browser.text()


@pytest.mark.parametrize("role", [Role.UNIT_ADMINISTRATOR, Role.ADMINISTRATOR, Role.HR])
def test_the_room_is_for_candidates_alone(started, signed_in, role):
    other = signed_in(role)
    other.fetch("/my", 403)
    other.fetch(f"/attempts/{started.attempt.id}", 403)
    assert other.client.post(f"{started.api}/places").status_code == 403


def test_a_draft_is_not_announced(app):
    seat = Candidacy(app, state=SittingState.DRAFT)
    seat.browser.open("/my")
    assert seat.sitting.title not in seat.browser.text()


def test_the_outcome_holds_the_receipt_and_hands_it_out(started):
    started.save((1, 1, "A"), (2, 2, "B"))
    started.browser.open(f"/attempts/{started.attempt.id}")
    started.browser.submit(action="/hand-in")
    with reading() as session:
        log, row = log_of(session, started.attempt.id), receipt_of(session, started.attempt.id)
    text = started.browser.text()
    assert SignedReceipt(row.body, row.signature).code in text
    assert "2 条" in text
    assert log_digest(log)[:16] in text
    file = started.browser.fetch(started.browser.link("下载回执"))
    assert "attachment" in file.headers["Content-Disposition"]
    signed = receipt_in(file.text)
    assert is_ours(signed.body, signed.signature)
    assert (facts_of(signed.body).responses, facts_of(signed.body).attempt_id) == (2, started.attempt.id)


def test_there_is_no_receipt_before_the_hand_in(started):
    started.browser.fetch(f"/attempts/{started.attempt.id}/receipt", 404)


def test_what_waits_for_a_decision_is_said_with_the_outcome(started):
    with transaction() as session:
        attempt = session.get_one(Attempt, started.attempt.id)
        hold_responses(session, attempt, [Given(1, 1, "A", 5), Given(2, 1, "B", 4)], HeldSource.ROOM)
        hand_in(session, attempt, ACTOR)
    started.browser.open(f"/attempts/{started.attempt.id}/outcome")
    assert "有 1 题的作答在截止后才送到" in started.browser.text()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (FinishKind.INVIGILATOR, "监考人员代为交卷"),
        (FinishKind.LEAVE_LIMIT, "是否违规由监考人员核查判定"),
    ],
)
def test_the_outcome_says_who_ended_it(started, kind, words):
    with transaction() as session:
        hand_in(session, session.get_one(Attempt, started.attempt.id), ACTOR, kind)
    started.browser.open(f"/attempts/{started.attempt.id}/outcome")
    assert words in started.browser.text()


def test_whoever_is_let_in_again_finds_the_room_and_not_the_old_outcome(started):
    with transaction() as session:
        attempt = hand_in(session, session.get_one(Attempt, started.attempt.id), ACTOR)
        attempt.state, attempt.finished_at, attempt.finish_kind = AttemptState.ANSWERING, None, None
    started.browser.open(f"/attempts/{started.attempt.id}/outcome")
    assert started.browser.response.request.path == f"/attempts/{started.attempt.id}"


def test_a_mock_exam_is_sat_again_and_never_counts(app):
    seat = Candidacy(app, kind=SittingKind.MOCK)
    seat.browser.open("/my")
    assert "模拟考试，不计成绩" in seat.browser.text()
    seat.start()
    first = seat.attempt
    seat.browser.submit(action="/hand-in")
    text = seat.browser.text()
    assert "不计入成绩" in text
    assert "未达到合格线" in text
    assert "未合格" not in text
    seat.browser.open(seat.browser.link("再练一次"))
    assert "模拟考试不限次数" in seat.browser.text()
    seat.browser.submit(action="/start")
    assert seat.browser.response.request.path.startswith("/attempts/")
    assert str(first.id) not in seat.browser.response.request.path
    seat.browser.open(f"/attempts/{first.id}/outcome")
    assert "再练一次" not in seat.browser.text()


def test_a_mock_exam_that_is_over_is_not_offered_again(app):
    seat = Candidacy(app, kind=SittingKind.MOCK)
    seat.start()
    seat.browser.submit(action="/hand-in")
    with transaction() as session:
        session.get_one(Sitting, seat.sitting.id).closes_at = clock.now() - timedelta(minutes=1)
    path = seat.browser.response.request.path
    seat.browser.open(path)
    assert "再练一次" not in seat.browser.text()
    assert "截止，不能再进入。" in seat.browser.text()


@pytest.mark.parametrize(("limit", "words"), [(3, "第 3 次离开时，系统自动交卷"), (0, "供监考人员核查")])
def test_the_rule_of_leaving_is_said_before_the_start(app, limit, words):
    seat = Candidacy(app, leave_limit=limit)
    seat.browser.open(f"/sittings/{seat.sitting.id}/waiting")
    assert words in seat.browser.text()


def test_the_waiting_page_says_when_this_is_not_the_room_to_sit_in(app):
    seat = Candidacy(app)
    with transaction() as session:
        room = Room(sitting_id=seat.sitting.id, name="第一考场", networks=["10.1.2.0/24"])
        session.add(room)
        session.flush()
        session.get_one(Candidate, seat.candidate.id).room_id = room.id
    seat.browser.open(f"/sittings/{seat.sitting.id}/waiting")
    assert "第一考场" in seat.browser.text()
    assert "开始考试" not in seat.browser.text()


@pytest.mark.parametrize(
    ("rule", "words"), [("half_for_subset", "得一半分"), ("all_or_nothing", "少选、错选均不得分")]
)
def test_the_rule_for_multiple_choice_is_said_as_it_is(app, rule, words):
    seat = Candidacy(app)
    with transaction() as session:
        session.get_one(Sitting, seat.sitting.id).blueprint.multiple_rule = rule
    seat.browser.open(f"/sittings/{seat.sitting.id}/waiting")
    assert words in seat.browser.text()
    page = seat.start()
    assert words in json.loads(page.find(id="room-texts").string)["manyHint"]


def test_large_print_is_on_for_whom_it_was_granted(seat):
    assert seat.start().find(id="room")["data-large-print"] == "no"
    with transaction() as session:
        granted = Accommodation(
            candidate_id=seat.candidate.id,
            kind=AccommodationKind.LARGE_PRINT,
            is_granted=True,
            evidence="残疾人证",
            approved_at=clock.now(),
        )
        session.add(granted)
    page = seat.browser.open(f"/attempts/{seat.attempt.id}")
    assert page.find(id="room")["data-large-print"] == "yes"


def test_closing_finishes_whoever_is_overdue(app):
    with transaction() as session:
        sitting = make_sitting(session)
        candidate = make_candidate(session, sitting, make_officer(session, make_city(session).county))
        attempt = start_attempt(session, candidate, ACTOR)
        append_responses(session, attempt.id, open_place(session, attempt, ACTOR), [Given(1, 1, "A")])
    later = sitting.closes_at + timedelta(hours=1)
    with transaction() as session, clock.at(later):
        assert finish_overdue(session, later, sitting.id) == 1
        done = session.scalars(select(Attempt).join(Candidate).where(Candidate.id == candidate.id)).one()
        assert done.finished_at == done.deadline_at

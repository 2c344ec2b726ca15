"""The timeline of one attempt: everything that happened, in order, without a key or a score."""

from datetime import UTC, datetime, timedelta

import pytest

from core import clock
from core.db import transaction
from exam.events import Irregularity
from exam.invigilation import Act, Order
from exam.marking import Given
from exam.models.room import Presence
from exam.operations.invigilation import act_on
from exam.operations.quarantine import Verdict, decide
from exam.operations.room import open_place, start_attempt
from exam.operations.saving import append_responses
from exam.queries.timeline import LINES_SHOWN, door_events, signs_of, timeline
from exam.states import HeldDecision
from exam.timeline import MOMENT_NAMES, Line, Moment, in_order
from people.permissions import Role
from tests.exam.test_quarantine import LATE, NOW, sat
from tests.factories import ACTOR, make_account, make_candidate, make_city, make_officer, make_sitting

LATER = datetime(2026, 3, 2, 2, tzinfo=UTC)


def test_every_moment_has_its_name():
    assert set(MOMENT_NAMES) == set(Moment)


def test_lines_stand_as_they_happened_and_answers_of_one_moment_by_number():
    lines = [
        Line(LATER, Moment.FINISHED),
        Line(LATER, Moment.RESPONSE, seq=3),
        Line(LATER, Moment.RESPONSE, seq=2),
        Line(NOW, Moment.RESPONSE, seq=9),
        Line(NOW, Moment.STARTED),
    ]
    ordered = [(line.moment, line.seq) for line in in_order(lines)]
    assert ordered == [
        (Moment.STARTED, 0),
        (Moment.RESPONSE, 9),
        (Moment.RESPONSE, 2),
        (Moment.RESPONSE, 3),
        (Moment.FINISHED, 0),
    ]


@pytest.mark.parametrize(("late_ms", "seconds"), [(0, 0), (1, 1), (1000, 1), (1001, 2)])
def test_a_begun_second_of_lateness_counts(late_ms, seconds):
    assert Line(NOW, Moment.RESPONSE, late_ms=late_ms).late_seconds == seconds


def test_the_whole_history_is_there(session):
    _sitting, attempt = sat(session)
    session.add(Presence(attempt_id=attempt.id, seen_at=LATE, unsaved_count=0, address="10.0.0.7"))
    with clock.at(LATE + timedelta(minutes=1)):
        decide(session, attempt, None, Verdict(HeldDecision.ACCEPTED, "核实"), ACTOR)
    found = timeline(session, attempt, 1, newest_first=False)
    kinds = [line.moment for line in found.rows]
    assert kinds[0] is Moment.STARTED
    for moment, count in (
        (Moment.RESPONSE, 4),
        (Moment.TIME, 1),
        (Moment.HELD, 2),
        (Moment.DECIDED, 2),
        (Moment.SEEN, 1),
        (Moment.FINISHED, 1),
        (Moment.OPENED, 1),
    ):
        assert kinds.count(moment) == count, moment
    late = [line for line in found.rows if line.moment is Moment.RESPONSE and line.late_ms]
    assert [line.late_seconds for line in late] == [120, 120]
    assert list(timeline(session, attempt, 1, newest_first=True).rows) == list(reversed(found.rows))
    assert signs_of(session, attempt.id).responses == 4


def test_another_attempts_history_is_not_mixed_in(session):
    _sitting, attempt = sat(session)
    before = timeline(session, attempt, 1, newest_first=False).total
    sat(session)
    assert timeline(session, attempt, 1, newest_first=False).total == before


def test_a_long_history_is_turned_page_by_page(session):
    with clock.at(NOW):
        candidate = make_candidate(session, make_sitting(session), make_officer(session, make_city(session).county))
        attempt = start_attempt(session, candidate, ACTOR)
        open_place(session, attempt, ACTOR)
        append_responses(session, attempt.id, attempt.fence, [Given(n, 1, "AB"[n % 2]) for n in range(1, 201)])
        append_responses(session, attempt.id, attempt.fence, [Given(n, 1, "AB"[n % 2]) for n in range(201, 251)])
    pages = [timeline(session, attempt, number, newest_first=False) for number in (1, 2, 9)]
    assert [len(page.rows) for page in pages] == [LINES_SHOWN, 53, 53]


def test_what_happened_at_the_door_is_kept_and_joins_the_history(session):
    with clock.at(NOW):
        sitting = make_sitting(session)
        candidate = make_candidate(session, sitting, make_officer(session, make_city(session).county))
        note = Order(Act.NOTE, "证件照片不符", category=Irregularity.IDENTITY)
        act_on(session, sitting, [candidate.id], note, decided_at=NOW, actor=ACTOR)
        assert [line.reason for line in door_events(session, candidate.id)] == ["证件照片不符"]
        attempt = start_attempt(session, candidate, ACTOR)
    assert "证件照片不符" in [line.reason for line in timeline(session, attempt, 1, newest_first=True).rows]


def test_the_page_reads_newest_or_oldest_first_and_shows_no_score(signed_in, database):
    with transaction() as session:
        sitting, attempt = sat(session)
        invigilator = make_account(session, Role.INVIGILATOR, display_name="监考甲")
        with clock.at(LATE):
            verdict = Verdict(HeldDecision.REFUSED, "无法核实断网")
            decide(session, attempt, None, verdict, type(ACTOR)(invigilator.id, "监考甲"))
    browser = signed_in(Role.INVIGILATOR)
    address = f"/sittings/{sitting.id}/board/candidates/{attempt.candidate_id}"
    browser.open(address)
    text = browser.text()
    for part in ("第 3 题", "无法核实断网", "监考甲", "规定时长", "时间到，自动交卷"):
        assert part in text, part
    for part in ("题干", "解析", "法律依据", " 分（", "合格"):
        assert part not in text, part
    newest = browser.page.select("tbody tr td")[0].get_text()
    browser.open(f"{address}?order=oldest")
    assert "开始作答" in browser.page.select("tbody tr")[0].get_text()
    assert newest not in browser.page.select("tbody tr td")[0].get_text()

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select, text

from core import clock
from core.db import transaction
from core.errors import ForbiddenError, RefusedError
from core.models import AuditEntry
from core.sheets import read_sheet
from exam.cut_offs import Cut
from exam.models.circulars import FiguresSnapshot
from exam.operations.snapshots import take_snapshot
from exam.queries.snapshots import (
    figures_in,
    has_newer_results,
    newest_snapshot,
    present_table,
    snapshot_facts,
    snapshots_of,
)
from exam.snapshots import (
    PastSitting,
    SnapshotFacts,
    canonical,
    changed_units,
    digest_of,
    opened,
    reasons_against_snapshot,
    same_figures,
)
from exam.states import Outcome, SittingKind, SittingState
from people.permissions import Role
from tests.factories import ACTOR, make_candidate, make_sitting
from tests.reported import Ends, figures, frozen, make_reported, result_of, row

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
ENDS = {"C01": Ends(4, 2, 3), "C02": Ends(3), "M01": Ends(2, 1), "M02": Ends(0, 0, 2)}
FROZEN = frozen(row("C01", figures(4, 2, 3)), row("M01", figures(2, 1)))
COUNTED = {Outcome.PASSED: 6, Outcome.FAILED: 3, Outcome.NOT_COMPLETED: 3}
FACTS = SnapshotFacts(SittingState.CLOSED, SittingKind.REGULAR, FROZEN.table, COUNTED, None)


@pytest.fixture(autouse=True)
def spring():
    with clock.at(NOW):
        yield


def codes(reasons):
    return [reason.code for reason in reasons]


PAST = st.builds(
    PastSitting,
    st.sampled_from(["第一次考试", "第二次考试"]),
    st.sampled_from([NOW, NOW + timedelta(microseconds=1)]),
    st.builds(figures, st.integers(0, 500), st.integers(0, 500)),
    st.none() | st.builds(figures, st.integers(0, 500)),
)
unit_figures = st.builds(figures, st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))


@given(st.lists(unit_figures, max_size=8), st.lists(unit_figures, max_size=8), st.lists(PAST, max_size=3))
def test_what_is_written_down_comes_back_the_same(counties, departments, trend):
    rows = [row(f"C{number:02d}", one) for number, one in enumerate(counties)]
    rows += [row(f"M{number:02d}", one) for number, one in enumerate(departments)]
    snapshot = replace(frozen(*rows), trend=tuple(trend))
    text_form = canonical(snapshot)
    again = opened(text_form, digest_of(text_form))
    assert again == snapshot
    assert canonical(again) == text_form


@pytest.mark.parametrize(
    ("before", "after"),
    [('"passed":4', '"passed":5'), ('"number":1', '"number":2'), ("线上", "线下"), ('"due":9', '"due":8')],
)
def test_a_changed_text_does_not_match_its_digest(before, after):
    text_form = canonical(FROZEN)
    changed = text_form.replace(before, after, 1)
    assert changed != text_form
    with pytest.raises(RefusedError) as caught:
        opened(changed, digest_of(text_form))
    assert codes(caught.value.reasons) == ["is_changed"]


@pytest.mark.parametrize("part", ["total", "county_subtotal", "department_subtotal"])
def test_figures_that_do_not_add_up_are_refused_even_with_a_digest_of_their_own(part):
    body = json.loads(canonical(FROZEN))
    body[part]["passed"] += 1
    body[part]["failed"] -= 1
    forged = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    with pytest.raises(RefusedError) as caught:
        opened(forged, digest_of(forged))
    assert codes(caught.value.reasons) == ["contradicts"]


def test_a_unit_whose_figures_contradict_each_other_is_refused():
    body = json.loads(canonical(FROZEN))
    body["counties"][0]["figures"]["due"] += 1
    forged = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    with pytest.raises(RefusedError):
        opened(forged, digest_of(forged))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, []),
        ({"kind": SittingKind.MOCK}, ["is_mock"]),
        ({"kind": SittingKind.MAKE_UP}, ["is_make_up"]),
        ({"state": SittingState.OPEN}, ["is_open"]),
        ({"state": SittingState.DRAFT}, ["is_open"]),
        ({"has_cut": False}, ["no_make_up"]),
        ({"table": frozen().table, "counted": {}}, ["is_empty"]),
        ({"counted": {**COUNTED, Outcome.PASSED: 7}}, ["do_not_add_up"]),
        ({"counted": {**COUNTED, Outcome.NOT_COMPLETED: 0}}, ["do_not_add_up"]),
        ({"newest": FROZEN.table}, ["is_unchanged"]),
        ({"newest": frozen(row("C01", figures(5, 1, 3)), row("M01", figures(2, 1))).table}, []),
    ],
)
def test_every_reason_against_a_snapshot(change, code):
    assert codes(reasons_against_snapshot(replace(FACTS, **change))) == code


def test_a_new_name_is_not_another_figure():
    renamed = frozen(row("C01", figures(4, 2, 3), "改名区"), row("M01", figures(2, 1)))
    assert same_figures(FROZEN.table, renamed.table)
    assert changed_units(FROZEN.table, renamed.table) == []


def test_units_with_other_figures_are_named_even_where_they_are_new():
    later = frozen(row("C01", figures(5, 1, 3)), row("M01", figures(2, 1)), row("M02", figures(1)))
    changes = changed_units(FROZEN.table, later.table)
    assert [(name, before.passed, after.passed) for name, before, after in changes] == [
        ("单位C01", 4, 5),
        ("单位M02", 0, 1),
    ]


def test_a_snapshot_holds_the_figures_and_is_sealed(session):
    made = make_reported(session, ENDS)
    taken = take_snapshot(session, made.sitting, Cut.FIRST, made.writer)
    session.expire_all()
    figures_now = figures_in(taken)
    assert (taken.number, taken.taken_by_name, taken.taken_at) == (1, "起草人", NOW)
    assert same_figures(figures_now.table, present_table(session, made.sitting, Cut.FIRST))
    total = figures_now.table.total
    assert (total.due, total.participated, total.passed, total.failed, total.not_completed) == (17, 12, 9, 3, 5)
    assert figures_now.scores == ((2, 3), (4, 9))
    assert taken.digest == digest_of(taken.content)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "exam:snapshot:take")).one()
    assert entry.detail["digest"] == taken.digest


def test_a_snapshot_holds_the_sittings_up_to_its_own(session):
    made = make_reported(session, ENDS)
    earlier, later = (
        make_sitting(session, title=title, state=SittingState.CLOSED, closed_at=made.sitting.closed_at + gap)
        for title, gap in (("去年的考试", timedelta(days=-365)), ("后来的考试", timedelta(minutes=1)))
    )
    for sitting, outcome, score in ((earlier, Outcome.PASSED, 3), (later, Outcome.FAILED, 1)):
        candidate = make_candidate(session, sitting, made.candidates["C01"][0].officer)
        session.add(result_of(candidate, outcome, score=score))
    session.flush()
    taken = figures_in(take_snapshot(session, made.sitting, Cut.FIRST, made.writer))
    assert [(one.title, one.first.passed, one.first.participated) for one in taken.trend] == [
        ("去年的考试", 1, 1),
        (made.sitting.title, 9, 12),
    ]
    assert taken.trend[-1].first == taken.table.total
    assert figures_in(take_snapshot(session, earlier, Cut.FIRST, made.writer)).trend == ()


def test_the_trend_shows_make_ups_of_its_own_sitting_only_where_they_are_counted(session):
    made = make_reported(session, ENDS)
    before = made.sitting.closed_at - timedelta(days=365)
    make_sitting(session, title="去年的考试", state=SittingState.CLOSED, closed_at=before)
    again = make_sitting(
        session,
        title="春季补考",
        kind=SittingKind.MAKE_UP,
        first_sitting_id=made.sitting.id,
        state=SittingState.CLOSED,
        closed_at=NOW,
    )
    candidate = make_candidate(session, again, made.candidates["C01"][4].officer)
    session.add(result_of(candidate, Outcome.PASSED, score=4))
    session.flush()
    first, both = (
        figures_in(take_snapshot(session, made.sitting, cut, made.writer)).trend[-1]
        for cut in (Cut.FIRST, Cut.WITH_MAKE_UP)
    )
    assert first.with_make_up is None
    assert (both.first.passed, both.with_make_up.passed) == (9, 10)


def test_a_later_result_leaves_the_snapshot_and_says_so(session):
    made = make_reported(session, ENDS)
    first = take_snapshot(session, made.sitting, Cut.FIRST, made.writer)
    before = first.content
    assert not has_newer_results(session, first)
    with pytest.raises(RefusedError) as caught:
        take_snapshot(session, made.sitting, Cut.FIRST, made.writer)
    assert codes(caught.value.reasons) == ["is_unchanged"]
    with clock.at(NOW + timedelta(days=1)):
        failed = made.candidates["C01"][4]
        session.add(result_of(failed, Outcome.PASSED, score=3, number=2))
        session.flush()
        assert has_newer_results(session, first)
        second = take_snapshot(session, made.sitting, Cut.FIRST, made.second)
    assert first.content == before
    assert figures_in(first).table.total.passed == 9
    assert figures_in(second).table.total.passed == 10
    assert [one.number for one in snapshots_of(session, made.sitting.id)] == [2, 1]
    assert newest_snapshot(session, made.sitting.id, Cut.FIRST) == second
    assert not has_newer_results(session, second)


def test_with_make_ups_each_person_counts_once_by_the_best_end(session):
    made = make_reported(session, ENDS)
    assert codes(reasons_against_snapshot(snapshot_facts(session, made.sitting, Cut.WITH_MAKE_UP))) == [
        "no_make_up"
    ]
    again = make_sitting(
        session,
        title="春季补考",
        kind=SittingKind.MAKE_UP,
        first_sitting_id=made.sitting.id,
        state=SittingState.CLOSED,
        closed_at=NOW,
    )
    failed_first, failed_twice, absent = made.candidates["C01"][4:7]
    for before, outcome, score in (
        (failed_first, Outcome.PASSED, 4),
        (failed_twice, Outcome.FAILED, 1),
        (absent, Outcome.FAILED, 2),
    ):
        candidate = make_candidate(session, again, before.officer)
        session.add(result_of(candidate, outcome, score=score))
    session.flush()
    first = take_snapshot(session, made.sitting, Cut.FIRST, made.writer)
    both = take_snapshot(session, made.sitting, Cut.WITH_MAKE_UP, made.writer)
    totals = [figures_in(one).table.total for one in (first, both)]
    assert [(one.due, one.passed, one.failed, one.not_completed) for one in totals] == [
        (17, 9, 3, 5),
        (17, 10, 3, 4),
    ]
    assert not has_newer_results(session, both)
    with clock.at(NOW + timedelta(days=1)):
        make_sitting(
            session,
            title="春季第二次补考",
            kind=SittingKind.MAKE_UP,
            first_sitting_id=made.sitting.id,
            state=SittingState.CLOSED,
            closed_at=clock.now(),
        )
    assert has_newer_results(session, both)
    assert not has_newer_results(session, first)


@pytest.mark.parametrize(
    "plant",
    [
        "update figures_snapshot set content = replace(content, '\"passed\"\\:4', '\"passed\"\\:5')",
        "update figures_snapshot set digest = '" + "0" * 64 + "'",
        "update figures_snapshot set number = 9",
    ],
    ids=["a figure", "the digest", "the number"],
)
def test_a_tampered_row_is_detected(session, plant):
    made = make_reported(session, ENDS)
    taken = take_snapshot(session, made.sitting, Cut.FIRST, made.writer)
    session.flush()
    assert session.execute(text(plant)).rowcount == 1
    session.expire_all()
    with pytest.raises(RefusedError) as caught:
        figures_in(session.get_one(FiguresSnapshot, taken.id))
    assert codes(caught.value.reasons) == ["is_changed"]


def test_a_result_missing_from_the_tables_stops_the_snapshot(session, monkeypatch):
    made = make_reported(session, ENDS)
    real = present_table(session, made.sitting, Cut.FIRST)
    lost = frozen(*real.counties[:1], *real.departments).table
    monkeypatch.setattr("exam.queries.snapshots.present_table", lambda *_: lost)
    assert codes(reasons_against_snapshot(snapshot_facts(session, made.sitting, Cut.FIRST))) == ["do_not_add_up"]


def test_somebody_takes_a_snapshot_never_the_system(session):
    made = make_reported(session, ENDS)
    with pytest.raises(ForbiddenError):
        take_snapshot(session, made.sitting, Cut.FIRST, ACTOR)


@pytest.fixture
def reported(database):
    with transaction() as session:
        return make_reported(session, ENDS)


def test_the_page_shows_the_snapshot_and_what_has_changed_since(reported, signed_in):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/results/{reported.sitting.id}/snapshots")
    browser.submit(action="/snapshots")
    assert "统计快照第 1 号" in browser.page.h1.get_text()
    path = browser.response.request.path
    shown = {tag["data-figure"]: tag.get_text(strip=True) for tag in browser.page.select("[data-figure]")}
    assert (shown["total:passed"], shown["total:pass_rate"]) == ("9", "75.0%")
    assert "与快照不同" not in browser.text()
    with clock.at(NOW + timedelta(days=1)), transaction() as session:
        session.add(result_of(reported.candidates["C01"][4], Outcome.PASSED, score=3, number=2))
    browser.open(path)
    assert "与快照不同" in browser.text()
    assert "合格 4 → 5 人" in browser.text()
    with clock.at(NOW + timedelta(days=1)):
        browser.submit(action="/snapshots")
    assert "统计快照第 2 号" in browser.page.h1.get_text()
    browser.open(f"/results/{reported.sitting.id}/snapshots")
    assert "不必重新生成" in browser.text()


def test_a_tampered_snapshot_is_not_shown(reported, signed_in):
    with transaction() as session:
        taken = take_snapshot(session, session.merge(reported.sitting), Cut.FIRST, reported.writer)
        session.execute(
            text("update figures_snapshot set content = replace(content, '\"passed\"\\:4', '\"passed\"\\:5')")
        )
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/snapshots/{taken.id}", status=409)
    assert "与校验值不符" in browser.text()


def test_the_sealed_text_and_the_workbook_can_be_downloaded(reported, signed_in):
    with transaction() as session:
        taken = take_snapshot(session, session.merge(reported.sitting), Cut.FIRST, reported.writer)
    browser = signed_in(Role.ADMINISTRATOR)
    sealed = browser.fetch(f"/snapshots/{taken.id}/snapshot.json").get_data()
    assert hashlib.sha256(sealed).hexdigest() == taken.digest
    workbook = read_sheet("tables.xlsx", browser.fetch(f"/snapshots/{taken.id}/tables.xlsx").get_data())
    assert workbook.rows[-1].cells[1:4] == ("合计", "17", "12")

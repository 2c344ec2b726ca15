from dataclasses import replace
from datetime import date
from uuid import UUID

from hypothesis import given, strategies as st

from exam.line_changes import Differences, DueLine, corrected_lines, differences, first_lines
from exam.list_states import LineChange

DAY = date(2026, 3, 2)


def due(number, name="", **changes):
    fields = {"unit_code": "C01", "unit_name": "海东区", "candidate_no": f"26{number:04d}"}
    return DueLine(UUID(int=number), name or f"人{number}", **{**fields, **changes})


def published(lines, number=1):
    """The lines as publishing a version leaves them."""
    made = []
    for line in lines:
        if line.change is LineChange.WITHDRAWN:
            made.append(replace(line, withdrawn_on=DAY, withdrawn_by=number))
        else:
            made.append(replace(line, effective_on=line.effective_on or DAY) if line.is_listed else line)
    return made


FIRST = published(first_lines([due(1), due(2), due(3)]))


def test_a_first_version_numbers_its_lines():
    assert [(line.serial, line.name, line.change) for line in FIRST] == [
        (1, "人1", None),
        (2, "人2", None),
        (3, "人3", None),
    ]


def test_whoever_no_longer_belongs_leaves_a_tombstone_with_the_serial_and_without_the_name():
    lines = corrected_lines(FIRST, [due(1), due(3)])
    gone = lines[1]
    assert (gone.serial, gone.name, gone.candidate_no, gone.is_listed, gone.change) == (
        2,
        "",
        "",
        False,
        LineChange.WITHDRAWN,
    )
    assert gone.candidate_id == UUID(int=2)
    assert differences(lines) == Differences(added=0, changed=0, withdrawn=1)


def test_a_tombstone_stays_in_every_later_version():
    second = published(corrected_lines(FIRST, [due(1), due(3)]))
    third = corrected_lines(second, [due(1), due(3), due(4)])
    assert (third[1].withdrawn_on, third[1].withdrawn_by, third[1].change) == (DAY, 1, None)
    assert differences(third).added == 1


def test_whoever_comes_on_gets_a_line_at_the_end_even_after_having_been_withdrawn():
    second = published(corrected_lines(FIRST, [due(1), due(3)]))
    third = corrected_lines(second, [due(1), due(2), due(3)])
    assert [(line.serial, line.is_listed) for line in third] == [(1, True), (2, False), (3, True), (4, True)]
    assert (third[3].name, third[3].change, third[3].effective_on) == ("人2", LineChange.ADDED, None)


def test_a_name_put_right_and_an_exemption_are_changes_and_a_renamed_unit_is_none():
    lines = corrected_lines(FIRST, [due(1, "改名"), due(2, is_exempt=True), due(3, unit_name="海西区")])
    assert [line.change for line in lines] == [LineChange.CHANGED, LineChange.CHANGED, None]
    assert (lines[0].name, lines[1].is_exempt, lines[2].unit_name) == ("改名", True, "海东区")
    assert lines[0].effective_on == DAY


def test_against_whom_an_objection_was_upheld_is_withdrawn_and_does_not_come_back():
    second = published(corrected_lines(FIRST, [due(1), due(2), due(3)], {UUID(int=2)}))
    assert second[1].withdrawn_on == DAY
    assert differences(corrected_lines(second, [due(1), due(2), due(3)], {UUID(int=2)})).total == 0


@given(st.lists(st.sets(st.integers(1, 8)), min_size=1, max_size=5))
def test_whatever_is_corrected_serials_stay_and_exactly_those_who_belong_are_listed(steps):
    lines = published(first_lines([due(number) for number in sorted(steps[0])]))
    for version, wanted in enumerate(steps[1:], start=1):
        before = {line.serial: line.candidate_id for line in lines}
        lines = corrected_lines(lines, [due(number) for number in sorted(wanted)])
        assert {line.serial: line.candidate_id for line in lines if line.serial in before} == before
        assert sorted(line.candidate_id.int for line in lines if line.is_listed) == sorted(wanted)
        assert [line.serial for line in lines] == list(range(1, len(lines) + 1))
        assert all(line.name == "" for line in lines if not line.is_listed)
        lines = published(lines, version)
        again = corrected_lines(lines, [due(number) for number in sorted(wanted)])
        assert differences(again).total == 0

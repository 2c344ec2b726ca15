from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from exam.registration import (
    ApplicantFacts,
    ListFacts,
    StandingFacts,
    reasons_against_applicant,
    reasons_against_leaving,
    reasons_against_list,
    reasons_against_reason,
    reasons_against_returning,
    reasons_against_unit,
)
from exam.states import SittingKind, SittingState, Standing
from people.posts import EmploymentType, PostState

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def codes(reasons):
    return [reason.code for reason in reasons]


@pytest.mark.parametrize(
    ("employment", "post", "registered"), list(product(EmploymentType, PostState, (False, True)))
)
def test_only_people_on_the_establishment_and_in_post_are_registered_once(employment, post, registered):
    found = codes(reasons_against_applicant(ApplicantFacts("王五", employment, post, registered)))
    expected = ["is_registered"] * registered
    expected += ["not_on_establishment"] * (employment is not EmploymentType.ESTABLISHMENT)
    assert found == expected + ["not_in_post"] * (post is not PostState.IN_POST)


def test_a_refusal_names_the_person_and_the_employment():
    [reason] = reasons_against_applicant(
        ApplicantFacts("王五", EmploymentType.TEMPORARY, PostState.IN_POST, is_registered=False)
    )
    assert str(reason.text) == "王五 的人员性质为“临时工”，不是在编人员，不能参加资格考试。"


@pytest.mark.parametrize(("state", "hours"), list(product(SittingState, (-1, 0, 1))))
def test_the_list_is_fixed_when_the_window_is_over_or_the_sitting_closed(state, hours):
    found = codes(reasons_against_list(ListFacts(state, NOW + timedelta(hours=hours)), NOW))
    if state is SittingState.CLOSED:
        assert found == ["is_closed"]
    else:
        assert found == ["window_over"] * (hours <= 0)


@pytest.mark.parametrize(("standing", "has_attempt"), list(product(Standing, (False, True))))
def test_only_somebody_due_who_has_not_begun_may_leave(standing, has_attempt):
    found = codes(reasons_against_leaving(StandingFacts(standing, has_attempt)))
    if has_attempt:
        assert found == ["has_attempt"]
    else:
        assert found == ["wrong_standing"] * (standing is not Standing.REGISTERED)


@pytest.mark.parametrize("standing", Standing)
def test_only_somebody_who_left_may_come_back(standing):
    found = codes(reasons_against_returning(StandingFacts(standing, has_attempt=False)))
    assert found == ["is_registered"] * (standing is Standing.REGISTERED)


@pytest.mark.parametrize(
    ("text", "code"), [("", "reason_missing"), ("  ", "reason_missing"), ("长" * 201, "reason_length")]
)
def test_a_reason_is_written_and_short(text, code):
    assert codes(reasons_against_reason(text)) == [code]
    assert reasons_against_reason("病假，已批准") == []


@pytest.mark.parametrize(("kind", "hours"), list(product(SittingKind, (-1, 0, 1))))
def test_a_unit_registers_for_a_regular_sitting_until_it_opens(kind, hours):
    reasons = reasons_against_unit(kind, NOW, NOW + timedelta(hours=hours))
    assert (reasons == []) == (kind is SittingKind.REGULAR and hours < 0)

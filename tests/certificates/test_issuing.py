from datetime import date, timedelta
from itertools import product

import pytest

from certificates.issuing import HolderFacts, ListFacts, area_of, reasons_against, reasons_against_list
from people.posts import EmploymentType, OrganisationKind, PostState

TODAY = date(2026, 6, 1)


@pytest.mark.parametrize(("employment", "post"), list(product(EmploymentType, PostState)))
def test_a_credential_goes_to_people_on_the_establishment_and_in_post_alone(employment, post):
    facts = HolderFacts(employment, post, None, "公安")
    may = employment is EmploymentType.ESTABLISHMENT and post is PostState.IN_POST
    assert (reasons_against(facts, TODAY) == []) is may


def test_nobody_is_given_a_second_one():
    facts = HolderFacts(EmploymentType.ESTABLISHMENT, PostState.IN_POST, None, "公安", held_no="99100100001")
    (reason,) = reasons_against(facts, TODAY)
    assert reason.code == "holds_one"
    assert "99100100001" in str(reason.text)


def test_a_credential_names_its_category():
    facts = HolderFacts(EmploymentType.ESTABLISHMENT, PostState.IN_POST, None, "")
    assert [reason.code for reason in reasons_against(facts, TODAY)] == ["no_category"]


@pytest.mark.parametrize(
    ("registered", "kind", "area"),
    [
        ("海东区滨海路", OrganisationKind.COUNTY, "海东区滨海路"),
        ("", OrganisationKind.COUNTY, "海东区"),
        ("", OrganisationKind.DEPARTMENT, "示范市"),
    ],
)
def test_the_area_is_never_blank(registered, kind, area):
    assert area_of(registered, kind, "海东区", "示范市") == area


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (ListFacts(TODAY, is_logged=True, is_superseded=False), []),
        (ListFacts(TODAY + timedelta(days=1), is_logged=True, is_superseded=False), ["in_notice"]),
        (ListFacts(TODAY, is_logged=False, is_superseded=False), ["not_logged"]),
        (ListFacts(None, is_logged=True, is_superseded=False), ["not_logged"]),
        (ListFacts(TODAY, is_logged=True, is_superseded=True), ["superseded"]),
    ],
)
def test_only_an_effective_list_that_nothing_supersedes_is_issued_to(facts, codes):
    assert [reason.code for reason in reasons_against_list(facts, TODAY)] == codes


def test_whoever_was_objected_to_or_waits_is_given_none():
    fields = (EmploymentType.ESTABLISHMENT, PostState.IN_POST, None, "公安")
    held = HolderFacts(*fields, is_held_back=True)
    waiting = HolderFacts(*fields, effective_on=TODAY + timedelta(days=1))
    assert [one.code for one in reasons_against(held, TODAY)] == ["held_back"]
    assert [one.code for one in reasons_against(waiting, TODAY)] == ["line_in_notice"]
    assert reasons_against(HolderFacts(*fields, effective_on=TODAY), TODAY) == []

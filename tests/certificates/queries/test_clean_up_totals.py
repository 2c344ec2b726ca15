import pytest

from certificates.operations.clean_up import flag_by_hand, keep_case, open_round, remove_case
from certificates.queries.clean_up_totals import round_totals
from certificates.removals import COUNTED
from people.posts import OrganisationKind
from tests.factories import ACTOR, make_city, make_credential, make_officer, make_organisation

REASON = "经核实，情形属实。"


@pytest.fixture
def city(session):
    return make_city(session)


def removed(session, round_, unit, *grounds, officer=None):
    credential = make_credential(session, officer or make_officer(session, unit))
    for ground in grounds:
        case = flag_by_hand(session, round_, credential, ground, "单位报告", ACTOR)
    remove_case(session, case, REASON, ACTOR)
    return credential.officer


def test_departments_and_counties_come_to_the_whole(session, city):
    round_, other = open_round(session, "本次", ACTOR), open_round(session, "别次", ACTOR)
    for ground in ("O3", "O1", "I1"):
        removed(session, round_, city.county, ground)
    removed(session, round_, city.department, "I5", "U5")
    removed(session, other, city.county, "O3")
    kept = flag_by_hand(
        session, round_, make_credential(session, make_officer(session, city.county)), "O3", "有", ACTOR
    )
    keep_case(session, kept, REASON, ACTOR)
    flag_by_hand(session, round_, make_credential(session, make_officer(session, city.county)), "O3", "有", ACTOR)
    totals = round_totals(session, round_.id)
    assert (totals.table.departments.total, totals.table.counties.total, totals.table.everything.total) == (1, 3, 4)
    assert totals.table.agrees
    by_class = dict(zip(COUNTED, totals.table.everything.counts, strict=True))
    assert {group: count for group, count in by_class.items() if count} == {
        "off_post": 2,
        "contract": 1,
        "self_funded": 1,
    }
    assert [(line.organisation.code, line.line.total) for line in totals.counties] == [("C01", 3)]
    assert [(ground.code, count) for ground, count in totals.grounds] == [
        ("O1", 1),
        ("O3", 1),
        ("I1", 1),
        ("I5", 1),
    ]


def test_somebody_with_two_credentials_is_one_person(session, city):
    round_ = open_round(session, "本次", ACTOR)
    officer = removed(session, round_, city.county, "I1")
    removed(session, round_, city.county, "O3", officer=officer)
    totals = round_totals(session, round_.id)
    assert (totals.table.people, totals.table.everything.total) == (1, 1)
    assert [(ground.code, count) for ground, count in totals.grounds] == [("O3", 1)]


def test_a_card_alone_is_in_no_count_of_people(session, city):
    round_ = open_round(session, "本次", ACTOR)
    removed(session, round_, city.county, "D1")
    totals = round_totals(session, round_.id)
    assert (totals.table.people, totals.table.cards, totals.table.agrees) == (0, 1, True)


def test_an_officer_of_the_city_itself_is_not_lost(session, city):
    round_ = open_round(session, "本次", ACTOR)
    removed(session, round_, city.city, "O3")
    totals = round_totals(session, round_.id)
    assert (totals.table.departments.total, totals.table.agrees) == (1, True)


def test_a_body_of_a_county_is_counted_on_the_side_of_the_counties(session, city):
    round_ = open_round(session, "本次", ACTOR)
    body = make_organisation(session, kind=OrganisationKind.COUNTY_BODY, parent_id=city.county.id)
    removed(session, round_, body, "O3")
    totals = round_totals(session, round_.id)
    assert (totals.table.departments.total, totals.table.counties.total) == (0, 1)
    assert body.id in {line.organisation.id for line in totals.counties}

from certificates.queries.issuing import passed_without_credential
from core import clock
from people.posts import OrganisationKind
from tests.factories import make_city, make_officer, make_organisation, make_pass_list


def test_a_county_body_enforces_in_its_county_and_a_department_in_the_city(session):
    city = make_city(session)
    body = make_organisation(session, kind=OrganisationKind.COUNTY_BODY, parent_id=city.county.id)
    units = (city.county, body, city.department)
    officers = [make_officer(session, unit, enforcement_area="") for unit in units]
    found = passed_without_credential(session, make_pass_list(session, officers), clock.today())
    assert [one.area for one in found] == ["海东区", "海东区", "示范市"]

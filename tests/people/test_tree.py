"""The sheet of organisations: what stands under what."""

from pathlib import PurePath

import pytest
from sqlalchemy import select

from core.db import transaction
from core.import_kinds import import_sheet
from core.imports import ParsedRow
from core.sheets import write_csv
from people.identity import COMMAND_LINE
from people.models import Organisation
from people.operations import TREE
from people.permissions import Role
from people.posts import DivisionKind, OrganisationKind
from people.tree import (
    CODE,
    COLUMNS,
    DIVISION,
    DIVISION_KIND,
    KIND,
    NAME,
    NAME_EN,
    PARENT,
    TreeFacts,
    problems_in,
)
from tests.factories import make_city
from tests.forms_browser import file_field

HEADERS = [column.name for column in COLUMNS]
KNOWN = TreeFacts(frozenset({"CITY"}), frozenset({"示范市"}), has_city=True, counties=frozenset({"海东区"}))


def row(kind, parent, number=2, name="海东区公安局"):
    values = {CODE: f"B{number:02d}", NAME: name, NAME_EN: "Body", KIND: kind, DIVISION: "130302"}
    return ParsedRow(number, {**values, DIVISION_KIND: DivisionKind.ADMINISTRATIVE, PARENT: parent}, ())


def sheet(*lines):
    return write_csv(HEADERS, [[*line[:5], "", "", "", "", *line[5:]] for line in lines])


def test_a_county_body_names_a_county_that_is_known_or_in_the_same_sheet():
    body, county = OrganisationKind.COUNTY_BODY, OrganisationKind.COUNTY
    assert problems_in([row(body, "海东区")], KNOWN) == []
    assert problems_in([row(county, None, 2, "海西区"), row(body, "海西区", 3)], KNOWN) == []


@pytest.mark.parametrize(
    ("kind", "parent", "words"),
    [
        (OrganisationKind.COUNTY_BODY, None, "请填写所属县区"),
        (OrganisationKind.COUNTY_BODY, "海南区", "没有名为“海南区”的县区"),
        (OrganisationKind.DEPARTMENT, "海东区", "请留空"),
        (OrganisationKind.COUNTY, "海东区", "请留空"),
    ],
)
def test_what_stands_under_nothing_or_under_the_wrong_thing_is_named(kind, parent, words):
    [problem] = problems_in([row(kind, parent)], KNOWN)
    assert (problem.column, words in str(problem.message)) == (PARENT, True)


def test_bodies_come_in_with_their_county_and_stand_under_it(session):
    city = make_city(session)
    data = sheet(
        ["B01", "海西区公安局", "Haixi Police", "县区所属单位", "130303", "海西区"],
        ["C02", "海西区", "Haixi", "县区", "130303", ""],
        ["B02", "海东区公安局", "Haidong Police", "县区所属单位", "130302", "海东区"],
        ["M02", "市财政局", "Finance", "市直部门", "130300", ""],
    )
    import_sheet(session, TREE, "tree.csv", data, COMMAND_LINE)
    found = {one.code: one for one in session.scalars(select(Organisation))}
    assert found["B01"].parent_id == found["C02"].id
    assert found["B02"].parent_id == city.county.id
    assert found["C02"].parent_id == found["M02"].parent_id == city.city.id


def test_a_sheet_without_the_column_of_counties_is_read_as_before(session):
    make_city(session)
    lines = [["M02", "市财政局", "Finance", "市直部门", "130300", "", "", "", ""]]
    import_sheet(session, TREE, "tree.csv", write_csv(HEADERS[:9], lines), COMMAND_LINE)
    assert session.scalars(select(Organisation).where(Organisation.code == "M02")).one()


def test_a_body_stands_on_the_page_of_the_units(signed_in, database):
    with transaction() as session:
        make_city(session)
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/organisations/import")
    data = sheet(["B01", "海东区公安局", "Haidong Police", "县区所属单位", "130302", "海东区"])
    browser.submit({"file": file_field(PurePath("tree.csv"), data)})
    browser.submit()
    browser.open("/organisations/")
    assert "县区所属单位" in browser.text()
    assert "海东区公安局" in browser.text()

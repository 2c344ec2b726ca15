"""The demo city's organisations, accounts and roll."""

from sqlalchemy import select

from app.demo.accounts import DEMO_ACCOUNTS, open_demo_accounts
from app.demo.stage import Stage, acting, digest_of
from app.demo.units import CITY_CODE, CITY_DIVISION, CITY_NAME, CITY_NAME_EN, ISSUER_NAME, DemoUnit
from core.db import transaction
from core.import_kinds import import_sheet
from core.sheets import write_csv
from people.identity import Identity
from people.models import Officer, Organisation
from people.operations import ROLL, TREE
from people.permissions import Role
from people.tree import DIVISION_WORDS, KIND_WORDS

FIRST_UNIT = "C01"
CITY_ROW = (CITY_CODE, CITY_NAME, CITY_NAME_EN, "市", CITY_DIVISION, "行政区划", "", "", ISSUER_NAME)
LOADER = Identity(None, Role.ADMINISTRATOR, "demo", None, None, 0, False)


def found_city(stage: Stage) -> None:
    """Found the city, its nine counties and its 37 departments, and open the office's accounts."""
    data = write_csv([column.name for column in TREE.columns], [CITY_ROW, *map(_row, stage.units)])
    with transaction() as session:
        import_sheet(session, TREE, "units.csv", data, LOADER)
        first = session.scalars(select(Organisation).where(Organisation.code == FIRST_UNIT)).one()
        open_demo_accounts(session, [one for one in DEMO_ACCOUNTS if one.username != "kaosheng"], first)
    stage.advance(len(stage.units))


def enter_roll(stage: Stage) -> None:
    """Import everybody as one sheet, the way an administrator would."""
    people = [*stage.roll.applicants, *stage.roll.older]
    headers = [column.name for column in ROLL.columns]
    data = write_csv(headers, [person.roll_row() for person in people])
    with transaction() as session:
        import_sheet(session, ROLL, "roll.csv", data, acting(session, "guanli"))
    stage.advance(len(people))


def open_candidate_account(stage: Stage, document: str) -> None:
    """Open the candidate's account for the officer with this demo document."""
    with transaction() as session:
        officer = session.scalars(select(Officer).where(Officer.document_digest == digest_of(document))).one()
        candidate = [one for one in DEMO_ACCOUNTS if one.username == "kaosheng"]
        open_demo_accounts(session, candidate, officer.organisation, officer)
    stage.advance(1)


def _row(unit: DemoUnit) -> tuple[str, ...]:
    kind = next(word for word, one in KIND_WORDS.items() if one is unit.kind)
    division = next(word for word, one in DIVISION_WORDS.items() if one == unit.division_kind)
    head = (unit.code, unit.name, unit.name_en, kind, unit.division_code, division)
    return (*head, unit.category, unit.recorder_class, "")

"""Whatever anybody may open without signing in holds no resident ID and no mobile number.

Every route that the public may read is opened, for a city in which such numbers stand wherever they can.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pypdfium2
import pytest
from sqlalchemy import text
from werkzeug.routing import Rule

from app.guard import FREE_ENDPOINTS
from certificates.operations.credentials import issue_for_pass_list
from core import clock
from core.access import permission_of
from core.audit import Actor
from core.db import transaction
from core.sealing import matching_digest, sealed
from exam.list_states import EffectMode
from exam.models.results import PassList
from exam.objections import ObjectionDraft
from exam.operations.closing import close_sitting
from exam.operations.objections import make_objection
from people.models import DOCUMENT_PLACE
from people.permissions import PERMISSIONS, Role
from people.posts import DocumentKind
from tests.factories import (
    ACTOR,
    make_attempt,
    make_candidate,
    make_city,
    make_officer,
    make_sitting,
    publish_list,
)
from tests.forms_browser import FormsBrowser

# Written here on purpose and not taken from core/private_numbers.py.
RESIDENT_ID = re.compile(r"(?<![\dA-Za-z])(\d{17}[\dXx]|\d{15})(?![\dA-Za-z])")
MOBILE = re.compile(r"(?<![\dA-Za-z])1[3-9]\d{9}(?![\dA-Za-z])")
IDS = ("130302197501012345", "13030219750101234X", "130302750101234")
PHONE = "13812345678"
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
def place(database) -> dict[str, object]:
    """A published list with an objection, credentials of it, and a further list a year old."""
    with transaction() as session, clock.at(NOW):
        city = make_city(session)
        lists = [_listed(session, city, title, mode) for title, mode in MODES.items()]
        draft = ObjectionDraft("李群众", f"手机 {PHONE}", f"他的身份证是 {IDS[0]}。")
        noticed = session.get_one(PassList, lists[0].id)
        receipt = make_objection(session, noticed, 1, draft, address="10.0.0.1", actor=Actor(None, "公众"))
        issue_for_pass_list(session, session.get_one(PassList, lists[1].id), "http://localhost", ACTOR)
    return {
        "pass_list_id": [one.id for one in lists],
        "sitting_id": [one.sitting_id for one in lists],
        "receipt": receipt,
        "serial": [1],
        "code": ["zh", city.county.code],
        "token": ["A" * 26],
    }


MODES = {"公示中的考试": EffectMode.NOTICE, "已生效的考试": EffectMode.AT_ONCE}


def _listed(session, city, title, mode) -> PassList:
    sitting = make_sitting(session, title=title)
    for document in IDS:
        mine = document.replace("1303", "1302" if mode is EffectMode.NOTICE else "1303")
        officer = make_officer(
            session,
            city.county,
            document_kind=DocumentKind.RESIDENT_ID,
            document_sealed=sealed(mine, DOCUMENT_PLACE),
            document_digest=matching_digest(mine),
        )
        make_attempt(session, make_candidate(session, sitting, officer), 80)
    with clock.at(NOW + timedelta(hours=9)):
        close_sitting(session, sitting, ACTOR)
    return publish_list(session, sitting, mode=mode)


def public_paths(app, place) -> Iterator[str]:
    """Yield every address that somebody who has not signed in may open, for each thing there is."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint in FREE_ENDPOINTS or "GET" not in (rule.methods or set()):
            continue
        if permission_of(app.view_functions[rule.endpoint]) in PERMISSIONS[Role.PUBLIC]:
            yield from _filled(rule, place)


def _filled(rule: Rule, place) -> list[str]:
    paths = [rule.rule]
    for name in rule.arguments:
        values = place.get(name, ["missing"])
        paths = [re.sub(rf"<(?:\w+:)?{name}>", str(value), path) for path in paths for value in values]
    return paths


def texts_of(answer) -> str:
    """Return everything an answer says: a page whole, a workbook's parts, the words of a PDF."""
    if answer.mimetype == "application/pdf":
        document = pypdfium2.PdfDocument(BytesIO(answer.data))
        words = "\n".join(page.get_textpage().get_text_bounded() for page in document)
        document.close()
        return words
    if answer.data[:2] == b"PK":
        with ZipFile(BytesIO(answer.data)) as archive:
            return "\n".join(archive.read(name).decode() for name in archive.namelist())
    return answer.get_data(as_text=True)


def found_on(app, place) -> dict[str, list[str]]:
    browser, found, opened = FormsBrowser(app), {}, set()
    with clock.at(NOW):
        for path in public_paths(app, place):
            answer = browser.client.get(path, follow_redirects=True)
            assert answer.status_code < 500, path
            if answer.status_code == 200:
                opened.add(path)
            text_shown = texts_of(answer)
            if numbers := [*RESIDENT_ID.findall(text_shown), *MOBILE.findall(text_shown)]:
                found[path] = numbers
    for kind in (
        "list.json",
        "list.pdf",
        "list.xlsx",
        "/objections/1",
        "feed.atom",
        "/lookup",
        "/objections/receipt",
    ):
        assert any(kind in path for path in opened), f"{kind} was not opened: {sorted(opened)}"
    return found


def test_no_public_page_and_no_public_file_shows_an_identity_or_a_mobile_number(app, place):
    assert found_on(app, place) == {}


@pytest.mark.parametrize(
    ("plant", "number"),
    [
        ("update pass_list_entry set unit_name = :number where serial = 1", IDS[0]),
        ("update pass_list_entry set name = :number where serial = 2", PHONE),
        ("update pass_list set contact = :number", PHONE),
        ("update pass_list set legal_basis = :number", IDS[2]),
    ],
)
def test_a_number_that_was_planted_is_found_on_page_and_files(app, place, plant, number):
    with transaction() as session:
        session.execute(text(plant), {"number": number})
    found = found_on(app, place)
    assert any(number in numbers for numbers in found.values())
    if "entry" in plant:
        files = {path.rpartition(".")[2] for path in found}
        assert {"json", "pdf", "xlsx"} <= files


def test_the_holder_of_a_receipt_reads_no_number_either(app, place):
    browser = FormsBrowser(app)
    with clock.at(NOW):
        browser.open("/objections/receipt")
        browser.submit({"number": place["receipt"].number, "code": place["receipt"].code})
    shown = browser.response.get_data(as_text=True)
    assert "正在核查" in shown
    assert RESIDENT_ID.findall(shown) == MOBILE.findall(shown) == []

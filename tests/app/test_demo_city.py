"""The whole demo city, loaded once: its figures agree everywhere, and a planted difference is found."""

import io
import re
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Page
from rich.console import Console
from sqlalchemy import select, text

from app.demo.checking import check_demo
from app.demo.loading import load_demo
from app.demo.stage import acting
from app.factory import create_app
from app.settings import Settings
from certificates.models import Credential
from core import db
from core.db import reading
from core.sealing import use_keys
from exam.models.circulars import Circular
from exam.models.results import PassList, PassListEntry
from tests.browser import served
from tests.conftest import SECRET
from tests.databases import Databases
from tests.forms_browser import FormsBrowser

pytestmark = pytest.mark.slow
IDENTITY_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
MOBILE_NUMBER = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
# Digests and keys are hexadecimal, and by chance hold as many digits in a row as a telephone number.
HEXADECIMAL = re.compile(r"[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SKIPPED = {
    "log_api.head",
    "log_api.proof",
    "verify.keys",
    "verify.root",
    "badges.own",
    "room.receipt",
    "site.language",
    "site.health",
    "static",
    "account.sign_out",
    "site.home",
}
FIGURES = ("9", "37", "3202", "2934", "2101", "833", "268", "71.6", "7926", "5825", "482", "86", "396")


@pytest.fixture(scope="module")
def loaded(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a loaded city; copied for whoever wants to spoil it."""
    path = tmp_path_factory.mktemp("city") / "city.db"
    use_keys(SECRET.encode())
    with databases.fresh() as url:
        db.connect(url)
        load_demo("http://localhost:8000", Console(file=io.StringIO()))
        with db.current().engine.connect() as connection:
            connection.execute(text("commit"))
            connection.execute(text(f"vacuum into '{path}'"))
            connection.execute(text("begin"))
        db.disconnect()
    return path


@pytest.fixture
def city(loaded: Path, tmp_path: Path) -> Settings:
    shutil.copy(loaded, tmp_path / "city.db")
    url = f"sqlite:///{tmp_path / 'city.db'}"
    return Settings(DATABASE_URL=url, CHIZHENG_SECRET=SECRET, CHIZHENG_VAR=tmp_path)


def session_cookie(app: Flask, username: str) -> str:
    with reading() as session:
        identity = acting(session, username)
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return str(signer.dumps({"_user_id": identity.get_id(), "_fresh": True}))


def checked(city: Settings) -> tuple[bool, str]:
    console = Console(file=io.StringIO(), width=200)
    agrees = check_demo(city, console)
    db.disconnect()
    return agrees, console.file.getvalue()  # type: ignore[attr-defined]


def test_every_published_figure_is_the_computed_and_the_shown_one(city):
    agrees, printed = checked(city)
    assert agrees, printed
    for figure in FIGURES:
        assert len(re.findall(rf" {re.escape(figure)} ", printed)) >= 3


@pytest.mark.parametrize(
    "plant",
    [
        "update credential set state = 'reserved' where cert_no = '99100100001'",
        "update cleanup_case set organisation_id = (select id from organisation where code = 'M01') where id = "
        "(select min(c.id) from cleanup_case c join organisation o on o.id = c.organisation_id "
        "where o.code = 'C01' and c.state = 'removed')",
        "delete from pass_list_entry where serial = 1",
        "update audit_entry set actor_name = 'somebody else' where seq = 100",
        "update pass_list_entry set name = '另一人' where serial = 1",
        "update credential set holder_name = '另一人' where cert_no = '99100100001'",
        "update log_entry set kind = 'circular' where kind = 'pass_list'",
        "update log_node set hash = lower(hex(randomblob(32))) where level = 7 and position = 3",
    ],
    ids=[
        "a credential less",
        "a removal in another unit",
        "a name off the list",
        "an entry changed",
        "another name on the list",
        "another name on a credential",
        "an entry of the log changed",
        "a node of the log changed",
    ],
)
def test_a_planted_difference_is_found(city, plant):
    with db.connect(city.database).engine.begin() as connection:
        assert connection.execute(text(plant)).rowcount == 1
    db.disconnect()
    assert not checked(city)[0]


def test_no_public_page_shows_an_identity_or_a_mobile_number(city):
    browser = FormsBrowser(create_app(city))
    with reading() as session:
        pass_list = session.scalars(select(PassList)).one()
        numbers = session.scalars(select(Credential.cert_no).limit(20)).all()
        circular = session.scalars(select(Circular)).one()
        pages = -(-pass_list.passed_count // 50)
    paths = ["/", "/lookup", "/log/", "/api/log/entries", "/pass-lists/", f"/pass-lists/{pass_list.id}/list.json"]
    paths += [f"/pass-lists/{pass_list.id}?page={number}" for number in range(1, pages + 1)]
    paths += [f"/lookup?q={number}" for number in numbers]
    paths += ["/circulars/", f"/circulars/{circular.id}", f"/circulars/{circular.id}/snapshot.json"]
    for path in paths:
        text_shown = HEXADECIMAL.sub("", browser.fetch(path).get_data(as_text=True))
        assert not IDENTITY_NUMBER.search(text_shown), path
        assert not MOBILE_NUMBER.search(text_shown), path
        assert "DEMO-" not in text_shown, path


def test_the_files_of_the_circular_hold_no_identity_or_mobile_number(city):
    browser = FormsBrowser(create_app(city))
    with reading() as session:
        circular = session.scalars(select(Circular)).one()
    for layout in ("docx", "xlsx"):
        content = browser.fetch(f"/circulars/{circular.id}/circular.{layout}").get_data()
        with ZipFile(io.BytesIO(content)) as archive:
            texts = [archive.read(name) for name in archive.namelist() if name.endswith(".xml")]
        written = HEXADECIMAL.sub("", re.sub("<[^>]*>", " ", b" ".join(texts).decode()))
        assert not IDENTITY_NUMBER.search(written), layout
        assert not MOBILE_NUMBER.search(written), layout
        assert "DEMO-" not in written


def test_a_tampered_snapshot_is_not_shown_as_if_it_held(city):
    plant = "update figures_snapshot set content = replace(content, '\"passed\"\\:311', '\"passed\"\\:312')"
    with db.connect(city.database).engine.begin() as connection:
        assert connection.execute(text(plant)).rowcount == 1
    db.disconnect()
    with pytest.raises(RuntimeError, match="409"):
        checked(city)


def test_the_public_list_shows_everybody_who_passed_once(city):
    browser = FormsBrowser(create_app(city))
    with reading() as session:
        pass_list = session.scalars(select(PassList)).one()
        serials = set(session.scalars(select(PassListEntry.candidate_no)))
    shown: set[str] = set()
    for number in range(1, -(-pass_list.passed_count // 50) + 1):
        page = browser.open(f"/pass-lists/{pass_list.id}?page={number}")
        shown |= {row.find_all("td")[-1].get_text(strip=True) for row in page.select("tbody tr")}
    assert shown == serials
    assert len(serials) == 2101


@pytest.mark.browser
@pytest.mark.timeout(900)  # well over a hundred pages, each gone through by axe
@pytest.mark.parametrize(("language", "width"), [("zh", 1440), ("en", 390)])
def test_every_page_that_links_lead_to_can_be_read_by_everybody(city, chromium, language, width):
    app = create_app(city)
    with served(city) as base:
        faults = {}
        for username in ("", "kaosheng", "danwei", "guanli", "renshi"):
            context = chromium.new_context(base_url=base, viewport={"width": width, "height": 900}, bypass_csp=True)
            context.add_cookies([{"name": "language", "value": language, "url": base}])
            if username:
                context.add_cookies([{"name": "session", "value": session_cookie(app, username), "url": base}])
            faults |= faults_on_the_way(app, context.new_page())
            context.close()
    assert faults == {}


def faults_on_the_way(app: Flask, page: Page) -> dict[str, list[str]]:
    """Follow links, one page of each kind, and return what is wrong with any of them."""
    adapter = app.url_map.bind("localhost")
    waiting, seen, faults = ["/", "/home"], set(), {}
    while waiting:
        path = waiting.pop().partition("#")[0]
        endpoint = adapter.match(path.partition("?")[0])[0]
        is_file = path.partition("?")[0].endswith(
            (".pdf", ".docx", ".xlsx", ".json", ".svg", ".atom", ".csv", ".pem", ".jwt")
        )
        if endpoint in seen or endpoint in SKIPPED or is_file:
            continue
        seen.add(endpoint)
        answer = page.goto(path)
        if answer and answer.status == 200 and not answer.headers["content-type"].startswith("text/html"):
            continue  # an answer for programs
        found = [] if answer and answer.status == 200 else [f"status {answer and answer.status}"]
        found += [rule["id"] for rule in Axe().run(page).response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append("wider than the window")
        if found:
            faults[path] = found
        links = page.eval_on_selector_all("a[href^='/']", "all => all.map((one) => one.getAttribute('href'))")
        waiting += [link for link in links if not link.startswith("/language")]
    assert len(seen) > 3
    return faults

"""The whole way in a real browser: sign in, sit, hand in, list, PDF, lookup, flagged, removed, cancelled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pypdfium2
import pytest
from playwright.sync_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.db import reading, transaction
from core.import_kinds import import_sheet
from exam.blueprints import BlueprintDraft, Cell
from exam.models.planning import Candidate, Sitting
from exam.models.room import Paper
from exam.operations import planning
from exam.papers import entries_of
from people.identity import Identity
from people.models import Account, Officer
from people.permissions import Role
from questions.kinds import OPTION_LETTERS, ItemKind
from questions.operations import ITEMS
from questions.queries import keys_of
from tests.browser import sign_in
from tests.factories import ACTOR, make_account, make_city, make_course, make_officer
from training.hours import HourSource, NewHours
from training.operations import credit_hours

pytestmark = pytest.mark.browser
SAMPLE = Path(__file__).resolve().parents[2] / "questions" / "sample_items" / "administrative_penalty.csv"
CELLS = (
    Cell(ItemKind.TRUE_FALSE, None, 3, 10),
    Cell(ItemKind.SINGLE, None, 3, 10),
    Cell(ItemKind.MULTIPLE, None, 2, 20),
)
NAME = "陈𬱖"


@dataclass(frozen=True)
class Cast:
    """Everybody who takes part, and the sitting."""

    candidate: Account
    unit: Account
    administrator: Account
    second: Account
    hr: Account
    sitting: Sitting
    officer: Officer


@pytest.fixture
def cast(app) -> Cast:
    with transaction() as session:
        city = make_city(session)
        officer = make_officer(session, city.county, name=NAME)
        office = Identity(None, Role.ADMINISTRATOR, "测试", None, None, 0, False)
        import_sheet(session, ITEMS, SAMPLE.name, SAMPLE.read_bytes(), office)
        today = clock.today()
        course = make_course(session, starts_on=today - timedelta(days=9), ends_on=today)
        days = (today - timedelta(days=2), today - timedelta(days=1))
        hours = [NewHours(officer.id, Decimal(12), HourSource.ONLINE, day) for day in days]
        credit_hours(session, course, hours, ACTOR)
        sitting = _open_sitting(session, course.id, officer)
        roles = (Role.UNIT_ADMINISTRATOR, Role.ADMINISTRATOR, Role.ADMINISTRATOR, Role.HR)
        others = [make_account(session, role, city.county) for role in roles]
        candidate = make_account(session, Role.CANDIDATE, city.county, officer=officer)
    return Cast(candidate, *others, sitting, officer)


def test_from_signing_in_to_a_cancelled_credential(cast, page, context, live_server, tmp_path):
    _sit(page, cast)
    office = context.browser.new_context(base_url=live_server).new_page()
    office.on("dialog", lambda dialog: dialog.accept())
    number = _publish_and_issue(office, cast, tmp_path)
    assert "有效" in _looked_up(page, number)
    _retire(office, cast)
    _remove(office, cast, number)
    office.context.close()
    answer = _looked_up(page, number)
    assert "已注销" in answer
    assert "不得凭此证" in answer
    assert "退休" not in answer


def _sit(page: Page, cast: Cast) -> None:
    sign_in(page, cast.candidate)
    page.get_by_role("link", name="进入候考").click()
    page.get_by_role("button", name="开始考试").click()
    page.wait_for_selector("#question:not([hidden])")
    for place, letters in _right_answers(cast).items():
        for letter in letters:
            page.keyboard.press(letter.lower())
        page.wait_for_selector("#save-state[data-state=saved]")
        if place < sum(cell.item_count for cell in CELLS):
            page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="检查并交卷").first.click()
    page.locator("#to-confirm").click()
    page.locator("#hand-in-button").click()
    page.wait_for_url("**/outcome")
    text = page.locator("main").inner_text()
    assert "合格" in text
    assert "100" in text


def _publish_and_issue(page: Page, cast: Cast, folder: Path) -> str:
    sign_in(page, cast.administrator)
    page.goto(f"/sittings/{cast.sitting.id}")
    page.get_by_role("button", name="结束考试").click()
    page.get_by_role("link", name="预览并公布名单").click()
    page.locator("select[name=mode]").select_option("publish_effective")
    page.get_by_role("button", name="起草名单").click()
    assert "须由另一名管理员批准" in page.locator("main").inner_text()
    draft = page.url
    _sign_out(page)
    sign_in(page, cast.second)
    page.goto(draft)
    page.get_by_role("button", name="批准名单").click()
    page.get_by_role("button", name="确认公布").click()
    assert NAME in page.locator("main").inner_text()
    page.get_by_role("link", name="按名单核发证件").click()
    page.get_by_role("button", name="核发 1 本证件").click()
    page.goto("/credentials/")
    page.locator("table.list tbody a").first.click()
    number = page.locator("main .page-head .lead").inner_text().strip()
    _check_document(page, number, folder)
    return number


def _check_document(page: Page, number: str, folder: Path) -> None:
    href = page.get_by_role("link", name="资格证书").get_attribute("href")
    content = page.request.get(str(href)).body()
    document = pypdfium2.PdfDocument(content)
    text = document[0].get_textpage().get_text_bounded()
    document.close()
    assert NAME in text
    assert number in text
    assert "SAMPLE" in text


def _retire(page: Page, cast: Cast) -> None:
    _sign_out(page)
    sign_in(page, cast.unit)
    page.goto(f"/officers/{cast.officer.id}")
    page.locator("select[name=post]").select_option("retired")
    page.get_by_role("button", name="登记变动").click()
    assert "退休" in page.locator("main").inner_text()


def _remove(page: Page, cast: Cast, number: str) -> None:
    _sign_out(page)
    sign_in(page, cast.hr)
    page.fill("input[name=title]", "资格清理")
    page.get_by_role("button", name="开始清理").click()
    page.get_by_role("button", name="按规则检查全部持证人员").click()
    page.get_by_role("link", name=NAME).first.click()
    assert "退休" in page.locator("main").inner_text()
    page.fill("textarea[name=reason]", "经单位核实，已经退休。")
    page.get_by_role("button", name="予以清理").click()
    page.goto("/cleanup/")
    page.get_by_role("link", name="统计表").first.click()
    assert page.locator("[data-figure='total:removed']").inner_text().strip() == "1"


def _looked_up(page: Page, number: str) -> str:
    page.goto("/")
    page.fill("input[name=q]", number)
    page.get_by_role("button", name="查询").click()
    return page.locator("main").inner_text()


def _sign_out(page: Page) -> None:
    page.get_by_role("button", name="退出").click()


def _open_sitting(session: Session, course_id: UUID, officer: Officer) -> Sitting:
    draft = BlueprintDraft("小卷", CELLS, 30, 60)
    blueprint = planning.define_blueprint(session, draft, ACTOR)
    now = clock.now()
    sitting = Sitting(
        title="执法资格考试",
        blueprint=blueprint,
        blueprint_id=blueprint.id,
        course_id=course_id,
        opens_at=now - timedelta(minutes=1),
        closes_at=now + timedelta(hours=2),
    )
    with clock.at(now - timedelta(hours=1)):
        planning.plan_sitting(session, sitting, ACTOR)
        planning.register_candidates(session, sitting, [officer], ACTOR)
        planning.open_sitting(session, sitting, ACTOR)
    return sitting


def _right_answers(cast: Cast) -> dict[int, str]:
    """Return the right letters as shown, by place: what a candidate who knows the law would press."""
    with reading() as session:
        query = select(Paper).join(Candidate, Paper.candidate_id == Candidate.id)
        paper = session.scalars(query.where(Candidate.officer_id == cast.officer.id)).one()
        entries = entries_of(paper.entries)
        keys: Mapping[UUID, str] = keys_of(session, [entry.version_id for entry in entries])
    return {
        place: "".join(sorted(OPTION_LETTERS[entry.order.index(letter)] for letter in keys[entry.version_id]))
        for place, entry in enumerate(entries, start=1)
    }

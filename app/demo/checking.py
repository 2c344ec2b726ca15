"""Hold the demo city's figures against each other: the published ones, the database's, and the pages'.

The pages are opened as the administrator, HR and the public would open them, and their numbers are read
from the HTML where it names a figure (``data-figure``). Nothing is trusted that was not shown.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZipFile

from flask import Flask
from rich.console import Console
from rich.table import Table
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.demo.circular_step import circular_of
from app.demo.exam_step import SITTING
from app.demo.stage import acting
from app.demo.units import SEED, demo_units
from app.factory import create_app
from app.log_auditing import faults_in_log
from app.settings import Settings
from certificates.models import CleanupCase, CleanupRound, Credential
from certificates.states import CaseState, CredentialSource, CredentialState
from core import clock
from core.db import reading
from core.queries import broken_audit_entry
from core.texts import lazy_gettext as _
from exam.circular_states import CircularLayout
from exam.models.planning import Sitting
from exam.models.results import PassList, PassListEntry, Result
from exam.pass_rates import rate
from exam.queries.circulars import file_of
from exam.queries.newest import newest_result
from exam.states import OUTCOME_NAMES, Outcome
from people.models import Organisation
from people.posts import OrganisationKind

SENTENCES = {
    "应参加": "应参加([0-9]+)人",
    "参加考试": "参加考试([0-9]+)人",
    "合格": "参加考试人员中，合格([0-9]+)人",
    "未合格": "未合格([0-9]+)人",
    "合格率（%）": "合格率([0-9.]+)%",
    "未按要求完成": "未按要求完成培训考试([0-9]+)人",
}
TAG = re.compile(r"<[^>]*>")
FIGURE = re.compile(r'data-figure="([\w:.-]+)"[^>]*>\s*(?:<a [^>]*>)?\s*([\d,.]+)')


@dataclass(frozen=True)
class Line:
    """One figure as published, as the database counts it, and as a page shows it."""

    words: str
    published: str
    counted: str
    shown: str

    @property
    def agrees(self) -> bool:
        """Say whether the three are the same."""
        return self.published == self.counted == self.shown


@dataclass(frozen=True)
class Pages:
    """The figures that pages show, by the name each gives them; those of the circular by its sentences."""

    results: dict[str, str]
    pass_list: dict[str, str]
    credentials: dict[str, str]
    clean_up: dict[str, str]
    circular: dict[str, str]
    circular_file: dict[str, str]


def check_demo(settings: Settings, console: Console) -> bool:
    """Print every figure three times over and say whether all agree."""
    app = create_app(settings)
    with reading() as session:
        pages = _open_pages(app, session)
        lines = [*_city_lines(session, pages), *_unit_lines(session, pages)]
        broken = broken_audit_entry(session)
        faults = faults_in_log(session)
    table = Table(str(_("数字")), str(_("公布")), str(_("数据库")), str(_("页面")), "")
    for line in lines:
        table.add_row(line.words, line.published, line.counted, line.shown, "✓" if line.agrees else "✗")
    console.print(table)
    if broken is not None:
        console.print(str(_("第 %(number)s 条记录与前后不符，记录可能被改动。", number=broken + 1)))
    for fault in faults:
        console.print(fault)
    agree = all(line.agrees for line in lines) and broken is None and not faults
    console.print(str(_("全部一致。") if agree else _("有不一致的数字，见上表。")))
    return agree


def figures_on(html: str) -> dict[str, str]:
    """Return every figure a page names, without its thousands separators."""
    return {name: number.replace(",", "") for name, number in FIGURE.findall(html)}


def figures_said(text: str) -> dict[str, str]:
    """Return what the first sentence of a circular that speaks of each figure says."""
    plain = TAG.sub("", text)
    found = {name: re.search(pattern, plain) for name, pattern in SENTENCES.items()}
    return {name: match[1] for name, match in found.items() if match}


def written_in(docx: bytes) -> str:
    """Return the text of a DOCX as it is stored."""
    with ZipFile(BytesIO(docx)) as archive:
        return archive.read("word/document.xml").decode()


def _open_pages(app: Flask, session: Session) -> Pages:
    sitting = session.scalars(select(Sitting).where(Sitting.title == SITTING)).one()
    pass_list = session.scalars(select(PassList).where(PassList.sitting_id == sitting.id)).one()
    round_ = session.scalars(select(CleanupRound).order_by(CleanupRound.opened_at)).first()
    circular = circular_of(session)
    as_office, as_hr, as_public = (_opener(app, session, name) for name in ("guanli", "renshi", ""))
    return Pages(
        results=figures_on(as_office(f"/results/{sitting.id}")),
        pass_list=figures_on(as_public(f"/pass-lists/{pass_list.id}")),
        credentials=figures_on(as_office("/credentials/")),
        clean_up=figures_on(as_hr(f"/cleanup/{round_.id}/totals")) if round_ else {},
        circular=figures_said(as_public(f"/circulars/{circular.id}")),
        circular_file=figures_said(written_in(file_of(session, circular.id, CircularLayout.DOCX).content)),
    )


def _opener(app: Flask, session: Session, username: str) -> Callable[[str], str]:
    client = app.test_client()
    if username:
        identity = acting(session, username)
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = identity.get_id(), True

    def opened(path: str) -> str:
        response = client.get(path)
        if response.status_code != 200:
            raise RuntimeError(f"{path} answered {response.status_code}")
        return response.get_data(as_text=True)

    return opened


def _city_lines(session: Session, pages: Pages) -> list[Line]:
    outcomes = _outcomes(session)
    passed, failed = outcomes.get(Outcome.PASSED, 0), outcomes.get(Outcome.FAILED, 0)
    missing = outcomes.get(Outcome.NOT_COMPLETED, 0)
    removed = {kind: _removed(session, kind) for kind in (OrganisationKind.DEPARTMENT, OrganisationKind.COUNTY)}
    pass_rate = rate(passed, passed + failed)
    results, clean_up = pages.results, pages.clean_up
    listed = session.scalar(select(func.count()).select_from(PassListEntry)) or 0
    rows: list[tuple[object, object, object, str | None]] = [
        (_("县区"), SEED.counties, _units(session, OrganisationKind.COUNTY), results.get("counties")),
        (_("市直部门"), SEED.departments, _units(session, OrganisationKind.DEPARTMENT), results.get("departments")),
        (_("应参加"), SEED.due, passed + failed + missing, results.get("total:due")),
        (_("参加考试"), SEED.participated, passed + failed, results.get("total:participated")),
        (_("合格"), SEED.passed, passed, results.get("total:passed")),
        (_("未合格"), SEED.failed, failed, results.get("total:failed")),
        (_("未按要求完成"), SEED.not_completed, missing, results.get("total:not_completed")),
        (_("合格率（%）"), SEED.pass_rate, pass_rate, results.get("total:pass_rate")),
        (_("名单人数"), SEED.passed, listed, pages.pass_list.get("passed")),
        (_("有效证件"), SEED.active, _active(session), pages.credentials.get("valid")),
        (_("其中承接旧证"), SEED.older, _active_older(session), _older_shown(pages)),
        (_("清理人数"), SEED.removed, sum(removed.values()), clean_up.get("total:removed")),
        (
            _("其中市直部门"),
            SEED.removed_departments,
            removed[OrganisationKind.DEPARTMENT],
            clean_up.get("departments:removed"),
        ),
        (_("其中县区"), SEED.removed_counties, removed[OrganisationKind.COUNTY], clean_up.get("counties:removed")),
    ]
    lines = [Line(str(words), str(seed), str(count), shown or "—") for words, seed, count, shown in rows]
    return [*lines, *_circular_lines(pages)]


def _circular_lines(pages: Pages) -> list[Line]:
    """Return the published figures as the issued file says them and as the public page says them."""
    published = (SEED.due, SEED.participated, SEED.passed, SEED.failed, SEED.pass_rate, SEED.not_completed)
    return [
        Line(
            str(_("通报：%(figure)s", figure=name)),
            str(seed),
            pages.circular_file.get(name, "—"),
            pages.circular.get(name, "—"),
        )
        for name, seed in zip(SENTENCES, published, strict=True)
    ]


def _unit_lines(session: Session, pages: Pages) -> list[Line]:
    """Return a line for every unit's figure that does not agree, and one that says how many do."""
    outcomes, removals = _outcomes_by_unit(session), _removed_by_unit(session)
    lines = []
    for unit in demo_units():
        planned = {
            Outcome.PASSED: unit.passed,
            Outcome.FAILED: unit.failed,
            Outcome.NOT_COMPLETED: unit.not_completed,
        }
        for outcome, count in planned.items():
            shown = pages.results.get(f"{unit.code}:{outcome}", "—")
            counted = outcomes.get((unit.code, outcome), 0)
            lines.append(Line(f"{unit.name} {OUTCOME_NAMES[outcome]}", str(count), str(counted), shown))
        shown = pages.clean_up.get(f"{unit.code}:removed", "0")
        counted = removals.get(unit.code, 0)
        lines.append(Line(f"{unit.name} {_('清理人数')}", str(unit.removed), str(counted), shown))
    agreeing = str(sum(line.agrees for line in lines))
    total = Line(str(_("各单位的数字")), str(len(lines)), agreeing, agreeing)
    return [*(line for line in lines if not line.agrees), total]


def _outcomes_by_unit(session: Session) -> dict[tuple[str, Outcome], int]:
    query = (
        select(Organisation.code, Result.outcome, func.count())
        .join(Organisation, Result.organisation_id == Organisation.id)
        .join(Sitting, Result.sitting_id == Sitting.id)
        .where(Sitting.title == SITTING, newest_result())
        .group_by(Organisation.code, Result.outcome)
    )
    return {(code, Outcome(outcome)): count for code, outcome, count in session.execute(query)}


def _removed_by_unit(session: Session) -> dict[str, int]:
    query = (
        select(Organisation.code, func.count().label("removed"))
        .join(CleanupCase, CleanupCase.organisation_id == Organisation.id)
        .where(CleanupCase.state == CaseState.REMOVED)
        .group_by(Organisation.code)
    )
    return {row.code: row.removed for row in session.execute(query)}


def _outcomes(session: Session) -> dict[Outcome, int]:
    query = select(Result.outcome, func.count()).join(Sitting, Result.sitting_id == Sitting.id)
    rows = session.execute(query.where(Sitting.title == SITTING, newest_result()).group_by(Result.outcome))
    return {Outcome(outcome): count for outcome, count in rows}


def _units(session: Session, kind: OrganisationKind) -> int:
    return session.scalar(select(func.count()).select_from(Organisation).where(Organisation.kind == kind)) or 0


def _active(session: Session) -> int:
    return session.scalar(_counted()) or 0


def _active_older(session: Session) -> int:
    """Count what did not come from the exam: older credentials, and those reissued in place of one."""
    return session.scalar(_counted().where(Credential.source != CredentialSource.EXAM)) or 0


def _counted() -> Select[int]:
    today, query = clock.today(), select(func.count()).select_from(Credential)
    query = query.where(Credential.state == CredentialState.ACTIVE)
    return query.where(Credential.valid_from <= today, Credential.valid_until >= today)


def _older_shown(pages: Pages) -> str | None:
    """Return what the pages say: those valid less those on the list."""
    valid, listed = pages.credentials.get("valid"), pages.pass_list.get("passed")
    return str(int(valid) - int(listed)) if valid and listed else None


def _removed(session: Session, kind: OrganisationKind) -> int:
    query = (
        select(func.count())
        .select_from(CleanupCase)
        .join(Organisation, CleanupCase.organisation_id == Organisation.id)
        .where(CleanupCase.state == CaseState.REMOVED, Organisation.kind == kind)
    )
    return session.scalar(query) or 0

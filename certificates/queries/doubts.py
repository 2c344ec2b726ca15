"""Reads over reported doubts: the office's queue, one of them opened, and what a receipt shows."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from certificates.doubts import ADDRESS_WINDOW, DoubtState
from certificates.models import DoubtReport
from core import clock
from core.client_addresses import household_of
from core.errors import NotFoundError
from core.paging import Page, page_of
from core.sealing import matching_digest, opened
from core.texts import lazy_gettext as _
from exam.objections import normalised_code
from people.models import Account

TEXT_PLACE, CONTACT_PLACE = "doubt_report.text", "doubt_report.contact"


@dataclass(frozen=True)
class OpenedDoubt:
    """A report as whoever answers it reads it."""

    report: DoubtReport
    text: str
    contact: str
    answered_by: str | None


@dataclass(frozen=True)
class DoubtStanding:
    """What the holder of a receipt may see."""

    number: str
    cert_no: str
    state: DoubtState
    made_at: datetime
    answer: str
    answered_at: datetime | None


def doubts(session: Session, state: DoubtState | None, number: int) -> Page[DoubtReport]:
    """Return one page of reports: those open first, the oldest of them on top, then the newest."""
    is_open = case((DoubtReport.state == DoubtState.OPEN, 0), else_=1)
    query = select(DoubtReport)
    if state is not None:
        query = query.where(DoubtReport.state == state)
    order = (is_open, case((is_open == 0, DoubtReport.made_at)), DoubtReport.made_at.desc())
    return page_of(session, query.order_by(*order), number)


def doubt(session: Session, report_id: UUID) -> DoubtReport:
    """Return one report."""
    found = session.get(DoubtReport, report_id)
    if found is None:
        raise NotFoundError
    return found


def opened_doubt(session: Session, report: DoubtReport) -> OpenedDoubt:
    """Return a report with its sealed parts opened; for the office alone."""
    answerer = session.get(Account, report.answered_by) if report.answered_by else None
    return OpenedDoubt(
        report,
        opened(report.text_sealed, TEXT_PLACE),
        opened(report.contact_sealed, CONTACT_PLACE),
        answerer.display_name if answerer else None,
    )


def doubts_from(session: Session, address: str) -> int:
    """Return how many reports came from an address in the last day."""
    since = clock.now() - ADDRESS_WINDOW
    mine = (DoubtReport.address_digest == from_digest(address), DoubtReport.made_at > since)
    return session.scalar(select(func.count()).select_from(DoubtReport).where(*mine)) or 0


def standing_of(session: Session, number: str, code: str) -> DoubtStanding:
    """Return where a report stands, to whoever has its number and its code; else there is none."""
    cleaned = normalised_code(number)
    found = session.scalar(select(DoubtReport).where(DoubtReport.number == cleaned))
    expected = found.code_digest if found else ""
    if found is None or not hmac.compare_digest(expected, code_digest(cleaned, code)):
        raise NotFoundError(_("没有找到这件反映。请核对受理编号和查询码，两项都要与回执一致。"))
    return DoubtStanding(
        number=found.number,
        cert_no=found.cert_no,
        state=DoubtState(found.state),
        made_at=found.made_at,
        answer=found.answer,
        answered_at=found.answered_at,
    )


def code_digest(number: str, code: str) -> str:
    """Return the digest that a receipt's code is stored as."""
    return matching_digest(f"doubt {number} {normalised_code(code)}")


def from_digest(address: str) -> str:
    """Return the digest that an address is stored as."""
    return matching_digest(f"doubt from {household_of(address)}")

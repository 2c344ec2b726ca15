"""Reads for the annual review: who is due in the year, and what the registers already answer for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from certificates.models import AnnualReview, Credential
from certificates.queries.life import hours_of, roll_grounds
from certificates.renewal import hours_missing
from certificates.review import ReviewOutcome, ReviewQuestion, ReviewState, opens_on
from certificates.states import STANDING
from core import clock
from core.errors import Reason, refuse_if
from core.paging import Page, page_of
from core.texts import lazy_gettext as _
from people.models import Organisation
from people.scope import Scope

CHOSEN_AT_ONCE = 500


@dataclass(frozen=True)
class DueFilter:
    """What the list of those due is narrowed to."""

    organisation_id: UUID | None = None


@dataclass(frozen=True)
class DueRow:
    """One credential that is due, with what the registers know; None is for a person to answer."""

    credential: Credential
    answers: Mapping[ReviewQuestion, bool]

    @property
    def against(self) -> tuple[ReviewQuestion, ...]:
        """Return the questions that the registers answer with no."""
        return tuple(question for question, answer in self.answers.items() if not answer)


def due(session: Session, scope: Scope, wanted: DueFilter, today: date, number: int) -> Page[DueRow]:
    """Return one page of the credentials still to be reviewed this year, by unit and number."""
    query = _due(_credentials(), scope, today)
    if wanted.organisation_id is not None:
        query = query.where(Credential.organisation_id == wanted.organisation_id)
    page = page_of(session, query.order_by(Organisation.code, Credential.cert_no), number)
    return Page(_rows(session, page.rows, today), page.number, page.size, page.total)


def review_counts(session: Session, scope: Scope, today: date) -> Mapping[ReviewState, int]:
    """Return how many credentials of this year are reviewed with what outcome, and how many are left."""
    left = session.scalar(_due(select(func.count()).select_from(Credential), scope, today)) or 0
    failed = session.scalar(_within(_reviewed(ReviewOutcome.FAILED, today), scope)) or 0
    passed = session.scalar(_within(_reviewed(ReviewOutcome.PASSED, today), scope)) or 0
    return {ReviewState.PASSED: passed, ReviewState.FAILED: failed, ReviewState.OPEN: left}


def passing(session: Session, ids: Sequence[UUID], scope: Scope, today: date) -> list[Credential]:
    """Return the credentials ticked, or refuse: each must be due, and no register may answer one with no."""
    refuse_if(_too_many(ids))
    query = _due(_credentials(), scope, today).where(Credential.id.in_(ids)).order_by(Credential.id)
    found = _rows(session, list(session.scalars(query.with_for_update(of=Credential)).unique()), today)
    if len(found) < len(ids) or today < opens_on(today.year):
        text = _("勾选的证件中有的不在审验期、已审验或已失效，请刷新页面后重新勾选。")
        refuse_if([Reason("not_due", text)])
    against = [row.credential for row in found if row.against]
    refuse_if([_not_clean(one) for one in against])
    return [row.credential for row in found]


def known_answers(session: Session, credential: Credential, today: date) -> Mapping[ReviewQuestion, bool]:
    """Return what the registers answer for one credential."""
    return _rows(session, [credential], today)[0].answers


def _credentials() -> Select[Credential]:
    return select(Credential).join(Credential.organisation).options(joinedload(Credential.officer))


def _rows(session: Session, found: Sequence[Credential], today: date) -> list[DueRow]:
    done = hours_of(session, [one.officer_id for one in found], today)
    return [DueRow(one, _answers(one, done.get(one.officer_id, Decimal(0)), today)) for one in found]


def _answers(one: Credential, hours: Decimal, today: date) -> Mapping[ReviewQuestion, bool]:
    officer = one.officer
    printed = (one.holder_name, one.organisation_id, one.category)
    return {
        ReviewQuestion.IN_POST: not roll_grounds(officer, today),
        ReviewQuestion.HOURS_MET: not hours_missing(hours),
        ReviewQuestion.UNCHANGED: printed == (officer.name, officer.organisation_id, officer.enforcement_category),
    }


def _due(query: Select[*tuple[Any, ...]], scope: Scope, today: date) -> Select[*tuple[Any, ...]]:
    """Say in SQL what ``review_state`` says of one credential: it is due, and no review of the year was made."""
    begins = opens_on(today.year)
    registered_before = Credential.issued_at < clock.end_of(begins)
    reviewed = exists().where(AnnualReview.credential_id == Credential.id, AnnualReview.year == today.year)
    return _within(query, scope).where(
        Credential.state.in_(STANDING),
        Credential.valid_from < date(today.year, 1, 1),
        Credential.valid_until >= max(begins, today),
        or_(registered_before, Credential.issued_at.is_(None)),
        ~reviewed,
    )


def _reviewed(outcome: ReviewOutcome, today: date) -> Select[int]:
    newest = (
        select(func.max(AnnualReview.number))
        .where(AnnualReview.credential_id == Credential.id, AnnualReview.year == today.year)
        .correlate(Credential)
        .scalar_subquery()
    )
    return (
        select(func.count())
        .select_from(Credential)
        .join(AnnualReview, AnnualReview.credential_id == Credential.id)
        .where(AnnualReview.year == today.year, AnnualReview.outcome == outcome, AnnualReview.number == newest)
    )


def _within(query: Select[*tuple[Any, ...]], scope: Scope) -> Select[*tuple[Any, ...]]:
    return query if scope.organisation_id is None else query.where(_of_unit(scope.organisation_id))


def _of_unit(organisation_id: UUID) -> ColumnElement[bool]:
    return Credential.organisation_id == organisation_id


def _too_many(ids: Sequence[UUID]) -> list[Reason]:
    if len(ids) <= CHOSEN_AT_ONCE:
        return []
    return [Reason("too_many", _("一次最多勾选 %(limit)s 本证件。", limit=CHOSEN_AT_ONCE))]


def _not_clean(one: Credential) -> Reason:
    text = _("%(name)s（%(number)s）有项目不符合要求，请单独审验。", name=one.holder_name, number=one.cert_no)
    return Reason("against", text)

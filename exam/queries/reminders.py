"""Reads over the mails that remind units of their duties: what was sent, to whom one goes, what is unsettled."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.paging import Page, page_of
from exam.models.duties import Reminder
from exam.reminders import ReminderState
from people.models import Account
from people.permissions import Role
from people.scope import Scope


def reminders(session: Session, scope: Scope, number: int) -> Page[Reminder]:
    """Return one page of mails, the newest first."""
    query = select(Reminder).options(joinedload(Reminder.account))
    if scope.organisation_id is not None:
        query = query.where(Reminder.organisation_id == scope.organisation_id)
    return page_of(session, query.order_by(Reminder.day.desc(), Reminder.id.desc()), number)


def recipients(session: Session) -> list[Account]:
    """Return every unit's administrators that have given an address, by unit."""
    query = select(Account).where(
        Account.role == Role.UNIT_ADMINISTRATOR, Account.is_active.is_(True), Account.email != ""
    )
    return list(session.scalars(query.order_by(Account.organisation_id, Account.id)))


def causes_had(session: Session, account_ids: Iterable[UUID]) -> dict[UUID, set[str]]:
    """Return for which causes each account has had a mail; one that was not taken counts for nothing."""
    query = select(Reminder.account_id, Reminder.causes).where(
        Reminder.account_id.in_(list(account_ids)), Reminder.state != ReminderState.FAILED
    )
    had: dict[UUID, set[str]] = {}
    for account_id, causes in session.execute(query):
        had.setdefault(account_id, set()).update(causes)
    return had


def reminded_on(session: Session, day: date) -> set[UUID]:
    """Return the accounts that a mail was written down for on a day, whatever became of it."""
    return set(session.scalars(select(Reminder.account_id).where(Reminder.day == day)))


def unsettled(session: Session, day: date) -> list[Reminder]:
    """Return the mails of which the last word is not said: those on their way, and failed ones of the day."""
    can_be_reached = Account.is_active.is_(True) & (Account.email != "")
    is_failed_today = (Reminder.state == ReminderState.FAILED) & (Reminder.day == day)
    query = (
        select(Reminder)
        .join(Account, Reminder.account_id == Account.id)
        .where((Reminder.state == ReminderState.SENDING) | (is_failed_today & can_be_reached))
    )
    return list(session.scalars(query.order_by(Reminder.id)))

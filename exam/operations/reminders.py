"""The verbs of a reminder: write it down before it is sent, take it up again, and say what became of it.

A row that says it is being sent is never sent by anybody else: after a crash nobody knows whether the mail
arrived, and one too few is better than two.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import clock
from core.audit import SYSTEM
from core.operations import record_audit
from exam.models.duties import Reminder
from exam.reminders import NamedDuty, ReminderState, TryFacts, is_lost, may_try_again
from people.models import Account


def reserve_reminder(
    session: Session, account: Account, causes: Sequence[str], duties: Sequence[NamedDuty]
) -> Reminder | None:
    """Write today's mail to an account down; None where there is one already, by whomever."""
    now = clock.now()
    reminder = Reminder(
        account_id=account.id,
        account=account,
        organisation_id=account.organisation_id,
        day=clock.day_of(now),
        address=account.email,
        causes=list(causes),
        duties=[one.stored for one in duties],
        state=ReminderState.SENDING,
        tries=1,
        tried_at=now,
    )
    try:
        with session.begin_nested():
            session.add(reminder)
    except IntegrityError:
        return None
    return reminder


def take_up_again(session: Session, reminder_id: UUID) -> Reminder | None:
    """Begin another try of a mail that was not taken, to the address the account has now; None where not."""
    reminder = _locked(session, reminder_id)
    now = clock.now()
    if not reminder.account.email or not may_try_again(facts_of(reminder), now):
        return None
    reminder.state, reminder.tries, reminder.tried_at = ReminderState.SENDING, reminder.tries + 1, now
    reminder.address = reminder.account.email
    session.flush()
    return reminder


def settle_reminder(session: Session, reminder_id: UUID, state: ReminderState, failure: str = "") -> None:
    """Say what became of a mail that was being sent."""
    reminder = _locked(session, reminder_id)
    if reminder.state != ReminderState.SENDING:
        return
    reminder.state, reminder.failure = state, failure
    reminder.sent_at = clock.now() if state is ReminderState.SENT else None
    session.flush()
    detail = {"state": state, "tries": reminder.tries, "duties": len(reminder.duties)}
    record_audit(session, SYSTEM, "exam:reminder:send", reminder.id, detail)


def give_up_lost(session: Session, now: datetime) -> int:
    """Give up every mail whose process died while sending it, and return how many there are."""
    query = select(Reminder).where(Reminder.state == ReminderState.SENDING)
    lost = [one.id for one in session.scalars(query) if is_lost(facts_of(one), now)]
    for reminder_id in lost:
        settle_reminder(session, reminder_id, ReminderState.LOST)
    return len(lost)


def facts_of(reminder: Reminder) -> TryFacts:
    """Return what another try rests on."""
    return TryFacts(ReminderState(reminder.state), reminder.tries, reminder.tried_at)


def _locked(session: Session, reminder_id: UUID) -> Reminder:
    session.flush()
    query = select(Reminder).where(Reminder.id == reminder_id).with_for_update(of=Reminder)
    return session.execute(query.execution_options(populate_existing=True)).scalar_one()

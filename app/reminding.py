"""Mails that remind units of what they have open: found when the worker looks, sent by a job, one by one.

The worker does other things too, such as handing in overdue attempts: a server that is away ends the run at
once, and no run sends more than some or takes long. What was not sent is found again at a later look.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.duties import duties_within, words_of
from app.languages import speaking
from core import clock
from core.db import reading, transaction
from core.jobs import Interrupted, Run, enqueue, every_tick, handles
from core.mail import AwayError, Letter, LostMailError, MailError, MailServer, mail_server, send
from core.models import Job, JobState
from core.texts import gettext as _
from exam.duties import Duty
from exam.models.duties import Reminder
from exam.operations.reminders import (
    facts_of,
    give_up_lost,
    reserve_reminder,
    settle_reminder,
    take_up_again,
)
from exam.queries.reminders import causes_had, recipients, reminded_on, unsettled
from exam.reminders import NamedDuty, ReminderState, causes_for, is_lost, may_try_again, named, named_again
from people.models import Account
from people.scope import CITY

JOB = "duties:remind"
LOOK_EVERY = timedelta(minutes=10)
FIRST_HOUR = 8
SENT_AT_ONCE = 20
LONGEST_SECONDS = 10.0
log = structlog.get_logger()


@dataclass(frozen=True)
class Planned:
    """A mail that is to be written: to whom, for which causes, and all that the unit has open."""

    account: Account
    causes: list[str]
    duties: list[NamedDuty]


@dataclass
class _Office:
    """What mails need to know of this installation, and when the worker last looked."""

    address: str = ""
    days_before: int = 0
    looked_at: datetime | None = None


_office = _Office()


def set_up_reminders(address: str, days_before: int) -> None:
    """Say where mails lead to, and how many days before a date they go out."""
    _office.address, _office.days_before, _office.looked_at = address, days_before, None


@every_tick
def look_for_reminders() -> None:
    """Put the sending of mails into the line of work where there is something to send."""
    now = clock.now()
    if mail_server() is None or now.astimezone(clock.CITY_ZONE).hour < FIRST_HOUR:
        return
    if _office.looked_at is not None and now < _office.looked_at + LOOK_EVERY:
        return
    _office.looked_at = now
    with reading() as session:
        if not _is_waiting(session, now):
            return
    with transaction() as session:
        waiting = select(Job.id).where(Job.kind == JOB, Job.state.in_((JobState.QUEUED, JobState.RUNNING)))
        if session.scalar(waiting.limit(1)) is None:
            enqueue(session, JOB, {})


@handles(JOB)
def remind(run: Run) -> None:
    """Send what is to be sent now; each mail is written down and committed before it leaves."""
    server = mail_server()
    if server is None:
        return
    with transaction() as session:
        give_up_lost(session, clock.now())
    began = time.monotonic()
    for sent, reminder in enumerate(_reserved(), start=1):
        if not _deliver(server, reminder):
            return
        with transaction() as session:
            run.report(session, sent, sent)
        if run.stopping.is_set():
            raise Interrupted
        if sent == SENT_AT_ONCE or time.monotonic() - began > LONGEST_SECONDS:
            with transaction() as session:
                enqueue(session, JOB, {})
            return


def planned(session: Session, now: datetime) -> list[Planned]:
    """Return the mails that are to be written now; nobody gets a second one on one day."""
    already = reminded_on(session, clock.day_of(now))
    accounts = [one for one in recipients(session) if one.id not in already]
    if not accounts:
        return []
    by_unit: dict[UUID, list[Duty]] = {}
    for duty in duties_within(session, CITY, now):
        by_unit.setdefault(duty.organisation_id, []).append(duty)
    had = causes_had(session, [one.id for one in accounts])
    found = []
    for account in accounts:
        duties = by_unit.get(account.organisation_id, []) if account.organisation_id else []
        causes = causes_for(duties, had.get(account.id, ()), now, _office.days_before)
        if causes:
            found.append(Planned(account, causes, [named(duty, now) for duty in duties]))
    return found


def letter_of(reminder: Reminder, address: str) -> Letter:
    """Return the mail in the language of its account; it tells how many people, and never who."""
    duties = [named_again(one) for one in reminder.duties]
    unit = reminder.organisation
    with speaking(reminder.account.mail_language) as is_english:
        name = unit.name_en if is_english else unit.name
        subject = " ".join(_("【持证】%(unit)s有 %(count)s 项待办", unit=name, count=len(duties)).split())
        lines = [_line(place, duty) for place, duty in enumerate(duties, start=1)]
        body = "\n".join(
            [
                _("%(unit)s管理员：", unit=name),
                "",
                _("贵单位有以下工作待办："),
                "",
                *lines,
                "",
                _("请登录办理：%(address)s", address=f"{address}/duties/"),
                "",
                _("本邮件由系统自动发送，请勿回复。不需要提醒的，登录后在“联系方式”中清空电子邮箱即可。"),
                "",
            ]
        )
    return Letter(str(reminder.id), reminder.address, subject, body, reminder.tried_at)


def _line(place: int, duty: NamedDuty) -> str:
    words = {"place": place, "words": words_of(duty), "day": duty.last_day.isoformat()}
    if duty.is_overdue:
        return str(_("%(place)s. 【已逾期】%(words)s。期限：%(day)s", **words))
    return str(_("%(place)s. %(words)s。期限：%(day)s", **words))


def _is_waiting(session: Session, now: datetime) -> bool:
    tries = [facts_of(one) for one in unsettled(session, clock.day_of(now))]
    return any(may_try_again(one, now) or is_lost(one, now) for one in tries) or bool(planned(session, now))


def _reserved() -> Iterator[Reminder]:
    """Yield every mail to be sent, each written down in a transaction of its own."""
    now = clock.now()
    with reading() as session:
        failed = [one.id for one in unsettled(session, clock.day_of(now)) if may_try_again(facts_of(one), now)]
        drafts = planned(session, now)
    for reminder_id in failed:
        with transaction() as session:
            again = take_up_again(session, reminder_id)
        if again is not None:
            yield again
    for draft in drafts:
        with transaction() as session:
            account = session.get_one(Account, draft.account.id)
            reminder = reserve_reminder(session, account, draft.causes, draft.duties)
            if reminder is not None:
                session.refresh(reminder, ["organisation"])
        if reminder is not None:
            yield reminder


def _deliver(server: MailServer, reminder: Reminder) -> bool:
    """Send one mail and write down what became of it; say whether the server is there for the next."""
    state, failure, is_there = ReminderState.SENT, "", True
    try:
        send(server, letter_of(reminder, _office.address))
    except LostMailError as error:
        state, failure, is_there = ReminderState.LOST, str(error), False
    except MailError as error:
        state, failure, is_there = ReminderState.FAILED, str(error), not isinstance(error, AwayError)
    if failure:
        log.warning("mail not sent", reminder=str(reminder.id), state=state, failure=failure)
    with transaction() as session:
        settle_reminder(session, reminder.id, state, failure)
    return is_there

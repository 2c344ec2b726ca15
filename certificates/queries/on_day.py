"""Was this person authorised on that day? The answer for any day, and the log entries that it rests on.

An answer is made from the acts up to the day and from no later one, so it never changes afterwards. Where
the log does not say the same of an act, the answer says that it cannot be proved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import numbers
from certificates.acts import ActKind
from certificates.life import Authority, DayAnswer, DayBounds, Span, Standing, Step, Validity, answer_on
from certificates.models import Credential, CredentialAct
from certificates.queries.statements import statement_of
from certificates.statements import TELLING, Statement
from certificates.states import CredentialState, QualificationState
from core import clock
from core.errors import InvalidError, NotFoundError
from core.models import LogEntry
from core.public_log import Proof
from core.queries import log_head, log_proof
from core.signing import public_key
from core.texts import lazy_gettext as _
from people.scope import Scope


@dataclass(frozen=True)
class Evidence:
    """What one part of a day rests on: what was said then, and the entry of the log that says it.

    ``proof`` is None where the newest entry at the time says something else, or there is none.
    """

    statement: Statement
    act: CredentialAct
    entry: LogEntry | None
    proof: Proof | None


@dataclass(frozen=True)
class Part:
    """A part of a day with what it rests on; nothing before the first act."""

    span: Span
    evidence: Evidence | None

    @property
    def is_proved(self) -> bool:
        """Say whether the log says the same; that there was no card yet needs no entry."""
        return self.evidence is None or self.evidence.proof is not None


@dataclass(frozen=True)
class OnDay:
    """The answer for one credential and one day.

    ``registered_on`` is the day since which this register speaks for the card; ``is_before`` says that the
    day lies before that and the card was valid elsewhere by its face, of which nothing is known here.
    """

    credential: Credential
    day: date
    answer: DayAnswer
    parts: tuple[Part, ...]
    registered_on: date
    is_before: bool

    @property
    def authority(self) -> Authority:
        """Return whether the holder could enforce on the day."""
        return self.answer.authority

    @property
    def is_proved(self) -> bool:
        """Say whether every part of the answer stands in the log."""
        return all(part.is_proved for part in self.parts)


def on_day(session: Session, number: str, day: date, scope: Scope) -> OnDay:
    """Return whether the holder of a number could enforce on a day; a day to come is not answered for."""
    found = session.scalar(select(Credential).where(Credential.cert_no == numbers.normalised(number)))
    if found is None or found.state == CredentialState.RESERVED or not scope.covers(found.organisation_id):
        raise NotFoundError
    if day > clock.today():
        raise InvalidError(_("只能查询今天和以前的日期，请重新选择。"))
    return on_day_of(session, found, day)


def on_day_of(session: Session, credential: Credential, day: date) -> OnDay:
    """Return the answer for one credential."""
    acts = _acts(session, credential.officer_id)
    steps = {act.id: Step(act.at, _standing(act), place) for place, act in enumerate(acts)}
    own = [act for act in acts if act.credential_id == credential.id]
    bounds = DayBounds(day, clock.at_city_time(day, 0), clock.end_of(day))
    validity = Validity(credential.valid_from, credential.valid_until)
    card = [steps[act.id] for act in own]
    answer = answer_on(bounds, validity, card, [steps[act.id] for act in acts])
    by_key = {steps[act.id].key: act for act in own}
    registered_on = clock.day_of(own[0].at)
    return OnDay(
        credential=credential,
        day=day,
        answer=answer,
        parts=tuple(_part(session, credential, span, by_key) for span in answer.spans),
        registered_on=registered_on,
        is_before=own[0].kind == ActKind.TAKE_OVER and credential.valid_from <= day < registered_on,
    )


def statement_after(credential: Credential, act: CredentialAct) -> Statement:
    """Return what the log was told of a credential with an act: the face never changes, the state did."""
    now = statement_of(credential)
    is_cancelled = act.state == CredentialState.CANCELLED
    said = {**vars(now), "state": CredentialState(act.state), "suspended_until": act.suspended_until}
    return Statement(**{**said, "cancelled_at": now.cancelled_at if is_cancelled else None})


def _acts(session: Session, officer_id: UUID) -> Sequence[CredentialAct]:
    """Return every act on any card of a person, in the order in which they took effect.

    Two at one moment follow the log; acts from before there was a log come first.
    """
    query = select(CredentialAct).where(CredentialAct.officer_id == officer_id)
    order = (CredentialAct.at, CredentialAct.log_index.is_not(None), CredentialAct.log_index, CredentialAct.number)
    return session.scalars(query.order_by(*order)).all()


def _standing(act: CredentialAct) -> Standing:
    return Standing(
        CredentialState(act.state), act.suspended_until, QualificationState(act.qualification), act.barred_until
    )


def _part(session: Session, credential: Credential, span: Span, acts: Mapping[int, CredentialAct]) -> Part:
    if span.step is None:
        return Part(span, None)
    act = acts[span.step.key]
    statement = statement_after(credential, act)
    entry = _newest_entry(session, credential.id, span.from_at)
    is_of_act = entry is not None and entry.index == act.log_index and entry.digest == statement.digest
    return Part(span, Evidence(statement, act, entry, _proof(session, entry) if entry and is_of_act else None))


def _newest_entry(session: Session, credential_id: UUID, at: datetime) -> LogEntry | None:
    """Return what the log last said of a credential up to a moment: no act can be left out unseen."""
    query = select(LogEntry).where(
        LogEntry.subject_id == credential_id, LogEntry.kind.in_(TELLING), LogEntry.logged_at <= at
    )
    return session.scalar(query.order_by(LogEntry.index.desc()).limit(1))


def _proof(session: Session, entry: LogEntry) -> Proof | None:
    """Return the proof that an entry stands in the log under our newest head."""
    signed = log_head(session)
    if signed is None or entry.index >= signed.head.size:
        return None
    proof = log_proof(session, entry, signed)
    return proof if proof.holds(public_key()) else None

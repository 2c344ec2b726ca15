"""The one place where a credential and its holder's qualification are moved.

Each act is a row appended, one audit entry, and one entry of the public log, all in one transaction with the
change itself: what is not logged is not effective, and what was done is never edited.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from certificates.acts import ActKind, Warrant, reasons_against_warrant
from certificates.allowed import CardFacts, reasons_against
from certificates.life import Standing, after
from certificates.models import Credential, CredentialAct, Qualification
from certificates.queries.life import card_facts
from certificates.queries.statements import statement_of
from certificates.statements import CREDENTIAL as ISSUED, FACE, STATUS, Statement
from certificates.states import CREDENTIAL, STANDING, CredentialState, QualificationState
from core import clock
from core.audit import Actor
from core.db import is_postgresql, new_key
from core.errors import refuse_if
from core.models import LogEntry
from core.operations import append_all_to_log, append_to_log, record_audit
from core.public_log import Published


@dataclass(frozen=True)
class Deed:
    """An act about to be done: its kind, what it rests on, who does it, until when, and who agreed."""

    kind: ActKind
    warrant: Warrant
    actor: Actor
    until: date | None = None
    second_id: UUID | None = None


def begin_cards(
    session: Session, rows: Sequence[Mapping[str, Any]], kind: ActKind, warrant: Warrant, actor: Actor
) -> None:
    """Log many cards as issued, write down the act that began each, and qualify their holders; set-based.

    ``rows`` are the columns of the credentials as they are inserted. None is effective before it is logged.
    """
    published = [Published(ISSUED, row["id"], _issued_statement(row).digest) for row in rows]
    indexes = append_all_to_log(session, published)
    at = _logged_at(session, indexes)
    common = {
        "number": 1,
        "kind": kind,
        "at": at,
        **vars(after(kind, Standing(), clock.today())),
        **_cited(Deed(kind, warrant, actor)),
    }
    acts = [{**_of(row), **common, "log_index": index} for row, index in zip(rows, indexes, strict=True)]
    session.execute(insert(CredentialAct), acts)
    _qualify(session, sorted({row["officer_id"] for row in rows}))


def act_on(session: Session, credential: Credential, deed: Deed) -> CredentialAct:
    """Do one act about one credential: move card and person, log, write down, audit; or refuse by its state."""
    before, person = _held(session, credential)
    stands = after(deed.kind, before, clock.today(), deed.warrant.ground, deed.until)
    _move_card(credential, before, stands)
    if person is not None:
        _move_person(person, before, stands)
    session.flush()
    return _written_down(session, credential, deed, stands)


def repeat_in_log(session: Session, credentials: Sequence[Credential], deed: Deed) -> None:
    """Write down one act about many credentials that changes none of them, and log again how each stands."""
    published = [Published(STATUS, one.id, statement_of(one).digest) for one in credentials]
    indexes = append_all_to_log(session, published)
    numbers = _next_numbers(session, [one.id for one in credentials])
    people = _qualifications(session, [one.officer_id for one in credentials])
    at = _logged_at(session, indexes)
    rows = [
        {
            **_repeated(one, deed, people[one.officer_id]),
            "number": numbers[one.id],
            "at": at,
            "log_index": index,
        }
        for one, index in zip(credentials, indexes, strict=True)
    ]
    session.execute(insert(CredentialAct), rows)


def end_other_cards(session: Session, credential: Credential, deed: Deed) -> None:
    """Cancel what other cards a person holds once the qualification is gone: none of them may still say valid."""
    others = select(Credential.id).where(
        Credential.officer_id == credential.officer_id,
        Credential.id != credential.id,
        Credential.state.in_(STANDING),
    )
    for key in session.scalars(others.order_by(Credential.cert_no)).all():
        act_on(session, session.get_one(Credential, key), replace(deed, kind=ActKind.CANCEL))


def checked(session: Session, credential: Credential, kind: ActKind, warrant: Warrant) -> tuple[Warrant, CardFacts]:
    """Hold the card, then ask whether the act is allowed, then whether it cites what it must."""
    standing_of(session, credential)
    facts, today, warrant = card_facts(session, credential, clock.today()), clock.today(), warrant.stripped
    refuse_if(reasons_against(kind, facts, today))
    refuse_if(reasons_against_warrant(kind, warrant))
    return warrant, facts


def standing_of(session: Session, credential: Credential) -> Standing:
    """Return how a card and its holder stand, and hold both until the transaction ends."""
    return _held(session, credential)[0]


def _held(session: Session, credential: Credential) -> tuple[Standing, Qualification | None]:
    """Return how both stand and the person's row; whoever has a card was qualified with it, and has one."""
    session.refresh(credential, ["state", "suspended_until", "cancelled_at"], with_for_update=True)
    person = session.get(Qualification, credential.officer_id, with_for_update=True, populate_existing=True)
    standing = Standing(
        state=CredentialState(credential.state),
        suspended_until=credential.suspended_until,
        qualification=QualificationState(person.state) if person else QualificationState.APPLICANT,
        barred_until=person.barred_until if person else None,
    )
    return standing, person


def _move_card(credential: Credential, before: Standing, stands: Standing) -> None:
    credential.state, credential.suspended_until = stands.state, stands.suspended_until
    if stands.state is CredentialState.CANCELLED and before.state is not CredentialState.CANCELLED:
        credential.cancelled_at = clock.now()


def _move_person(person: Qualification, before: Standing, stands: Standing) -> None:
    if (before.qualification, before.barred_until) != (stands.qualification, stands.barred_until):
        person.state, person.barred_until, person.since = stands.qualification, stands.barred_until, clock.now()


def _written_down(session: Session, credential: Credential, deed: Deed, stands: Standing) -> CredentialAct:
    index = append_to_log(session, STATUS, credential.id, statement_of(credential).digest)
    number, at = _next_number_and_moment(session, credential.id, index)
    act = CredentialAct(
        credential_id=credential.id,
        officer_id=credential.officer_id,
        number=number,
        kind=deed.kind,
        at=at,
        **vars(stands),
        **_cited(deed),
        log_index=index,
    )
    session.add(act)
    session.flush()
    detail = {"cert_no": credential.cert_no, "ground": deed.warrant.ground, "paper": deed.warrant.paper}
    detail |= {"until": deed.until.isoformat()} if deed.until else {}
    record_audit(session, deed.actor, f"certificates:credential:{deed.kind}", credential.id, detail)
    return act


def _logged_at(session: Session, indexes: range) -> datetime:
    """Return the moment at which entries appended together were logged: an act is done at that moment."""
    return session.scalars(select(LogEntry.logged_at).where(LogEntry.index == indexes[0])).one()


def _next_number_and_moment(session: Session, credential_id: UUID, index: int) -> tuple[int, datetime]:
    """Return the number of the next act about a credential, and the moment at which it was logged."""
    last = select(func.max(CredentialAct.number)).where(CredentialAct.credential_id == credential_id)
    query = select(func.coalesce(last.scalar_subquery(), 0) + 1, LogEntry.logged_at).where(LogEntry.index == index)
    number, at = session.execute(query).one()
    return number, at


def _next_numbers(session: Session, credential_ids: Sequence[UUID]) -> dict[UUID, int]:
    query = select(CredentialAct.credential_id, func.max(CredentialAct.number) + 1)
    mine = query.where(CredentialAct.credential_id.in_(credential_ids)).group_by(CredentialAct.credential_id)
    return dict(session.execute(mine).all())


def _qualifications(session: Session, officer_ids: Sequence[UUID]) -> dict[UUID, Qualification]:
    query = select(Qualification).where(Qualification.officer_id.in_(officer_ids))
    return {one.officer_id: one for one in session.scalars(query)}


def _repeated(credential: Credential, deed: Deed, person: Qualification) -> dict[str, Any]:
    return {
        "id": new_key(),
        "credential_id": credential.id,
        "officer_id": credential.officer_id,
        "kind": deed.kind,
        "state": credential.state,
        "suspended_until": credential.suspended_until,
        "qualification": person.state,
        "barred_until": person.barred_until,
        **_cited(deed),
    }


def _issued_statement(row: Mapping[str, Any]) -> Statement:
    said = {name: row[name] for name in FACE}
    return Statement(**said, state=CREDENTIAL.after(CredentialState.RESERVED, "issue"))


def _of(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": new_key(), "credential_id": row["id"], "officer_id": row["officer_id"]}


def _cited(deed: Deed) -> dict[str, Any]:
    """Return the columns of an act that say what it rests on and who did it."""
    who = {"account_id": deed.actor.account_id, "actor_name": deed.actor.name, "second_id": deed.second_id}
    return {**vars(deed.warrant), **who}


def _qualify(session: Session, officer_ids: Sequence[UUID]) -> None:
    """Say of these people that they are qualified; who was already keeps the day since when."""
    dialect = postgresql if is_postgresql(session) else sqlite
    statement = dialect.insert(Qualification.__table__)
    raised = statement.on_conflict_do_update(
        index_elements=["officer_id"],
        set_={name: statement.excluded[name] for name in ("state", "barred_until", "since")},
        where=Qualification.state != QualificationState.QUALIFIED,
    )
    values = {"state": QualificationState.QUALIFIED, "barred_until": None, "since": clock.now()}
    session.execute(raised, [{"officer_id": key, **values} for key in officer_ids])

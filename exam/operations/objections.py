"""Verbs on objections: made by anybody in the notice period, answered by somebody who had no hand in the list."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.calendars import working_calendar
from core.errors import ForbiddenError, NotFoundError, refuse_if
from core.operations import record_audit
from core.sealing import sealed
from core.working_days import working_day_after
from exam.list_states import OBJECTION, ObjectionState
from exam.models.publishing import CONTACT_PLACE, OBJECTOR_PLACE, TEXT_PLACE, Objection
from exam.models.results import PassList, PassListEntry
from exam.objections import (
    ANSWER_DAYS,
    CODE_ALPHABET,
    CODE_LETTERS,
    NUMBER_DIGITS,
    ObjectionDraft,
    reasons_against_answer,
    reasons_against_making,
    reasons_against_objection,
)
from exam.queries.objections import address_digest, answering_facts, code_digest, making_facts

VERBS = {ObjectionState.UPHELD: "uphold", ObjectionState.DISMISSED: "dismiss"}


@dataclass(frozen=True)
class ObjectionReceipt:
    """What whoever objects takes home; the code is shown once and never stored."""

    number: str
    code: str


def make_objection(
    session: Session, pass_list: PassList, serial: int, draft: ObjectionDraft, *, address: str, actor: Actor
) -> ObjectionReceipt:
    """Take an objection to one line; from now on that person alone is held back."""
    session.refresh(pass_list, with_for_update=True)
    line = line_objected_to(session, pass_list, serial)
    facts = making_facts(session, pass_list, line, address)
    refuse_if([*reasons_against_making(facts), *reasons_against_objection(draft)])
    receipt = fresh_receipt()
    made = _objection(session, pass_list, line, draft, receipt, address)
    session.add(made)
    session.flush()
    record_audit(session, actor, "exam:objection:make", made.id, {"list": str(pass_list.id), "serial": serial})
    return receipt


def answer_objection(
    session: Session, objection: Objection, finding: ObjectionState, answer: str, actor: Actor
) -> None:
    """Uphold or dismiss an objection, with the reason; dismissed, the person is free again at once.

    Upheld, the person stays held back, and the list asks for a correction that withdraws the line.
    """
    if actor.account_id is None:
        raise ForbiddenError
    session.refresh(objection, with_for_update=True)
    refuse_if(reasons_against_answer(answering_facts(objection, actor.account_id), finding, answer))
    verb = VERBS[finding]
    objection.state = OBJECTION.after(ObjectionState(objection.state), verb)
    objection.answer, objection.answered_by, objection.answered_at = answer.strip(), actor.account_id, clock.now()
    session.flush()
    detail = {"list": str(objection.pass_list_id), "serial": objection.serial}
    record_audit(session, actor, f"exam:objection:{verb}", objection.id, detail)


def fresh_receipt() -> ObjectionReceipt:
    """Return a receipt under which nothing is stored yet; a machine that trips the trap gets no more."""
    return ObjectionReceipt(_random("0123456789", NUMBER_DIGITS), _random(CODE_ALPHABET, CODE_LETTERS))


def line_objected_to(session: Session, pass_list: PassList, serial: int) -> PassListEntry:
    """Return the line of a list that bears a serial."""
    line = session.get(PassListEntry, (pass_list.id, serial))
    if line is None or pass_list.approved_by is None:
        raise NotFoundError
    return line


def _objection(
    session: Session,
    pass_list: PassList,
    line: PassListEntry,
    draft: ObjectionDraft,
    receipt: ObjectionReceipt,
    address: str,
) -> Objection:
    due = working_day_after(clock.today(), ANSWER_DAYS, working_calendar(session))
    approved_by: UUID | None = pass_list.approved_by
    if approved_by is None:
        raise NotFoundError
    return Objection(
        pass_list_id=pass_list.id,
        serial=line.serial,
        candidate_id=line.candidate_id,
        number=receipt.number,
        code_digest=code_digest(receipt.number, receipt.code),
        address_digest=address_digest(address),
        name_sealed=sealed(draft.name, OBJECTOR_PLACE),
        contact_sealed=sealed(draft.contact, CONTACT_PLACE),
        text_sealed=sealed(draft.text, TEXT_PLACE),
        made_at=clock.now(),
        due_on=due.day,
        is_due_provisional=due.is_provisional,
        drafted_by=pass_list.drafted_by,
        approved_by=approved_by,
    )


def _random(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _place in range(length))

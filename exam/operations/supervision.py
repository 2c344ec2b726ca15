"""The verbs of supervision cards: issue, answer, send back, close; each leaves a step that is never edited."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import ForbiddenError, InvalidError, Reason, RefusedError, refuse_if
from core.operations import record_audit
from core.texts import lazy_gettext as _
from exam.models.duties import SupervisionCard, SupervisionStep
from exam.queries.supervision import last_serial
from exam.supervision import (
    CARD,
    CardDraft,
    CardState,
    CardVerb,
    number_of,
    reasons_against_card,
    reasons_against_due,
    reasons_against_step,
)
from people.identity import Identity
from people.models import Organisation
from people.queries import city, has_demo_officers


def issue_card(session: Session, unit: Organisation, draft: CardDraft, identity: Identity) -> SupervisionCard:
    """Issue a card to a unit under the next number of the year, under the name of the city's office.

    Whoever issues takes turns with every other who does, so that no number is given twice or left out.
    """
    refuse_if(reasons_against_card(draft, clock.today()))
    session.flush()
    office = city(session)
    session.refresh(office, with_for_update={"of": Organisation})
    _refuse_second(session, unit, draft)
    year = clock.today().year
    serial = last_serial(session, year) + 1
    card = SupervisionCard(
        year=year,
        serial=serial,
        number=number_of(year, serial),
        organisation_id=unit.id,
        organisation=unit,
        unit_name=unit.name,
        issuer_name=office.issuer_name or office.name,
        is_sample=has_demo_officers(session),
        duty_key=draft.duty_key,
        matter=draft.matter,
        requirement=draft.requirement,
        owner_name=draft.owner_name,
        owner_post=draft.owner_post,
        issued_at=clock.now(),
        due_on=draft.due_on,
        state=CardState.ISSUED,
    )
    session.add(card)
    session.flush()
    _write_step(session, card, CardVerb.ISSUE, "", identity)
    return card


def answer_card(session: Session, card: SupervisionCard, text: str, identity: Identity) -> None:
    """Answer a card for its unit."""
    if not identity.scope.covers(card.organisation_id):
        raise ForbiddenError
    _take_step(session, card, CardVerb.ANSWER, text, identity)


def send_card_back(
    session: Session, card: SupervisionCard, text: str, due_on: date | None, identity: Identity
) -> None:
    """Return an answered card to its unit with what is missing, and a new day by which it is due."""
    if due_on is None:
        raise InvalidError(_("退回时请填写新的办结期限。"))
    refuse_if(reasons_against_due(due_on, clock.today()))
    _take_step(session, card, CardVerb.SEND_BACK, text, identity, due_on)


def close_card(session: Session, card: SupervisionCard, text: str, identity: Identity) -> None:
    """Close an answered card, with what the office finds."""
    _take_step(session, card, CardVerb.CLOSE, text, identity)


def _refuse_second(session: Session, unit: Organisation, draft: CardDraft) -> None:
    query = select(SupervisionCard.number).where(
        SupervisionCard.organisation_id == unit.id,
        SupervisionCard.duty_key == draft.duty_key,
        SupervisionCard.state != CardState.CLOSED,
    )
    number = session.scalar(query)
    if number is not None:
        text = _("这项工作已发出督办卡（%(number)s），办结前不能再发。", number=number)
        raise RefusedError([Reason("is_supervised", text)])


def _take_step(
    session: Session,
    card: SupervisionCard,
    verb: CardVerb,
    text: str,
    identity: Identity,
    due_on: date | None = None,
) -> None:
    """Move the card on; two who act on it at once take turns, and the second is told what it has become."""
    session.flush()
    session.refresh(card, with_for_update={"of": SupervisionCard})
    refuse_if(reasons_against_step(CardState(card.state), verb, text))
    card.state = CARD.after(CardState(card.state), verb)
    card.due_on = due_on or card.due_on
    _write_step(session, card, verb, text, identity)


def _write_step(
    session: Session, card: SupervisionCard, verb: CardVerb, text: str, identity: Identity
) -> SupervisionStep:
    if identity.actor.account_id is None:
        raise ForbiddenError
    step = SupervisionStep(
        card_id=card.id,
        number=len(card.steps) + 1,
        verb=verb,
        text=text.strip(),
        due_on=card.due_on,
        account_id=identity.actor.account_id,
        actor_name=identity.actor.name,
        at=clock.now(),
    )
    card.steps.append(step)
    session.flush()
    detail = {"number": card.number, "unit": card.organisation.code, "due_on": card.due_on.isoformat()}
    record_audit(session, identity.actor, f"exam:supervision_card:{verb}", card.id, detail)
    return step

"""Verbs on exemptions from publication: proposed with a reason, decided by a second person, ended with a reason.

They bear on lists drafted from then on; a list that is out already is corrected, not edited.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.errors import ForbiddenError, refuse_if
from core.operations import record_audit
from exam.exemptions import reasons_against_decision, reasons_against_proposing, reasons_against_reason
from exam.list_states import EXEMPTION, ExemptionState
from exam.models.publishing import PublicationExemption
from exam.queries.exemptions import decision_facts, has_standing
from people.models import Officer


def propose_exemption(session: Session, officer: Officer, reason: str, actor: Actor) -> PublicationExemption:
    """Propose that an officer is not named on public lists."""
    account_id = _account(actor)
    session.execute(select(Officer.id).where(Officer.id == officer.id).with_for_update())
    refuse_if(reasons_against_proposing(has_standing(session, officer.id), reason))
    made = PublicationExemption(
        officer=officer,
        officer_id=officer.id,
        reason=reason.strip(),
        proposed_by=account_id,
        proposed_at=clock.now(),
    )
    session.add(made)
    session.flush()
    record_audit(session, actor, "exam:exemption:propose", made.id, {"officer": str(officer.id)})
    return made


def decide_exemption(
    session: Session, exemption: PublicationExemption, verb: str, remark: str, actor: Actor
) -> None:
    """Approve or reject a proposal, or end an approved exemption; rejecting and ending ask for a reason."""
    account_id = _account(actor)
    session.refresh(exemption, with_for_update={"of": PublicationExemption})
    reasons = reasons_against_decision(decision_facts(exemption, account_id), verb)
    refuse_if([*reasons, *(reasons_against_reason(remark) if verb != "approve" else [])])
    exemption.state = EXEMPTION.after(ExemptionState(exemption.state), verb)
    if verb != "end":
        exemption.decided_by, exemption.decided_at = account_id, clock.now()
    exemption.remark = remark.strip()
    session.flush()
    detail = {"officer": str(exemption.officer_id), "remark": exemption.remark}
    record_audit(session, actor, f"exam:exemption:{verb}", exemption.id, detail)


def _account(actor: Actor) -> UUID:
    if actor.account_id is None:
        raise ForbiddenError
    return actor.account_id

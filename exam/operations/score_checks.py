"""The verbs of the score check: a candidate asks, somebody else answers; neither is changed afterwards."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.errors import ForbiddenError, refuse_if
from core.operations import record_audit
from exam.models.planning import Candidate, Sitting
from exam.models.results import ScoreCheck
from exam.queries.score_checks import answering_facts, asking_facts
from exam.score_checks import reasons_against_answer, reasons_against_asking, reasons_against_request
from exam.states import CheckFinding
from people.identity import Identity


def ask_for_check(session: Session, candidate: Candidate, text: str, actor: Actor) -> ScoreCheck:
    """Ask to have the candidate's score checked; once for each sitting, within its days."""
    session.flush()
    session.execute(select(Candidate.id).where(Candidate.id == candidate.id).with_for_update())
    sitting = session.get_one(Sitting, candidate.sitting_id)
    facts = asking_facts(session, candidate, sitting)
    refuse_if([*reasons_against_asking(facts, clock.now()), *reasons_against_request(text)])
    check = ScoreCheck(
        candidate_id=candidate.id,
        candidate=candidate,
        sitting_id=sitting.id,
        request=text.strip(),
        asked_at=clock.now(),
    )
    session.add(check)
    session.flush()
    record_audit(session, actor, "exam:score_check:ask", check.id, {"candidate_no": candidate.candidate_no})
    return check


def answer_check(
    session: Session, check: ScoreCheck, finding: CheckFinding, text: str, identity: Identity
) -> ScoreCheck:
    """Answer a request as somebody who neither closed the sitting nor is the candidate."""
    if identity.actor.account_id is None:
        raise ForbiddenError
    session.flush()
    session.refresh(check, with_for_update={"of": ScoreCheck})
    refuse_if(reasons_against_answer(answering_facts(session, check, identity), finding, text))
    check.finding, check.answer = finding, text.strip()
    check.answered_by, check.answered_at = identity.actor.account_id, clock.now()
    session.flush()
    record_audit(session, identity.actor, "exam:score_check:answer", check.id, {"finding": finding})
    return check

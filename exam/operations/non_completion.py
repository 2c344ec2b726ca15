"""The verb of a unit that answers for its people who have not completed; each answer stays as it was given."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import ForbiddenError, InvalidError, refuse_if
from core.operations import record_audit
from core.texts import lazy_gettext as _
from exam.models.duties import NonCompletionAnswer
from exam.models.planning import Candidate, Sitting
from exam.non_completion import AnswerDraft, reasons_against_answer, reasons_against_answering
from exam.queries.non_completion import answer_facts
from people.identity import Identity


def answer_for_people(
    session: Session, sitting: Sitting, seen: Mapping[UUID, int], draft: AnswerDraft, identity: Identity
) -> list[NonCompletionAnswer]:
    """Give one answer for each of these candidates, all or none; ``seen`` is how many answers were looked at.

    Two who answer for the same person at once take turns here; the second has not seen the first's words
    and is told so.
    """
    if identity.actor.account_id is None:
        raise ForbiddenError
    if not seen:
        raise InvalidError(_("请先勾选要填写原因的人员。"))
    session.flush()
    locked = select(Candidate.id).where(Candidate.id.in_(list(seen))).order_by(Candidate.id)
    session.execute(locked.with_for_update()).all()
    facts = answer_facts(session, sitting, dict(seen), identity.scope)
    reasons = reasons_against_answer(draft, clock.today())
    refuse_if(reasons + [reason for one in facts for reason in reasons_against_answering(one)])
    people = {one.id: one for one in session.scalars(select(Candidate).where(Candidate.id.in_(list(seen))))}
    answers = [
        _answer(people[candidate_id], one.given + 1, draft, identity.actor.account_id)
        for candidate_id, one in zip(seen, facts, strict=True)
    ]
    session.add_all(answers)
    session.flush()
    for answer in answers:
        # The chain is kept for good and holds no reason: one of them is illness.
        detail = {"number": answer.number}
        record_audit(session, identity.actor, "exam:non_completion:answer", answer.candidate_id, detail)
    return answers


def _answer(candidate: Candidate, number: int, draft: AnswerDraft, account_id: UUID) -> NonCompletionAnswer:
    return NonCompletionAnswer(
        candidate_id=candidate.id,
        candidate=candidate,
        number=number,
        sitting_id=candidate.sitting_id,
        organisation_id=candidate.organisation_id,
        reason=draft.reason,
        words=draft.words,
        plan=draft.plan,
        plan_until=draft.plan_until,
        answered_by=account_id,
        answered_at=clock.now(),
    )

"""Verbs on one credential that stands: suspend, extend, lift, void, cancel, review, and revoke by two people.

Each checks the rule under the lock of the card, so that the page that offered the act may be old.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from certificates.acts import ActKind, Warrant
from certificates.allowed import reasons_against
from certificates.life import disqualifies
from certificates.models import AnnualReview, Credential, CredentialAct, RevocationProposal
from certificates.operations.life import Deed, act_on, checked, end_other_cards, repeat_in_log, standing_of
from certificates.queries.life import card_facts
from certificates.review import ReviewQuestion, outcome_of, reasons_against_answers
from certificates.states import PROPOSAL, ProposalState
from certificates.suspension import reasons_against_longer, reasons_against_until
from core import clock
from core.audit import Actor
from core.db import new_key
from core.errors import ForbiddenError, InvalidError, Reason, refuse_if
from core.operations import record_audit
from core.texts import lazy_gettext as _

ALL_YES = dict.fromkeys(ReviewQuestion, True)


def suspend(
    session: Session, credential: Credential, warrant: Warrant, until: date | None, actor: Actor
) -> CredentialAct:
    """Suspend a credential through a named day; it is valid again by itself on the next."""
    warrant, _facts = checked(session, credential, ActKind.SUSPEND, warrant)
    refuse_if(reasons_against_until(until, clock.today()))
    return act_on(session, credential, Deed(ActKind.SUSPEND, warrant, actor, until=until))


def extend(
    session: Session, credential: Credential, warrant: Warrant, until: date | None, actor: Actor
) -> CredentialAct:
    """Let a suspension run to a later day, once."""
    warrant, facts = checked(session, credential, ActKind.EXTEND, warrant)
    ends_on = facts.suspended_until or clock.today()
    refuse_if(reasons_against_longer(until, ends_on, facts.extensions))
    return act_on(session, credential, Deed(ActKind.EXTEND, warrant, actor, until=until))


def lift(session: Session, credential: Credential, warrant: Warrant, actor: Actor) -> CredentialAct:
    """End a suspension before its day."""
    warrant, _facts = checked(session, credential, ActKind.LIFT, warrant)
    return act_on(session, credential, Deed(ActKind.LIFT, warrant, actor))


def void(session: Session, credential: Credential, warrant: Warrant, actor: Actor) -> CredentialAct:
    """Declare a lost card void, at once; its holder stays qualified and may be given another."""
    warrant, _facts = checked(session, credential, ActKind.VOID, warrant)
    return act_on(session, credential, Deed(ActKind.VOID, warrant, actor))


def report_loss(session: Session, credential: Credential, words: str, actor: Actor) -> CredentialAct:
    """Declare one's own card lost, saying when and where; it is void from this moment."""
    if not words.strip():
        raise InvalidError(_("请写明遗失的时间、地点和经过。"))
    return void(session, credential, Warrant("D2", reason=words), actor)


def cancel(session: Session, credential: Credential, warrant: Warrant, actor: Actor) -> CredentialAct:
    """Cancel a credential for good; on a ground that concerns the person the qualification ends with it."""
    warrant, _facts = checked(session, credential, ActKind.CANCEL, warrant)
    deed = Deed(ActKind.CANCEL, warrant, actor)
    act = act_on(session, credential, deed)
    if disqualifies(ActKind.CANCEL, warrant.ground):
        end_other_cards(session, credential, deed)
    return act


def propose_revocation(
    session: Session, credential: Credential, warrant: Warrant, actor: Actor
) -> RevocationProposal:
    """Propose that a credential be revoked; nothing changes until a second person approves."""
    if actor.account_id is None:
        raise ForbiddenError
    warrant, _facts = checked(session, credential, ActKind.REVOKE, warrant)
    made = RevocationProposal(
        credential_id=credential.id,
        credential=credential,
        state=ProposalState.PROPOSED,
        **vars(warrant),
        proposed_by=actor.account_id,
        proposer_name=actor.name,
        proposed_at=clock.now(),
        decision="",
    )
    session.add(made)
    session.flush()
    detail = {"cert_no": credential.cert_no, "ground": warrant.ground, "paper": warrant.paper}
    record_audit(session, actor, "certificates:revocation:propose", made.id, detail)
    return made


def approve_revocation(session: Session, proposal: RevocationProposal, actor: Actor) -> CredentialAct:
    """Revoke as a second person: the card at once, the qualification with it, barred for two years."""
    _decide(session, proposal, "approve", "", actor)
    warrant = Warrant(proposal.ground, proposal.basis, proposal.paper, proposal.reason)
    deed = Deed(
        ActKind.REVOKE, warrant, Actor(proposal.proposed_by, proposal.proposer_name), second_id=actor.account_id
    )
    act = act_on(session, proposal.credential, deed)
    end_other_cards(session, proposal.credential, deed)
    return act


def reject_revocation(session: Session, proposal: RevocationProposal, reason: str, actor: Actor) -> None:
    """Turn a proposed revocation down, with a reason; nothing is revoked."""
    if not reason.strip():
        raise InvalidError(_("请写明不批准的理由。"))
    _decide(session, proposal, "reject", reason.strip(), actor)
    detail = {"cert_no": proposal.credential.cert_no, "reason": proposal.decision}
    record_audit(session, actor, "certificates:revocation:reject", proposal.id, detail)


def reasons_against_deciding(proposal: RevocationProposal, account_id: UUID | None) -> list[Reason]:
    """Return why an account may not decide on a proposed revocation."""
    reasons = PROPOSAL.reasons_against(ProposalState(proposal.state), "approve")
    if proposal.proposed_by == account_id:
        reasons.append(Reason("own_proposal", _("吊销须由提请人以外的另一人批准。")))
    return reasons


def review(
    session: Session, credential: Credential, answers: Mapping[ReviewQuestion, bool], note: str, actor: Actor
) -> AnnualReview:
    """Write down the annual review of one credential; it says again in the log how the card stands."""
    standing_of(session, credential)
    today = clock.today()
    refuse_if(reasons_against(ActKind.REVIEW, card_facts(session, credential, today), today))
    refuse_if(reasons_against_answers(answers, note))
    row = _review_values(credential.id, _next_review(session, credential.id), answers, note.strip(), actor)
    session.execute(insert(AnnualReview), [row])
    act_on(session, credential, Deed(ActKind.REVIEW, Warrant("V1", reason=note.strip()), actor))
    return session.get_one(AnnualReview, row["id"])


def review_all(session: Session, credentials: Sequence[Credential], actor: Actor) -> int:
    """Pass the annual review of many credentials whose every question is answered yes; set-based.

    Whoever is handed in must be due: the query that found them asked the rule of each.
    """
    if not credentials:
        raise InvalidError(_("请先勾选要审验的证件。"))
    numbers = _next_reviews(session, [one.id for one in credentials])
    rows = [_review_values(one.id, numbers.get(one.id, 1), ALL_YES, "", actor) for one in credentials]
    session.execute(insert(AnnualReview), rows)
    repeat_in_log(session, credentials, Deed(ActKind.REVIEW, Warrant("V1"), actor))
    detail = {"year": clock.today().year, "credentials": len(rows)}
    record_audit(session, actor, "certificates:credential:review", None, detail)
    return len(rows)


def _decide(session: Session, proposal: RevocationProposal, verb: str, decision: str, actor: Actor) -> None:
    session.refresh(proposal, ["state"], with_for_update=True)
    refuse_if(reasons_against_deciding(proposal, actor.account_id))
    proposal.state = PROPOSAL.after(ProposalState(proposal.state), verb)
    proposal.decided_by, proposal.decided_at, proposal.decision = actor.account_id, clock.now(), decision
    session.flush()


def _next_review(session: Session, credential_id: UUID) -> int:
    return _next_reviews(session, [credential_id]).get(credential_id, 1)


def _next_reviews(session: Session, credential_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the number of the next review in this year of those that had one already."""
    query = (
        select(AnnualReview.credential_id, func.max(AnnualReview.number) + 1)
        .where(AnnualReview.year == clock.today().year, AnnualReview.credential_id.in_(credential_ids))
        .group_by(AnnualReview.credential_id)
    )
    return dict(session.execute(query).all())


def _review_values(
    credential_id: UUID, number: int, answers: Mapping[ReviewQuestion, bool], note: str, actor: Actor
) -> dict[str, Any]:
    return {
        "id": new_key(),
        "credential_id": credential_id,
        "year": clock.today().year,
        "number": number,
        "answers": {str(question): answers[question] for question in ReviewQuestion},
        "outcome": outcome_of(answers),
        "note": note,
        "reviewed_by": actor.account_id,
        "reviewed_at": clock.now(),
    }

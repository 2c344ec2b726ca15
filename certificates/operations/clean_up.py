"""Verbs of the clean-up: opening a round, flagging by rule and by hand, deciding cases, closing.

Only a person removes somebody, with a reason; the credential is cancelled in the same transaction. A
case is decided once, whoever comes second is refused.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from certificates.acts import LONGEST_PAPER
from certificates.grounds import GROUNDS, leading_ground
from certificates.models import CleanupCase, CleanupFlag, CleanupRound, Credential
from certificates.operations.credentials import cancel_credential
from certificates.queries.clean_up import (
    Lapsed,
    case_of,
    flagged_grounds,
    lapsed_holders,
    open_case_count,
    states_by_credential,
    went_with_another,
)
from certificates.states import CASE, ROUND, STANDING, CaseState, RoundState
from core import clock
from core.audit import Actor
from core.db import new_key
from core.errors import InvalidError, Reason, RefusedError, refuse_if
from core.operations import record_audit
from core.texts import Text, lazy_gettext as _

LONGEST_TITLE, LONGEST_EVIDENCE, LONGEST_REASON = 80, 200, 500


def open_round(session: Session, title: str, actor: Actor) -> CleanupRound:
    """Open a clean-up round under a title of its own."""
    title = _checked(title, LONGEST_TITLE, _("请填写清理批次的名称。"))
    if session.scalar(select(CleanupRound.id).where(CleanupRound.title == title)):
        raise RefusedError([Reason("title_taken", _("已有同名的清理批次，请换一个名称。"))])
    opened = CleanupRound(title=title, state=RoundState.OPEN, opened_at=clock.now())
    session.add(opened)
    session.flush()
    record_audit(session, actor, "certificates:cleanup_round:open", opened.id, {"title": title})
    return opened


def flag_lapsed(session: Session, round_: CleanupRound, actor: Actor, today: date) -> int:
    """Hold the rule against every holder of a standing credential; return how many new cases there are.

    An open case gets the ground it does not have yet; who was kept in this round is not flagged again.
    """
    _take_open(session, round_)
    states = states_by_credential(session, round_.id)
    lapsed = lapsed_holders(session, today)
    fresh = [one for one in lapsed if one.credential_id not in states]
    cases = [_case_values(round_.id, one) for one in fresh]
    flags = [flag for case, one in zip(cases, fresh, strict=True) for flag in _flag_values(case["id"], one, ())]
    flags += _further_flags(session, round_, [one for one in lapsed if one.credential_id in states])
    _insert(session, cases, flags)
    detail = {"cases": len(cases), "flags": len(flags)}
    record_audit(session, actor, "certificates:cleanup_round:flag", round_.id, detail)
    return len(cases)


def flag_by_hand(
    session: Session,
    round_: CleanupRound,
    credential: Credential,
    ground: str,
    evidence: str,
    actor: Actor,
) -> CleanupCase:
    """Put a holder on the round's list on a ground that somebody reports, with what it rests on."""
    _take_open(session, round_)
    evidence = _checked(evidence, LONGEST_EVIDENCE, _("请写明依据，例如来文名称和日期。"))
    case = case_of(session, round_.id, credential.id)
    refuse_if(reasons_against_flag(credential, ground, case))
    if case is None:
        case = _new_case(round_, credential)
        session.add(case)
        session.flush()
    flag = CleanupFlag(
        case_id=case.id, ground=ground, evidence=evidence, account_id=actor.account_id, flagged_at=clock.now()
    )
    case.flags.append(flag)
    session.flush()
    record_audit(session, actor, "certificates:cleanup_case:flag", case.id, {"ground": ground})
    return case


def reasons_against_flag(credential: Credential, ground: str, case: CleanupCase | None) -> list[Reason]:
    """Return why a holder cannot be put on a round's list on a ground."""
    reasons = []
    if ground not in GROUNDS:
        reasons.append(Reason("no_ground", _("请选择清理情形。")))
    if credential.state not in STANDING:
        reasons.append(Reason("not_active", _("该证件已失效或未核发，不能列入清理。")))
    if case is not None and case.state != CaseState.OPEN:
        text = _("本批次已对该人员作出决定，不能再次列入。如有新的情形，请在下一批次中处理。")
        reasons.append(Reason("decided", text))
    if case is not None and ground in {flag.ground for flag in case.flags}:
        reasons.append(Reason("flagged", _("该人员已按此情形列入，请在清理队列中处理。")))
    return reasons


def keep_case(session: Session, case: CleanupCase, reason: str, actor: Actor) -> None:
    """Decide that the holder keeps the credential, and why."""
    _decide(session, case, "keep", reason, actor)


def remove_case(session: Session, case: CleanupCase, reason: str, actor: Actor) -> None:
    """Decide that the holder goes, and why; the credential is cancelled at the same moment.

    Where the round has removed the holder by another card already, this one went with it.
    """
    is_standing = case.credential.state in STANDING
    if not is_standing and case.state == CaseState.OPEN and not went_with_another(session, case):
        text = _("该证件已另行注销、吊销或作废，不能再次注销。请写明情况后选择“予以保留”结案，本案不计入清理人数。")
        raise RefusedError([Reason("cancelled_before", text)])
    _decide(session, case, "remove", reason, actor)
    if is_standing:
        ground = leading_ground(flag.ground for flag in case.flags).code
        paper = case.round.title[:LONGEST_PAPER]
        cancel_credential(session, case.credential, ground, actor, paper=paper, reason=case.reason)


def keep_cases(session: Session, cases: Sequence[CleanupCase], reason: str, actor: Actor) -> None:
    """Keep several holders for one reason, all or none; each case has its own audit entry."""
    for case in _taken(session, cases):
        keep_case(session, case, reason, actor)


def remove_cases(session: Session, cases: Sequence[CleanupCase], reason: str, actor: Actor) -> None:
    """Remove several holders for one reason, all or none; each case has its own audit entry."""
    for case in _taken(session, cases):
        remove_case(session, case, reason, actor)


def close_round(session: Session, round_: CleanupRound, actor: Actor) -> None:
    """Close a round once every case in it is decided."""
    _take_open(session, round_)
    refuse_if(reasons_against_closing(open_case_count(session, round_.id)))
    round_.state, round_.closed_at = ROUND.after(RoundState(round_.state), "close"), clock.now()
    session.flush()
    record_audit(session, actor, "certificates:cleanup_round:close", round_.id)


def reasons_against_closing(open_cases: int) -> list[Reason]:
    """Return why a round cannot be closed."""
    if not open_cases:
        return []
    return [Reason("open_cases", _("还有 %(count)s 人待处理，处理完毕后才能结束本批次。", count=open_cases))]


def _decide(session: Session, case: CleanupCase, verb: str, reason: str, actor: Actor) -> None:
    reason = _checked(reason, LONGEST_REASON, _("请填写处理理由。"))
    session.refresh(case, ["state"], with_for_update=True)
    case.state = CASE.after(CaseState(case.state), verb)
    case.reason, case.decided_by, case.decided_at = reason, actor.account_id, clock.now()
    session.flush()
    detail = {"cert_no": case.credential.cert_no, "reason": reason}
    record_audit(session, actor, f"certificates:cleanup_case:{verb}", case.id, detail)


def _taken(session: Session, cases: Sequence[CleanupCase]) -> list[CleanupCase]:
    """Hold all the cases before the first is decided, in one order for everybody.

    Taken one by one, they could be waited for in a circle by somebody who waits for the audit chain.
    """
    if not cases:
        raise InvalidError(_("请先勾选要处理的人员。"))
    ids = [case.id for case in cases]
    session.execute(
        select(CleanupCase.id).where(CleanupCase.id.in_(ids)).order_by(CleanupCase.id).with_for_update()
    )
    return sorted(cases, key=lambda case: case.id)


def _take_open(session: Session, round_: CleanupRound) -> None:
    """Hold the round until the transaction ends, so that nobody closes it or flags in it meanwhile."""
    session.refresh(round_, ["state"], with_for_update=True)
    refuse_if(ROUND.reasons_against(RoundState(round_.state), "close"))


def _further_flags(session: Session, round_: CleanupRound, lapsed: Sequence[Lapsed]) -> list[dict[str, Any]]:
    known = flagged_grounds(session, round_.id)
    return [
        flag
        for one in lapsed
        if one.credential_id in known
        for flag in _flag_values(known[one.credential_id].case_id, one, known[one.credential_id].grounds)
    ]


def _insert(session: Session, cases: list[dict[str, Any]], flags: list[dict[str, Any]]) -> None:
    if cases:
        session.execute(insert(CleanupCase), cases)
    if flags:
        session.execute(insert(CleanupFlag), flags)


def _case_values(round_id: UUID, one: Lapsed) -> dict[str, Any]:
    return {
        "id": new_key(),
        "round_id": round_id,
        "credential_id": one.credential_id,
        "organisation_id": one.organisation_id,
        "state": CaseState.OPEN,
        "reason": "",
        "opened_at": clock.now(),
    }


def _flag_values(case_id: UUID, one: Lapsed, known: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "id": new_key(),
            "case_id": case_id,
            "ground": finding.ground,
            "evidence": finding.evidence,
            "flagged_at": clock.now(),
        }
        for finding in one.findings
        if finding.ground not in known
    ]


def _new_case(round_: CleanupRound, credential: Credential) -> CleanupCase:
    return CleanupCase(
        id=new_key(),
        round_id=round_.id,
        credential_id=credential.id,
        credential=credential,
        organisation_id=credential.organisation_id,
        organisation=credential.organisation,
        state=CaseState.OPEN,
        reason="",
        opened_at=clock.now(),
        flags=[],
    )


def _checked(typed: str, longest: int, empty: Text) -> str:
    text = typed.strip()
    if not text:
        raise InvalidError(empty)
    if len(text) > longest:
        raise InvalidError(_("超过 %(limit)s 个字，请写得短一些。", limit=longest))
    return text

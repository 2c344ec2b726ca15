"""Verbs before the exam: blueprints, sittings, and who stands on the list."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.db import new_key
from core.errors import Reason, RefusedError, refuse_if
from core.import_kinds import ImportKind
from core.imports import ParsedRow, Problem
from core.operations import record_audit
from core.texts import Text, lazy_gettext as _
from exam import candidate_sheet
from exam.blueprints import (
    DEFAULT_CELLS,
    DEFAULT_CUT_SCORE,
    DEFAULT_MINUTES,
    BlueprintDraft,
    reasons_against_draft,
)
from exam.candidate_numbers import (
    MOST_CANDIDATES,
    MOST_SITTINGS,
    candidate_number,
    is_well_formed,
    run_of,
    sitting_prefix,
    unit_digits,
)
from exam.make_ups import (
    reasons_against_first,
    reasons_against_joining,
    reasons_against_make_up,
    reasons_against_make_up_list,
)
from exam.models.planning import BlueprintCell, Candidate, ExamBlueprint, Sitting
from exam.operations.papers import ask_for_papers, freeze_draw
from exam.queries.make_ups import eligible_for_make_up, first_facts, joining_facts, make_up_facts
from exam.queries.planning import list_facts, opening_facts, standing_facts
from exam.queries.registration import (
    applicant_facts,
    candidate_numbers,
    last_number_of_year,
    list_sheet_facts,
    officers_by_ids,
)
from exam.registration import (
    reasons_against_applicant,
    reasons_against_leaving,
    reasons_against_list,
    reasons_against_reason,
    reasons_against_returning,
)
from exam.sittings import PlanFacts, reasons_against_opening, reasons_against_plan
from exam.states import SITTING, SittingKind, SittingState, Standing
from people.identity import Identity
from people.models import Officer

DEFAULT_TITLE = "标准试卷（100 分）"


def default_blueprint() -> BlueprintDraft:
    """Return the paper to begin with: 80 items, 100 marks, 90 minutes, cut score 60."""
    return BlueprintDraft(DEFAULT_TITLE, DEFAULT_CELLS, DEFAULT_MINUTES, DEFAULT_CUT_SCORE)


def define_blueprint(session: Session, draft: BlueprintDraft, actor: Actor) -> ExamBlueprint:
    """Lay down how papers are made up; a blueprint is never changed, only followed by another."""
    refuse_if(reasons_against_draft(draft))
    if session.scalar(select(ExamBlueprint.id).where(ExamBlueprint.title == draft.title)):
        raise RefusedError([Reason("title_taken", _("已有同名组卷方案，请换一个名称。"))])
    blueprint = ExamBlueprint(
        title=draft.title,
        duration_minutes=draft.duration_minutes,
        cut_score=draft.cut_score,
        multiple_rule=draft.multiple_rule,
        created_at=clock.now(),
        cells=[
            BlueprintCell(
                position=position,
                kind=cell.kind,
                subject=cell.subject,
                item_count=cell.item_count,
                marks_each=cell.marks_each,
            )
            for position, cell in enumerate(draft.cells, start=1)
        ],
    )
    session.add(blueprint)
    session.flush()
    detail = {"title": draft.title, "cut_score": draft.cut_score, "minutes": draft.duration_minutes}
    record_audit(session, actor, "exam:blueprint:define", blueprint.id, detail)
    return blueprint


def plan_sitting(session: Session, sitting: Sitting, actor: Actor) -> Sitting:
    """Plan a sitting with its window, its blueprint and the course whose hours it asks for."""
    plan = PlanFacts(sitting.title, sitting.opens_at, sitting.closes_at, sitting.blueprint.duration_minutes)
    with session.no_autoflush:
        first = reasons_against_first(_kind(sitting), first_facts(session, sitting), sitting.opens_at)
        refuse_if([*reasons_against_plan(plan, clock.now()), *first])
        if session.scalar(select(Sitting.id).where(Sitting.title == sitting.title)):
            raise RefusedError([Reason("title_taken", _("已有同名考试，请换一个名称。"))])
    sitting.state, sitting.created_at = SittingState.DRAFT, clock.now()
    session.add(sitting)
    session.flush()
    detail = {"opens_at": sitting.opens_at.isoformat(), "closes_at": sitting.closes_at.isoformat()}
    detail |= {"title": sitting.title, "kind": str(sitting.kind)}
    record_audit(session, actor, "exam:sitting:plan", sitting.id, detail)
    return sitting


def open_sitting(session: Session, sitting: Sitting, actor: Actor) -> None:
    """Open the sitting: cast its seed and commit to it, freeze the bank, have every paper drawn."""
    refuse_if(reasons_against_opening(opening_facts(session, sitting), clock.now()))
    sitting.state = SITTING.after(SittingState(sitting.state), "open")
    sitting.opened_at = clock.now()
    freeze_draw(session, sitting)
    session.flush()
    ask_for_papers(session, sitting)
    detail = {"title": sitting.title, "commitment": sitting.commitment}
    record_audit(session, actor, "exam:sitting:open", sitting.id, detail)


def register_candidates(session: Session, sitting: Sitting, officers: Sequence[Officer], actor: Actor) -> int:
    """Put people on a sitting's list for the units they belong to now, all of them or nobody."""
    _take_turns(session)
    refuse_if(_list_reasons(sitting))
    facts = applicant_facts(session, sitting.id, officers)
    refuse_if([reason for person in facts for reason in reasons_against_applicant(person)])
    refuse_if(
        [reason for one in make_up_facts(session, sitting, officers) for reason in reasons_against_make_up(one)]
    )
    _refuse_double(officers)
    count = put_on_list(session, sitting, officers)
    if sitting.state == SittingState.OPEN:
        ask_for_papers(session, sitting)
    record_audit(session, actor, "exam:candidate:register", sitting.id, {"candidates": count})
    return count


def register_for_make_up(session: Session, sitting: Sitting, actor: Actor) -> int:
    """Put everybody on a make-up's list who did not pass the first sitting and may sit now; return how many."""
    refuse_if(reasons_against_make_up_list(SittingKind(sitting.kind), first_facts(session, sitting)))
    officers = eligible_for_make_up(session, sitting)
    if not officers:
        text = _("没有可以登记的人员：未通过的人员都已登记，或者学时未满、不在岗、已参加过补考。")
        raise RefusedError([Reason("nobody_eligible", text)])
    return register_candidates(session, sitting, officers, actor)


def join_mock(session: Session, sitting: Sitting, officer: Officer, actor: Actor) -> None:
    """Let an officer in post join an open mock exam by themselves; papers are drawn at the start."""
    _take_turns(session)
    refuse_if(reasons_against_joining(joining_facts(session, sitting, officer), clock.now()))
    put_on_list(session, sitting, [officer])
    record_audit(session, actor, "exam:candidate:join", sitting.id, {"officer": str(officer.id)})


def put_on_list(session: Session, sitting: Sitting, officers: Sequence[Officer]) -> int:
    """Store a candidate for each of these people, each with a number of their own."""
    numbers = _numbers_for(session, sitting, officers)
    at = clock.now()
    rows = [
        {
            "id": new_key(),
            "sitting_id": sitting.id,
            "officer_id": officer.id,
            "organisation_id": officer.organisation_id,
            "employment": officer.employment,
            "candidate_no": number,
            "standing": Standing.REGISTERED,
            "registered_at": at,
        }
        for officer, number in zip(officers, numbers, strict=True)
    ]
    if rows:
        session.execute(insert(Candidate), rows)
    return len(rows)


def exempt_candidate(session: Session, candidate: Candidate, reason: str, actor: Actor) -> None:
    """Take a candidate out of every denominator because the exam is not asked of them."""
    _let_go(session, candidate, Standing.EXEMPT, reason)
    record_audit(session, actor, "exam:candidate:exempt", candidate.id, {"reason": reason})


def withdraw_candidate(session: Session, candidate: Candidate, reason: str, actor: Actor) -> None:
    """Take a candidate out of every denominator because leave to withdraw was given."""
    _let_go(session, candidate, Standing.WITHDRAWN, reason)
    record_audit(session, actor, "exam:candidate:withdraw", candidate.id, {"reason": reason})


def reinstate_candidate(session: Session, candidate: Candidate, reason: str, actor: Actor) -> None:
    """Put an exempt or withdrawn candidate back among those who are due."""
    _take_turns_with_room(session, candidate)
    refuse_if([*_list_reasons(candidate.sitting), *reasons_against_reason(reason)])
    refuse_if(reasons_against_returning(standing_facts(session, candidate)))
    candidate.standing = Standing.REGISTERED
    session.flush()
    record_audit(session, actor, "exam:candidate:reinstate", candidate.id, {"reason": reason})


def _kind(sitting: Sitting) -> SittingKind:
    """Return the kind of a sitting that may not be stored yet."""
    return SittingKind(sitting.kind or SittingKind.REGULAR)


def _let_go(session: Session, candidate: Candidate, standing: Standing, reason: str) -> None:
    _take_turns_with_room(session, candidate)
    refuse_if([*_list_reasons(candidate.sitting), *reasons_against_reason(reason)])
    refuse_if(reasons_against_leaving(standing_facts(session, candidate)))
    candidate.standing = standing
    session.flush()


def _list_reasons(sitting: Sitting) -> list[Reason]:
    return reasons_against_list(list_facts(sitting), clock.now())


def _take_turns(session: Session) -> None:
    """Let writers of lists wait for each other, or two of them could give out the same number."""
    session.execute(select(Sitting.id).order_by(Sitting.id).with_for_update(key_share=True))


def _take_turns_with_room(session: Session, candidate: Candidate) -> None:
    """Wait for an attempt that is just being started, or let it wait and find the new standing."""
    session.flush()
    session.execute(select(Candidate.id).where(Candidate.id == candidate.id).with_for_update())
    session.refresh(candidate, ["standing"])


def _refuse_double(officers: Sequence[Officer]) -> None:
    counts = Counter(officer.id for officer in officers)
    doubled = {officer.id: officer.name for officer in officers if counts[officer.id] > 1}
    refuse_if(
        [
            Reason("named_twice", _("%(name)s 在这次登记中出现了不止一次，请只保留一次。", name=name))
            for name in doubled.values()
        ]
    )


def _numbers_for(session: Session, sitting: Sitting, officers: Sequence[Officer]) -> list[str]:
    given = [number for number in candidate_numbers(session, sitting.id) if is_well_formed(number)]
    prefix = given[0][:4] if given else _next_prefix(session, sitting)
    serials: Counter[str] = Counter()
    for number in given:
        run, serial = run_of(number)
        serials[run] = max(serials[run], serial)
    numbers = []
    for officer in officers:
        digits = unit_digits(officer.organisation.code)
        serials[prefix + digits] += 1
        _refuse_overflow(serials[prefix + digits], officer)
        numbers.append(candidate_number(prefix, digits, serials[prefix + digits]))
    return numbers


def _next_prefix(session: Session, sitting: Sitting) -> str:
    year = clock.day_of(sitting.opens_at).year
    last = last_number_of_year(session, f"{year % 100:02d}")
    ordinal = int(last[2:4]) + 1 if last else 1
    if ordinal > MOST_SITTINGS:
        text = _("%(year)s 年已办满 %(limit)s 场考试，准考证号已用完。", year=year, limit=MOST_SITTINGS)
        raise RefusedError([Reason("too_many_sittings", text)])
    return sitting_prefix(year, ordinal)


def _refuse_overflow(serial: int, officer: Officer) -> None:
    if serial > MOST_CANDIDATES:
        text = _(
            "%(unit)s在一场考试中最多登记 %(limit)s 人。", unit=officer.organisation.name, limit=MOST_CANDIDATES
        )
        raise RefusedError([Reason("too_many_candidates", text)])


def _check_candidates(session: Session, rows: list[ParsedRow], _identity: Identity) -> list[Problem]:
    return candidate_sheet.problems_in(rows, list_sheet_facts(session, clock.now()))


def _apply_candidates(session: Session, rows: list[ParsedRow], identity: Identity) -> Text:
    facts = list_sheet_facts(session, clock.now())
    by_sitting: dict[UUID, list[UUID]] = {}
    for row in rows:
        sitting_id, officer_id = candidate_sheet.named(row, facts)
        by_sitting.setdefault(sitting_id, []).append(officer_id)
    for sitting_id, officer_ids in by_sitting.items():
        officers = officers_by_ids(session, officer_ids)
        register_candidates(session, session.get_one(Sitting, sitting_id), officers, identity.actor)
    return _("已登记 %(count)s 名考生。", count=len(rows))


CANDIDATES = ImportKind(
    name="candidates",
    title=_("考生名单"),
    intro=_("一行一人。按证件号码找到人员，姓名和单位须与名册一致；只登记在编在岗人员。"),
    columns=candidate_sheet.COLUMNS,
    sample=("2026 年第一次资格考试", "张三", "DEMO-900001", "市公安局"),
    check=_check_candidates,
    apply=_apply_candidates,
    done_endpoint="sittings.index",
)

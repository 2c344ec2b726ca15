"""Verbs on courses and class hours."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.errors import Reason, RefusedError, refuse_if
from core.import_kinds import ImportKind
from core.imports import ParsedRow, Problem
from core.operations import record_audit
from core.texts import Text, lazy_gettext as _
from people.identity import Identity
from people.models import Officer, Organisation
from people.scope import Scope
from training import sheet
from training.courses import CourseDraft, reasons_against as reasons_against_course
from training.hours import (
    NO_CREDIT,
    CourseDays,
    HourSource,
    NewHours,
    reasons_against_correction,
    reasons_against_hours,
)
from training.models import Course, HourEntry
from training.queries import credits_by_day, hours_on
from training.sheet import COLUMNS, COURSE, SOURCE_WORDS, HoursFacts, KnownCourse, KnownOfficer


def plan_course(session: Session, draft: CourseDraft, actor: Actor) -> Course:
    """Plan a course with the hours it asks for."""
    refuse_if(reasons_against_course(draft))
    if session.scalar(select(Course.id).where(Course.title == draft.title)):
        raise RefusedError([Reason("title_taken", _("已有同名课程，请换一个名称。"))])
    course = Course(
        title=draft.title,
        description=draft.description,
        required_hours=draft.required_hours,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        created_at=clock.now(),
    )
    session.add(course)
    session.flush()
    detail = {"title": course.title, "required_hours": str(course.required_hours)}
    record_audit(session, actor, "training:course:plan", course.id, detail)
    return course


def record_hours(session: Session, course: Course, entry: NewHours, actor: Actor) -> HourEntry:
    """Credit one officer with the hours of one day."""
    _take_turns(session, course)
    already = hours_on(session, course.id, entry.officer_id, entry.held_on)
    refuse_if(reasons_against_hours(entry, already, _days_of(course)))
    row = HourEntry(**_values(course, entry, actor))
    session.add(row)
    session.flush()
    _audit_entry(session, row, "training:hours:record", actor)
    return row


def correct_hours(
    session: Session,
    course: Course,
    officer: Officer,
    hours: Decimal,
    *,
    held_on: date,
    note: str,
    actor: Actor,
) -> HourEntry:
    """Take hours of one day back by an entry below zero; never more than the day's entries come to."""
    _take_turns(session, course)
    credited = hours_on(session, course.id, officer.id, held_on)
    refuse_if(reasons_against_correction(hours, credited, note))
    entry = NewHours(officer.id, hours, HourSource.CORRECTION, held_on, note)
    row = HourEntry(**_values(course, entry, actor))
    session.add(row)
    session.flush()
    _audit_entry(session, row, "training:hours:correct", actor)
    return row


def credit_hours(session: Session, course: Course, entries: Sequence[NewHours], actor: Actor) -> int:
    """Credit many officers at once, all or nothing; return how many entries were made."""
    _take_turns(session, course)
    known = credits_by_day(session, course.id)
    days = _days_of(course)
    for entry in entries:
        day = (entry.officer_id, entry.held_on)
        credit = known.get(day, NO_CREDIT)
        refuse_if(reasons_against_hours(entry, credit.hours, days))
        known[day] = credit.plus(entry.hours, entry.source)
    if entries:
        session.execute(insert(HourEntry), [_values(course, entry, actor) for entry in entries])
    detail = {"entries": len(entries), "officers": len({entry.officer_id for entry in entries})}
    record_audit(session, actor, "training:hours:credit", course.id, detail)
    return len(entries)


def _take_turns(session: Session, course: Course) -> None:
    """Let writers of one course wait for each other, or two of them could both stay under a limit."""
    session.execute(select(Course.id).where(Course.id == course.id).with_for_update(key_share=True))


def _days_of(course: Course) -> CourseDays:
    return CourseDays(course.starts_on, course.ends_on, clock.today())


def _values(course: Course, entry: NewHours, actor: Actor) -> dict[str, object]:
    return {
        "course_id": course.id,
        "officer_id": entry.officer_id,
        "hours": entry.hours,
        "source": entry.source,
        "held_on": entry.held_on,
        "note": entry.note,
        "recorded_by": actor.account_id,
        "recorded_at": clock.now(),
    }


def _audit_entry(session: Session, row: HourEntry, verb: str, actor: Actor) -> None:
    detail = {"course": str(row.course_id), "hours": str(row.hours), "held_on": row.held_on.isoformat()}
    record_audit(session, actor, verb, row.officer_id, detail)


def _check_hours(session: Session, rows: list[ParsedRow], identity: Identity) -> list[Problem]:
    return sheet.problems_in(rows, _facts(session, rows, identity.scope))


def _apply_hours(session: Session, rows: list[ParsedRow], identity: Identity) -> Text:
    facts = _facts(session, rows, identity.scope)
    by_course: dict[UUID, list[NewHours]] = {}
    for row in rows:
        course_id, entry = sheet.new_hours(row, facts)
        by_course.setdefault(course_id, []).append(entry)
    for course_id, entries in by_course.items():
        credit_hours(session, session.get_one(Course, course_id), entries, identity.actor)
    officers = {entry.officer_id for entries in by_course.values() for entry in entries}
    return _("已登记 %(officers)s 名人员的 %(entries)s 条学时。", officers=len(officers), entries=len(rows))


def _facts(session: Session, rows: list[ParsedRow], scope: Scope) -> HoursFacts:
    titles = {str(row.values[COURSE]) for row in rows}
    named = [course for course in session.scalars(select(Course)) if course.title in titles]
    courses = {
        course.title: KnownCourse(course.id, _days_of(course), credits_by_day(session, course.id))
        for course in named
    }
    return HoursFacts(courses, _known_officers(session, scope))


def _known_officers(session: Session, scope: Scope) -> dict[str, KnownOfficer]:
    query = select(Officer.document_digest, Officer.id, Officer.name, Organisation.name).join(
        Organisation, Organisation.id == Officer.organisation_id
    )
    if scope.organisation_id is not None:
        query = query.where(Officer.organisation_id == scope.organisation_id)
    return {row[0]: KnownOfficer(row[1], row[2], row[3]) for row in session.execute(query)}


HOURS = ImportKind(
    name="hours",
    title=_("培训学时"),
    intro=_("一行一人一天。按证件号码找到人员，姓名和单位须与名册一致；学时以 0.5 为单位，一天最多 12 学时。"),
    columns=COLUMNS,
    sample=("2026 年新申领人员培训", "张三", "DEMO-900001", "市公安局", "4", "集中", "2026-03-02", ""),
    check=_check_hours,
    apply=_apply_hours,
    done_endpoint="training.index",
    choices={5: tuple(SOURCE_WORDS)},
)

"""The demo city's training, item bank, sitting, answers and pass list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from random import Random
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from app.demo.answers import choices_for
from app.demo.fates import REQUIRED, Fate, fates
from app.demo.stage import Stage, acting, digest_of, officers_by_document
from core import clock
from core.audit import Actor
from core.db import reading, transaction
from core.import_kinds import import_sheet
from exam.legal_bases import LegalBasis
from exam.list_drafts import ListTerms
from exam.list_states import EffectMode
from exam.marking import Given
from exam.models.planning import Candidate, Sitting
from exam.models.results import PassList
from exam.operations import closing, planning, publishing, room, rooms
from exam.operations.handing_in import hand_in
from exam.operations.papers import draw_missing_papers, frozen_bank
from exam.operations.rooms import RoomDraft
from exam.operations.saving import append_responses
from exam.queries.room import paper_of
from exam.states import SittingKind
from people.models import Officer
from questions.bank import BankItem
from questions.operations import ITEMS
from questions.queries import active_bank, keys_of
from training.courses import CourseDraft
from training.hours import HourSource, NewHours
from training.models import Course
from training.operations import credit_hours, plan_course

COURSE = "新办行政执法证件人员线上培训"
SITTING = "新办行政执法证件人员线上培训考试"
MAKE_UP = "新办行政执法证件人员补考"
MOCK = "行政执法资格模拟考试"
ROOMS, SEATS = ("第一考场", "第二考场", "第三考场", "第四考场"), 300
BATCH = 150


@dataclass(frozen=True)
class Book:
    """What the whole sitting has in common: the items by version, the keys, and who acts."""

    items: dict[UUID, BankItem]
    keys: dict[UUID, str]
    actor: Actor


def train(stage: Stage) -> None:
    """Plan the course and credit the hours that each candidate's fate asks for."""
    with clock.at(stage.morning(-60)), transaction() as session:
        actor = acting(session, "guanli").actor
        draft = CourseDraft(
            title=COURSE,
            required_hours=REQUIRED,
            starts_on=stage.today - timedelta(days=55),
            ends_on=stage.today + timedelta(days=90),
            description="公共法律知识与三项制度，线上学习，每学时 45 分钟。",
        )
        course = plan_course(session, draft, actor)
    officers = _officers(stage)
    with clock.at(stage.morning(-30)), transaction() as session:
        entries = [entry for fate in fates(stage) for entry in _hours(stage, fate, officers)]
        credit_hours(session, session.get_one(Course, course.id), entries, acting(session, "guanli").actor)
    stage.advance(len(entries))


def fill_bank(stage: Stage) -> None:
    """Import the sample items, sheet by sheet."""
    folder = files("questions") / "sample_items"
    for sheet in sorted(folder.iterdir(), key=lambda one: one.name):
        with clock.at(stage.morning(-50)), transaction() as session:
            import_sheet(session, ITEMS, sheet.name, sheet.read_bytes(), acting(session, "guanli"))
        stage.advance(50)


def open_sitting(stage: Stage) -> None:
    """Plan the sitting, register everybody who is due, open the doors and draw the papers ahead."""
    with clock.at(stage.morning(-25)), transaction() as session:
        actor = acting(session, "guanli").actor
        blueprint = planning.define_blueprint(session, planning.default_blueprint(), actor)
        course = session.scalars(select(Course).where(Course.title == COURSE)).one()
        sitting = Sitting(
            title=SITTING,
            blueprint=blueprint,
            blueprint_id=blueprint.id,
            course_id=course.id,
            opens_at=stage.morning(-20),
            closes_at=stage.evening(-18),
        )
        planning.plan_sitting(session, sitting, actor)
        officers = officers_by_document(session)
        due = [officers[digest_of(person.document)] for person in stage.roll.applicants]
        planning.register_candidates(session, sitting, due, actor)
        planning.open_sitting(session, sitting, actor)
        bank = frozen_bank(session, sitting)
        while draw_missing_papers(session, sitting, bank):
            stage.advance(0)
    stage.advance(len(due))


def sit(stage: Stage) -> None:
    """Let everybody who comes start, answer and hand in, in batches of one transaction each."""
    with reading() as session:
        bank = active_bank(session)
        keys = keys_of(session, [item.version_id for item in bank])
        actor = acting(session, "guanli").actor
    book = Book({item.version_id: item for item in bank}, keys, actor)
    coming = [fate for fate in fates(stage) if fate.sits]
    for start in range(0, len(coming), BATCH):
        with transaction() as session:
            batch = {digest_of(fate.person.document): fate for fate in coming[start : start + BATCH]}
            for candidate in _candidates(session, list(batch)):
                _attend(session, candidate, batch[candidate.officer.document_digest], book)
                stage.advance(10)


def settle(stage: Stage) -> None:
    """Close the sitting when its window is over and publish the list of those who passed."""
    with clock.at(stage.evening(-18) + timedelta(minutes=1)), transaction() as session:
        sitting = session.scalars(select(Sitting).where(Sitting.title == SITTING)).one()
        closing.close_sitting(session, sitting, acting(session, "guanli").actor)
    stage.advance(500)
    publish_list(stage)
    stage.advance(500)


def publish_list(stage: Stage) -> None:
    """Draft the list, let a second administrator approve it, publish it; effective at once, as in 2017."""
    terms = ListTerms(EffectMode.AT_ONCE, 0, LegalBasis.OPENNESS_2019)
    with clock.at(stage.morning(-13)), transaction() as session:
        sitting = session.scalars(select(Sitting).where(Sitting.title == SITTING)).one()
        drafted = publishing.draft_pass_list(session, sitting, terms, acting(session, "guanli").actor)
    with clock.at(stage.morning(-12)), transaction() as session:
        pass_list = session.get_one(PassList, drafted.id)
        publishing.approve_pass_list(session, pass_list, acting(session, "fuhe").actor)
        publishing.publish_pass_list(session, pass_list, acting(session, "guanli").actor)


def open_make_up(stage: Stage) -> None:
    """Open a make-up of the sitting for everybody who did not pass and has the hours, as the office would."""
    with clock.at(stage.morning(-10)), transaction() as session:
        actor = acting(session, "guanli").actor
        first = session.scalars(select(Sitting).where(Sitting.title == SITTING)).one()
        make_up = Sitting(
            title=MAKE_UP,
            kind=SittingKind.MAKE_UP,
            first_sitting_id=first.id,
            blueprint=first.blueprint,
            blueprint_id=first.blueprint_id,
            course_id=first.course_id,
            opens_at=stage.morning(-1),
            closes_at=stage.evening(89),
        )
        planning.plan_sitting(session, make_up, actor)
        planning.register_for_make_up(session, make_up, actor)
        drafts = [RoomDraft(name, networks=[]) for name in ROOMS]
        seats = {rooms.write_down_room(session, make_up, draft, actor).id: SEATS for draft in drafts}
        rooms.spread_over_rooms(session, make_up, seats, actor)
        planning.open_sitting(session, make_up, actor)
    stage.advance(1000)


def open_mock(stage: Stage) -> None:
    """Open a mock exam that every candidate may join."""
    with clock.at(stage.morning(-9)), transaction() as session:
        actor = acting(session, "guanli").actor
        first = session.scalars(select(Sitting).where(Sitting.title == SITTING)).one()
        mock = Sitting(
            title=MOCK,
            kind=SittingKind.MOCK,
            blueprint=first.blueprint,
            blueprint_id=first.blueprint_id,
            opens_at=stage.morning(-8),
            closes_at=stage.evening(180),
        )
        planning.plan_sitting(session, mock, actor)
        planning.open_sitting(session, mock, actor)
    stage.advance(10)


def failed_document(stage: Stage) -> str:
    """Return the demo document of somebody who sat, failed, and may sit again."""
    return next(fate.person.document for fate in fates(stage) if fate.sits and not fate.passes)


def pass_list_of(session: Session) -> PassList:
    """Return the demo city's published list."""
    return session.scalars(select(PassList)).one()


def _candidates(session: Session, digests: list[str]) -> list[Candidate]:
    query = (
        select(Candidate)
        .join(Officer, Candidate.officer_id == Officer.id)
        .join(Sitting, Candidate.sitting_id == Sitting.id)
        .where(Sitting.title == SITTING, Officer.document_digest.in_(digests))
        .options(contains_eager(Candidate.sitting))
    )
    return list(session.scalars(query))


def _attend(session: Session, candidate: Candidate, fate: Fate, book: Book) -> None:
    random = Random(fate.seed)
    started = _start_of(candidate.sitting, random)
    with clock.at(started):
        attempt = room.start_attempt(session, candidate, book.actor)
    entries = paper_of(session, attempt.paper_id)
    cut = candidate.sitting.blueprint.cut_score
    chosen = choices_for(entries, book.keys, book.items, cut, passing=fate.passes, random=random)
    given = [Given(seq, place, choice) for seq, (place, choice) in enumerate(chosen.items(), start=1)]
    with clock.at(started + timedelta(minutes=random.randint(25, 80))):
        append_responses(session, attempt.id, attempt.fence, given)
        hand_in(session, attempt, book.actor)


def _start_of(sitting: Sitting, random: Random) -> datetime:
    """Return an instant in the window that leaves time for the whole paper."""
    day = timedelta(days=random.randint(0, 2))
    return sitting.opens_at + day + timedelta(minutes=random.randint(0, 600), seconds=random.randint(0, 59))


def _hours(stage: Stage, fate: Fate, officers: dict[str, UUID]) -> Iterator[NewHours]:
    left, day = fate.hours, stage.today - timedelta(days=50)
    while left > 0:
        hours = min(left, Decimal(12))
        officer_id = officers[digest_of(fate.person.document)]
        yield NewHours(officer_id=officer_id, hours=hours, source=HourSource.ONLINE, held_on=day, note="")
        left, day = left - hours, day + timedelta(days=7)


def _officers(stage: Stage) -> dict[str, UUID]:
    with reading() as session:
        rows = session.execute(select(Officer.document_digest, Officer.id)).all()
    return {row.document_digest: row.id for row in rows}

"""Rows for tests, through plain functions with only the fields that matter."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.acts import ActKind
from certificates.models import Credential, CredentialAct, Qualification
from certificates.numbers import Profile
from certificates.operations.credentials import lookup_token
from certificates.queries.statements import statement_of
from certificates.statements import CREDENTIAL
from certificates.states import CredentialSource, CredentialState, QualificationState
from certificates.validity import last_day
from core import clock, passwords
from core.audit import Actor
from core.models import LogEntry
from core.operations import append_to_log
from core.sealing import matching_digest, sealed
from exam.draws import bank_rows, commitment_of
from exam.legal_bases import BASIS_TEXTS, LegalBasis
from exam.list_drafts import ListTerms
from exam.list_states import EffectMode, PassListState
from exam.marking import Given, as_shown
from exam.models.planning import BlueprintCell, Candidate, ExamBlueprint, Sitting
from exam.models.results import Mark, PassList, PassListEntry
from exam.models.room import Attempt, Paper
from exam.operations.handing_in import hand_in
from exam.operations.publishing import approve_pass_list, draft_pass_list, publish_pass_list
from exam.operations.room import start_attempt
from exam.operations.saving import append_responses
from exam.queries.room import paper_of
from exam.states import AttemptState, FinishKind, SittingState
from people.models import DOCUMENT_PLACE, Account, Officer, Organisation
from people.permissions import Role
from people.posts import DivisionKind, DocumentKind, EmploymentType, OrganisationKind, PostState
from questions.kinds import TRUE_FALSE_OPTIONS, ItemKind, Subject
from questions.models import Item, ItemVersion
from questions.queries import active_bank, keys_of
from tests.forms_browser import TEST_PASSWORD
from training.hours import HourSource
from training.models import Course, HourEntry

ACTOR = Actor(None, "测试")
SEED = "5eed" * 16
_PASSWORD_HASH = passwords.hashed(TEST_PASSWORD)
_serial = count(1)
_ENDS = {
    CredentialState.SUSPENDED: ActKind.SUSPEND,
    CredentialState.CANCELLED: ActKind.CANCEL,
    CredentialState.REVOKED: ActKind.REVOKE,
    CredentialState.VOID: ActKind.VOID,
}


@dataclass(frozen=True)
class City:
    """A city with one county and one municipal department."""

    city: Organisation
    county: Organisation
    department: Organisation


def make_organisation(session: Session, **changes: Any) -> Organisation:
    fields: dict[str, Any] = {
        "code": f"X{next(_serial):04d}",
        "name": f"第{next(_serial)}执法局",
        "name_en": "Enforcement Bureau",
        "kind": OrganisationKind.DEPARTMENT,
        "division_code": "130300",
        "division_kind": DivisionKind.ADMINISTRATIVE,
        "enforcement_category": "综合执法",
    }
    organisation = Organisation(**{**fields, **changes})
    session.add(organisation)
    session.flush()
    return organisation


def make_city(session: Session) -> City:
    """Return the test city, made at the first call."""
    found = {row.code: row for row in session.scalars(select(Organisation))}
    if "CITY" in found:
        return City(found["CITY"], found["C01"], found["M01"])
    city = make_organisation(
        session,
        code="CITY",
        name="示范市",
        kind=OrganisationKind.CITY,
        issuer_name="示范市人民政府法制办公室",
    )
    county = make_organisation(
        session,
        code="C01",
        name="海东区",
        name_en="Haidong District",
        kind=OrganisationKind.COUNTY,
        parent_id=city.id,
    )
    department = make_organisation(
        session,
        code="M01",
        name="市公安局",
        name_en="Public Security Bureau",
        parent_id=city.id,
        enforcement_category="公安",
    )
    return City(city, county, department)


def make_officer(session: Session, organisation: Organisation, **changes: Any) -> Officer:
    number = changes.pop("document_number", f"DEMO-{next(_serial):06d}")
    fields: dict[str, Any] = {
        "name": f"测试员{next(_serial)}",
        "organisation": organisation,
        "organisation_id": organisation.id,
        "document_kind": DocumentKind.DEMO,
        "document_sealed": sealed(number, DOCUMENT_PLACE),
        "document_digest": matching_digest(number),
        "employment": EmploymentType.ESTABLISHMENT,
        "post": PostState.IN_POST,
        "enforcement_category": organisation.enforcement_category,
        "enforcement_area": "示范市",
        "created_at": clock.now(),
    }
    officer = Officer(**{**fields, **changes})
    session.add(officer)
    session.flush()
    return officer


def make_account(session: Session, role: Role, organisation: Organisation | None = None, **changes: Any) -> Account:
    """Return an account that signs in with TEST_PASSWORD; a candidate gets an officer too."""
    officer = changes.pop("officer", None)
    if role is Role.CANDIDATE and officer is None:
        assert organisation is not None
        officer = make_officer(session, organisation)
    below_city = role in {Role.CANDIDATE, Role.UNIT_ADMINISTRATOR}
    fields: dict[str, Any] = {
        "username": f"{role}-{next(_serial)}",
        "display_name": officer.name if officer else "测试账号",
        "password_hash": _PASSWORD_HASH,
        "must_change_password": False,
        "role": role,
        "organisation_id": organisation.id if organisation and below_city else None,
        "officer_id": officer.id if officer else None,
        "created_at": clock.now(),
    }
    account = Account(**{**fields, **changes})
    session.add(account)
    session.flush()
    return account


def make_course(session: Session, **changes: Any) -> Course:
    fields: dict[str, Any] = {
        "title": f"第{next(_serial)}期培训",
        "required_hours": Decimal(24),
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
        "created_at": clock.now(),
    }
    course = Course(**{**fields, **changes})
    session.add(course)
    session.flush()
    return course


def make_hours(session: Session, course: Course, officer: Officer, hours: int) -> HourEntry:
    """Return hours of one officer in a course, recorded now, however many."""
    entry = HourEntry(
        course_id=course.id,
        officer_id=officer.id,
        hours=Decimal(hours),
        source=HourSource.ONLINE,
        held_on=course.starts_on,
        recorded_at=clock.now(),
    )
    session.add(entry)
    session.flush()
    return entry


def make_item(session: Session, kind: ItemKind, key: str, **changes: Any) -> ItemVersion:
    """Return the version of a new active item; each text of it occurs nowhere else."""
    number = next(_serial)
    options = TRUE_FALSE_OPTIONS if kind is ItemKind.TRUE_FALSE else [f"选项{letter}{number}" for letter in "ABCD"]
    subject = changes.pop("subject", Subject.PENALTY)
    item = Item(code=f"T{number}", kind=kind, subject=subject, created_at=clock.now())
    session.add(item)
    session.flush()
    fields: dict[str, Any] = {
        "item_id": item.id,
        "number": 1,
        "stem": f"题干{number}",
        "options": list(options),
        "key": key,
        "law": f"法律依据{number}",
        "article": f"第{number}条",
        "explanation": f"解析{number}",
        "created_at": clock.now(),
    }
    version = ItemVersion(**{**fields, **changes})
    session.add(version)
    session.flush()
    return version


def make_sitting(session: Session, **changes: Any) -> Sitting:
    """Return an open sitting, an hour into its window: one true/false, two single, one multiple item.

    The bank has more than that. Admission asks for no training unless ``course_id`` is given.
    """
    for kind, key in ((ItemKind.TRUE_FALSE, "A"), (ItemKind.SINGLE, "C"), (ItemKind.MULTIPLE, "BD")):
        for _copy in range(4):
            make_item(session, kind, key)
    counts = ((ItemKind.TRUE_FALSE, 1, 1), (ItemKind.SINGLE, 2, 1), (ItemKind.MULTIPLE, 1, 2))
    blueprint = ExamBlueprint(
        title=f"组卷方案{next(_serial)}", duration_minutes=90, cut_score=3, created_at=clock.now()
    )
    blueprint.cells = [
        BlueprintCell(position=position, kind=kind, item_count=items, marks_each=marks)
        for position, (kind, items, marks) in enumerate(counts, start=1)
    ]
    session.add(blueprint)
    session.flush()
    fields: dict[str, Any] = {
        "title": f"第{next(_serial)}场考试",
        "blueprint": blueprint,
        "blueprint_id": blueprint.id,
        "opens_at": clock.now() - timedelta(hours=1),
        "closes_at": clock.now() + timedelta(hours=8),
        "state": SittingState.OPEN,
        "grace_seconds": 0,
        "seed": SEED,
        "commitment": commitment_of(SEED),
        "bank": bank_rows(active_bank(session)),
        "opened_at": clock.now(),
        "created_at": clock.now(),
    }
    sitting = Sitting(**{**fields, **changes})
    session.add(sitting)
    session.flush()
    return sitting


def make_candidate(session: Session, sitting: Sitting, officer: Officer, **changes: Any) -> Candidate:
    fields: dict[str, Any] = {
        "sitting_id": sitting.id,
        "sitting": sitting,
        "officer_id": officer.id,
        "officer": officer,
        "organisation_id": officer.organisation_id,
        "organisation": officer.organisation,
        "candidate_no": f"T{next(_serial):07d}",
        "registered_at": clock.now(),
    }
    candidate = Candidate(**{**fields, **changes})
    session.add(candidate)
    session.flush()
    return candidate


def make_attempt(session: Session, candidate: Candidate, score: int | None = None, **changes: Any) -> Attempt:
    """Return a candidate's attempt: marked with the score, or still running where there is none."""
    is_over = score is not None
    paper = changes.pop("paper", None) or make_paper(session, candidate)
    deadline = changes.get("deadline_at", clock.now() + timedelta(minutes=90))
    fields: dict[str, Any] = {
        "candidate_id": candidate.id,
        "paper_id": paper.id,
        "sitting_id": candidate.sitting_id,
        "state": AttemptState.HANDED_IN if is_over else AttemptState.ANSWERING,
        "started_at": clock.now(),
        "deadline_at": deadline,
        "accept_until": deadline,
        "finished_at": clock.now() if is_over else None,
        "finish_kind": FinishKind.CANDIDATE if is_over else None,
    }
    attempt = Attempt(**{**fields, **changes})
    session.add(attempt)
    session.flush()
    if is_over:
        marked = {"attempt_id": attempt.id, "sitting_id": candidate.sitting_id, "marked_at": clock.now()}
        session.add(Mark(**marked, score=score, full_score=100, cut_score=60, answered_count=80))
        session.flush()
    return attempt


def make_answered(session: Session, candidate: Candidate, wrong: frozenset[UUID] = frozenset()) -> Attempt:
    """Return an attempt sat through the real operations: all right but these items, which get one wrong letter."""
    attempt = start_attempt(session, candidate, ACTOR)
    entries = paper_of(session, attempt.paper_id)
    keys = keys_of(session, [entry.version_id for entry in entries])
    given = []
    for place, entry in enumerate(entries, start=1):
        key = keys[entry.version_id]
        letters = next(one for one in "ABCD" if one not in key) if entry.version_id in wrong else key
        given.append(Given(place, place, as_shown(entry.order, letters)))
    append_responses(session, attempt.id, attempt.fence, given)
    return hand_in(session, attempt, ACTOR)


def make_paper(session: Session, candidate: Candidate, **changes: Any) -> Paper:
    """Return an empty paper: for attempts of which only the state matters."""
    fields: dict[str, Any] = {
        "candidate_id": candidate.id,
        "sitting_id": candidate.sitting_id,
        "seed": SEED,
        "entries": [],
        "drawn_at": clock.now(),
    }
    paper = Paper(**{**fields, **changes})
    session.add(paper)
    session.flush()
    return paper


def make_pass_list(session: Session, officers: list[Officer], **changes: Any) -> PassList:
    """Return a published list of these officers, each a candidate of their own organisation."""
    sitting = make_sitting(session, state=SittingState.CLOSED, closed_at=clock.now())
    published_at = changes.setdefault("published_at", clock.now())
    drafter, approver = (make_account(session, Role.ADMINISTRATOR) for _person in range(2))
    fields: dict[str, Any] = {
        "sitting_id": sitting.id,
        "state": PassListState.PUBLISHED,
        "mode": EffectMode.AT_ONCE,
        "notice_days": 0,
        "basis": LegalBasis.OPENNESS_2019,
        "legal_basis": BASIS_TEXTS[LegalBasis.OPENNESS_2019],
        "title": f"第{next(_serial)}批合格人员名单",
        "issuer_name": "示范市人民政府法制办公室",
        "passed_count": len(officers),
        "figures": {
            "due": len(officers),
            "participated": len(officers),
            "passed": len(officers),
            "failed": 0,
            "not_completed": 0,
        },
        "digest": "0" * 64,
        "log_index": 0,
        "effective_on": clock.day_of(published_at),
        "drafted_by": drafter.id,
        "drafted_at": published_at,
        "approved_by": approver.id,
        "approved_at": published_at,
        "published_by": drafter.id,
    }
    pass_list = PassList(**{**fields, **changes})
    session.add(pass_list)
    session.flush()
    for serial, officer in enumerate(officers, start=1):
        candidate = make_candidate(session, sitting, officer)
        entry = PassListEntry(
            pass_list_id=pass_list.id,
            serial=serial,
            candidate_id=candidate.id,
            name=officer.name,
            unit_code=officer.organisation.code,
            unit_name=officer.organisation.name,
            candidate_no=candidate.candidate_no,
            effective_on=pass_list.effective_on,
        )
        session.add(entry)
    session.flush()
    return pass_list


def make_terms(**changes: Any) -> ListTerms:
    """Return terms to draft a list on: effective at once, unless told otherwise."""
    fields: dict[str, Any] = {"mode": EffectMode.AT_ONCE, "notice_days": 5, "basis": LegalBasis.OPENNESS_2019}
    return ListTerms(**{**fields, "contact": "执法监督科，0335-1234567", "reason": "依据成绩复核更正", **changes})


def draft_list(session: Session, sitting: Sitting, **terms: Any) -> PassList:
    """Return a draft of the next version of a sitting's list, made by an administrator of its own."""
    drafter = make_account(session, Role.ADMINISTRATOR)
    return draft_pass_list(session, sitting, make_terms(**terms), Actor(drafter.id, "起草人"))


def publish_list(session: Session, sitting: Sitting, **terms: Any) -> PassList:
    """Return the next version of a sitting's list, drafted by one, approved by another, published."""
    made = draft_list(session, sitting, **terms)
    approver = Actor(make_account(session, Role.ADMINISTRATOR).id, "批准人")
    approve_pass_list(session, made, approver)
    return publish_pass_list(session, made, approver)


def make_credential(session: Session, officer: Officer, **changes: Any) -> Credential:
    """Return an active credential that began half a year ago, and is logged as it is."""
    valid_from = changes.pop("valid_from", clock.today() - timedelta(days=180))
    fields: dict[str, Any] = {
        "cert_no": f"T{next(_serial):010d}",
        "officer_id": officer.id,
        "officer": officer,
        "organisation_id": officer.organisation_id,
        "organisation": officer.organisation,
        "holder_name": officer.name,
        "unit_name": officer.organisation.name,
        "category": officer.enforcement_category,
        "area": "示范市",
        "issuer_name": "示范市人民政府法制办公室",
        "profile": Profile.HEBEI_2007,
        "is_sample": True,
        "source": CredentialSource.TAKEN_OVER,
        "valid_from": valid_from,
        "valid_until": last_day(valid_from),
        "state": CredentialState.ACTIVE,
        "lookup_token": lookup_token(),
        "reserved_at": clock.now(),
        "issued_at": clock.now(),
    }
    credential = Credential(**{**fields, **changes})
    if credential.state == CredentialState.SUSPENDED and credential.suspended_until is None:
        credential.suspended_until = clock.today() + timedelta(days=30)
    session.add(credential)
    session.flush()
    if credential.state != CredentialState.RESERVED:
        _begin(session, credential)
    return credential


def _begin(session: Session, credential: Credential) -> None:
    """Write down how a credential began, and how it came to another state; its holder is qualified."""
    index = append_to_log(session, CREDENTIAL, credential.id, statement_of(credential).digest)
    if session.get(Qualification, credential.officer_id) is None:
        fields = {"officer_id": credential.officer_id, "state": QualificationState.QUALIFIED}
        session.add(Qualification(**fields, since=clock.now()))
    common: dict[str, Any] = {
        "credential_id": credential.id,
        "officer_id": credential.officer_id,
        "qualification": QualificationState.QUALIFIED,
        "actor_name": ACTOR.name,
        "log_index": index,
    }
    begun = {"number": 1, "kind": ActKind.TAKE_OVER, "ground": "A2", "state": CredentialState.ACTIVE}
    at = session.get_one(LogEntry, index).logged_at
    session.add(CredentialAct(**common, **begun, at=at))
    if credential.state != CredentialState.ACTIVE:
        kind = _ENDS[CredentialState(credential.state)]
        stands = {"state": credential.state, "suspended_until": credential.suspended_until}
        session.add(CredentialAct(**common, **stands, number=2, kind=kind, ground="", at=at))
    session.flush()

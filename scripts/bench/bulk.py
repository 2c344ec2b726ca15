"""A list of 2,101, issued, drawn and signed: the real operation, and the real worker of a serving process.

Units, people, results and photos are written in bulk; the list is drafted, approved, published and issued
to by the operations that serve any city. Afterwards every number and every document is counted.
"""

import io
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from PIL import Image, ImageDraw
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from certificates.layouts import Layout
from certificates.models import Credential, CredentialDocument, NumberSeries
from certificates.operations.authority import found_authority
from certificates.operations.credentials import issue_for_pass_list
from certificates.operations.signers import SigningPlace
from certificates.queries.documents import drawing
from certificates.queries.photos import PHOTO_PLACE
from certificates.states import CredentialState
from core import clock
from core.audit import SYSTEM, Actor
from core.db import new_key, reading, transaction
from core.sealing import sealed_bytes
from exam.legal_bases import LegalBasis
from exam.list_drafts import ListTerms
from exam.list_states import EffectMode
from exam.models.planning import Candidate, Sitting
from exam.models.results import PassList, Result
from exam.operations.publishing import approve_pass_list, draft_pass_list, publish_pass_list
from exam.states import MarkCause, Outcome
from people.models import Officer, OfficerPhoto, Organisation
from people.posts import DivisionKind, DocumentKind, EmploymentType, OrganisationKind, PostState
from people.queries import city
from scripts.bench.circular import closed_sitting
from scripts.bench.city import administrator
from scripts.bench.server import Running
from scripts.bench.steps import Lost

PEOPLE = int(os.environ.get("BULK", "2101"))
UNITS, PORTRAITS = 46, 100
PATIENCE_S, LOOK_EVERY_S = 600, 0.5
URL = "http://localhost:8399"
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂"


@dataclass(frozen=True)
class Bulk:
    """How long issuing took, how long all documents took, what both cost, and how many there are."""

    issue_s: float
    draw_s: float
    cpu_s: float
    credentials: int
    documents: int
    mib: float

    @property
    def seconds(self) -> float:
        """Return the seconds from the button to the last document."""
        return self.issue_s + self.draw_s

    @property
    def cpu_ms(self) -> float:
        """Return CPU in ms of server and database for one document."""
        return self.cpu_s / self.documents * 1000


def fill_list(place: SigningPlace) -> UUID:
    """Write a published list of 2,101 with a photo each, in a city that signs; return the list's key."""
    with transaction() as session:
        found_authority(session, place, "测量市")
        writer, second = (Actor(administrator(session, f"bulk-{n}", f"bulk-{n}").id, f"bulk-{n}") for n in (1, 2))
        sitting = closed_sitting(session, "测量：批量核发")
        _fill(session, sitting, _units(session))
    with transaction() as session:
        terms = ListTerms(EffectMode.AT_ONCE, 0, LegalBasis.OPENNESS_2019)
        made = draft_pass_list(session, session.get_one(Sitting, sitting.id), terms, writer)
        approve_pass_list(session, made, second)
        publish_pass_list(session, made, writer)
        return made.id


def measure_bulk(pass_list_id: UUID, running: Running) -> Bulk:
    """Issue to the list and wait until the server's worker has drawn and signed everything."""
    before, began = running.cpu(), time.monotonic()
    own = time.process_time()
    with transaction() as session:
        count = issue_for_pass_list(session, session.get_one(PassList, pass_list_id), URL, SYSTEM)
    issued, own = time.monotonic(), time.process_time() - own
    mib = 0.0
    while time.monotonic() < issued + PATIENCE_S:
        with reading() as session:
            progress = drawing(session, pass_list_id)
        if not progress.missing:
            break
        mib = max(mib, running.memory().server_mib)
        time.sleep(LOOK_EVERY_S)
    finished, after = time.monotonic(), running.cpu()
    _check(pass_list_id, count)
    used = after.server - before.server + after.database - before.database + own
    return Bulk(issued - began, finished - issued, used, count, count * len(Layout), mib)


def _check(pass_list_id: UUID, count: int) -> None:
    """See that no number and no document is missing or there twice."""
    mine = Credential.pass_list_id == pass_list_id
    with reading() as session:
        numbers = session.scalar(select(func.count(Credential.cert_no.distinct())).where(mine))
        active = session.scalar(select(func.count()).where(mine, Credential.state == CredentialState.ACTIVE))
        given = session.scalar(select(func.sum(NumberSeries.last_serial)))
        per = select(func.count()).select_from(CredentialDocument).join(Credential).where(mine)
        documents = session.scalar(per)
        distinct = session.scalar(per.with_only_columns(func.count(CredentialDocument.digest.distinct())))
    wanted = (PEOPLE, PEOPLE, PEOPLE, PEOPLE * len(Layout), PEOPLE * len(Layout))
    if (count, numbers, active, documents, distinct) != wanted or given != PEOPLE:
        raise Lost(f"issued, numbers, active, documents, distinct: {(count, numbers, active, documents, distinct)}")


def _units(session: Session) -> list[Organisation]:
    root = city(session).id
    units = [
        Organisation(
            id=new_key(),
            code=f"M{500 + number}",
            name=f"批量测量第{number}执法局",
            name_en=f"Bulk Unit {number}",
            kind=OrganisationKind.DEPARTMENT,
            division_code="130300",
            division_kind=DivisionKind.ADMINISTRATIVE,
            enforcement_category="综合执法",
            parent_id=root,
        )
        for number in range(UNITS)
    ]
    session.add_all(units)
    session.flush()
    return units


def _fill(session: Session, sitting: Sitting, units: list[Organisation]) -> None:
    portraits, chance, now = list(_portraits()), random.Random(PEOPLE), clock.now()
    rows: tuple[list[dict[str, object]], ...] = ([], [], [], [])
    for number in range(PEOPLE):
        unit, officer_id, candidate_id = units[number % UNITS], new_key(), new_key()
        name = chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN)
        rows[0].append(_officer(officer_id, name, unit, number))
        rows[1].append(
            {
                "id": candidate_id,
                "sitting_id": sitting.id,
                "officer_id": officer_id,
                "organisation_id": unit.id,
                "candidate_no": f"B{number}",
                "registered_at": now,
            }
        )
        rows[2].append(
            {
                "id": new_key(),
                "candidate_id": candidate_id,
                "number": 1,
                "cause": MarkCause.HAND_IN,
                "sitting_id": sitting.id,
                "organisation_id": unit.id,
                "outcome": Outcome.PASSED,
                "shortfall": None,
                "score": 80,
                "settled_at": now,
            }
        )
        rows[3].append(
            {
                "id": new_key(),
                "officer_id": officer_id,
                "number": 1,
                "content_sealed": sealed_bytes(portraits[number % PORTRAITS], PHOTO_PLACE),
                "digest": f"{number:064d}",
                "taken_in_by": None,
                "taken_in_at": now,
            }
        )
    for table, part in zip((Officer, Candidate, Result, OfficerPhoto), rows, strict=True):
        session.execute(insert(table), part)
    session.execute(update(Sitting).where(Sitting.id == sitting.id).values(closed_at=now))


def _officer(officer_id: UUID, name: str, unit: Organisation, number: int) -> dict[str, object]:
    return {
        "id": officer_id,
        "name": name,
        "organisation_id": unit.id,
        "document_kind": DocumentKind.DEMO,
        "document_sealed": b"0",
        "document_digest": f"bulk{number:060d}",
        "employment": EmploymentType.ESTABLISHMENT,
        "post": PostState.IN_POST,
        "enforcement_category": unit.enforcement_category,
        "enforcement_area": "示范市",
        "created_at": clock.now(),
    }


def _portraits() -> Iterator[bytes]:
    """Yield made-up portraits of the size that photos are kept in, no two alike, about as heavy as real ones."""
    for number in range(PORTRAITS):
        chance = random.Random(number)
        picture = Image.effect_noise((620, 868), 24).convert("RGB")
        pen = ImageDraw.Draw(picture)
        tone = tuple(chance.randint(120, 220) for _channel in range(3))
        pen.ellipse((170, 150, 450, 530), fill=tone)
        pen.rectangle((100, 560, 520, 868), fill=(30, 40, 70 + number))
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=90)
        yield file.getvalue()

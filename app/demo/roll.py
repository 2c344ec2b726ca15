"""Who stands on the demo city's roll: new applicants, holders of older credentials, and the lapsed.

Everything is drawn from one seed, so the same city comes about each time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from app.demo.names import RARE, made_up_name
from app.demo.units import DemoUnit
from certificates.validity import last_day
from people.posts import EMPLOYMENT_NAMES, POST_NAMES, EmploymentType, PostState

# Hebei's clean-up of 2014 by cause: off post 65.28 %, contract and temporary 15.56 %, self-funded 13.52 %,
# support workers 2.87 %, the rest 2.77 %.
LAPSES: tuple[tuple[EmploymentType, PostState, float], ...] = (
    (EmploymentType.ESTABLISHMENT, PostState.OFF_POST, 22.0),
    (EmploymentType.ESTABLISHMENT, PostState.TRANSFERRED, 14.0),
    (EmploymentType.ESTABLISHMENT, PostState.RETIRED, 20.0),
    (EmploymentType.ESTABLISHMENT, PostState.RESIGNED, 6.0),
    (EmploymentType.ESTABLISHMENT, PostState.DISMISSED, 1.78),
    (EmploymentType.ESTABLISHMENT, PostState.DECEASED, 1.5),
    (EmploymentType.CONTRACT, PostState.IN_POST, 8.56),
    (EmploymentType.TEMPORARY, PostState.IN_POST, 7.0),
    (EmploymentType.SELF_FUNDED, PostState.IN_POST, 13.52),
    (EmploymentType.SUPPORT, PostState.IN_POST, 2.87),
    (EmploymentType.AGENCY, PostState.IN_POST, 1.77),
    (EmploymentType.AUXILIARY, PostState.IN_POST, 1.0),
)
WAITING_EVERY = 120
OLDER_SERIAL = 50_000


@dataclass(frozen=True)
class DemoOfficer:
    """One made-up person, with the older credential they hold if they hold one."""

    name: str
    document: str
    unit: DemoUnit
    employment: EmploymentType
    post: PostState
    post_since: date | None
    cert_no: str = ""
    valid_from: date | None = None

    def roll_row(self) -> tuple[str, ...]:
        """Return the row of the roll's sheet."""
        since = self.post_since.isoformat() if self.post_since else ""
        employment, post = str(EMPLOYMENT_NAMES[self.employment]), str(POST_NAMES[self.post])
        head = (self.name, "演示编号", self.document, self.unit.name)
        return (*head, employment, post, since, self.unit.category, self.unit.area)

    def credential_row(self) -> tuple[str, ...]:
        """Return the row of the sheet by which the older credential is taken over."""
        if self.valid_from is None:
            raise ValueError(f"{self.document} holds no older credential")
        days = (self.valid_from.isoformat(), last_day(self.valid_from).isoformat())
        head = (self.name, self.document, self.unit.name, self.cert_no)
        return (*head, self.unit.category, self.unit.area, *days)


@dataclass(frozen=True)
class DemoRoll:
    """Everybody: those due to sit, those who hold on, those who lapse, those still to be decided on."""

    applicants: list[DemoOfficer]
    holders: list[DemoOfficer]
    lapsed: list[DemoOfficer]
    waiting: list[DemoOfficer]

    @property
    def older(self) -> list[DemoOfficer]:
        """Return everybody with a credential from before the exam."""
        return [*self.holders, *self.lapsed, *self.waiting]


def demo_roll(units: Sequence[DemoUnit], today: date, random: Random) -> DemoRoll:
    """Return the made-up people of the city."""
    documents = (f"DEMO-{number:06d}" for number in range(1, 1_000_000))
    roll = DemoRoll([], [], [], [])
    for unit in units:
        _fill(roll, unit, today, random, documents)
    return roll


def _fill(roll: DemoRoll, unit: DemoUnit, today: date, random: Random, documents: Iterator[str]) -> None:
    serials = iter(range(OLDER_SERIAL + 1, OLDER_SERIAL * 2))
    waiting = unit.older // WAITING_EVERY
    for _each in range(unit.due):
        roll.applicants.append(_applicant(unit, random, next(documents)))
    for _each in range(unit.older - waiting):
        roll.holders.append(_holder(unit, today, random, next(documents), next(serials)))
    for _each in range(unit.removed):
        roll.lapsed.append(_lapsed(unit, today, random, next(documents), next(serials)))
    for _each in range(waiting):
        roll.waiting.append(_lapsed(unit, today, random, next(documents), next(serials)))


def _applicant(unit: DemoUnit, random: Random, document: str) -> DemoOfficer:
    number = int(document.removeprefix("DEMO-"))
    name = RARE[number - 1] if number <= len(RARE) else made_up_name(random)
    return DemoOfficer(name, document, unit, EmploymentType.ESTABLISHMENT, PostState.IN_POST, None)


def _holder(unit: DemoUnit, today: date, random: Random, document: str, serial: int) -> DemoOfficer:
    return DemoOfficer(
        name=made_up_name(random),
        document=document,
        unit=unit,
        employment=EmploymentType.ESTABLISHMENT,
        post=PostState.IN_POST,
        post_since=None,
        cert_no=f"99{'1' if unit.code[0] == 'C' else '2'}{int(unit.code[1:]):03d}{serial:05d}",
        valid_from=today - timedelta(days=random.randint(200, 1500)),
    )


def _lapsed(unit: DemoUnit, today: date, random: Random, document: str, serial: int) -> DemoOfficer:
    employment, post, _weight = random.choices(LAPSES, [weight for _e, _p, weight in LAPSES])[0]
    since = today - timedelta(days=random.randint(30, 190)) if post is not PostState.IN_POST else None
    holder = _holder(unit, today, random, document, serial)
    return replace(holder, employment=employment, post=post, post_since=since)

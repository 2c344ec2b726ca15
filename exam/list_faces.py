"""What the files of a published list say, whichever form they take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from exam.pass_lists import ListedPerson, UnitCount


@dataclass(frozen=True)
class ListFace:
    """Everything the paper says."""

    title: str
    version: int
    issuer_name: str
    published_at: datetime
    notice_from: date | None
    notice_until: date | None
    effective_on: date | None
    is_provisional: bool
    legal_basis: str
    contact: str
    reason: str
    passed_count: int
    exempt_count: int
    people: Sequence[ListedPerson]
    units: Sequence[UnitCount]
    names_until: date
    are_names_off: bool
    digest: str
    log_number: int | None
    is_superseded: bool
    is_sample: bool

"""What a pass list makes public, and the digest that seals it.

A public line has a serial, a name, a unit and a candidate number, and nothing else: neither score nor
identity number has a place here to stand in. A withdrawn name and an exempt one are gone before a line
is made, so no page and no file can show them.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from core.canonical import canonical_json
from exam.list_states import EffectMode, LineChange


@dataclass(frozen=True)
class ListedPerson:
    """One public line of a list; name and number are empty on a line that shows neither."""

    serial: int
    name: str
    unit_name: str
    candidate_no: str
    change: LineChange | None = None
    withdrawn_on: date | None = None
    withdrawn_by: int | None = None
    is_exempt: bool = False

    def __post_init__(self) -> None:
        """Refuse a line that would show what it must not."""
        if (self.withdrawn_on or self.is_exempt) and (self.name or self.candidate_no):
            raise ValueError("a withdrawn or exempt line shows neither name nor number")


@dataclass(frozen=True)
class SittingFigures:
    """The figures of the sitting, as they were on the day the list was published."""

    due: int
    participated: int
    passed: int
    failed: int
    not_completed: int


@dataclass(frozen=True)
class UnitCount:
    """How many people of one unit stand on a list."""

    unit_code: str
    unit_name: str
    count: int


@dataclass(frozen=True)
class PublishedList:
    """One version of a list as it is published; ``version`` 1 is the list, 2 its first correction."""

    title: str
    version: int
    issuer_name: str
    published_at: datetime
    mode: EffectMode
    effective_on: date
    legal_basis: str
    figures: SittingFigures
    people: Sequence[ListedPerson]
    notice_from: date | None = None
    notice_until: date | None = None
    supersedes: str = ""
    reason: str = ""


def public_line(
    serial: int,
    name: str,
    unit_name: str,
    candidate_no: str,
    *,
    change: LineChange | None = None,
    withdrawn_on: date | None = None,
    withdrawn_by: int | None = None,
    is_exempt: bool = False,
) -> ListedPerson:
    """Return a line with what may be shown of it."""
    is_bare = is_exempt or withdrawn_on is not None
    return ListedPerson(
        serial,
        "" if is_bare else name,
        unit_name,
        "" if is_bare else candidate_no,
        change,
        withdrawn_on,
        withdrawn_by,
        is_exempt,
    )


def canonical(published: PublishedList) -> bytes:
    """Return the list as canonical JSON: sorted keys, no blanks, UTF-8; equal lists give equal bytes."""
    body = {
        "title": published.title,
        "version": published.version,
        "issuer": published.issuer_name,
        "published_at": published.published_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "mode": published.mode,
        "notice_from": _written(published.notice_from),
        "notice_until": _written(published.notice_until),
        "effective_on": _written(published.effective_on),
        "legal_basis": published.legal_basis,
        "supersedes": published.supersedes or None,
        "reason": published.reason or None,
        "figures": figures_as_row(published.figures),
        "people": [_person(one) for one in published.people],
    }
    return canonical_json(body).encode()


def digest_of(published: PublishedList) -> str:
    """Return the SHA-256 of a list's canonical form, as 64 hex digits."""
    return hashlib.sha256(canonical(published)).hexdigest()


def counts_only(published: PublishedList, units: Sequence[UnitCount], names_until: date) -> bytes:
    """Return what is left of a list once its names have come off: what it was, and how many of each unit."""
    body = {
        "title": published.title,
        "version": published.version,
        "issuer": published.issuer_name,
        "published_at": published.published_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "effective_on": _written(published.effective_on),
        "names_until": _written(names_until),
        "figures": figures_as_row(published.figures),
        "units": [{"unit": one.unit_name, "count": one.count} for one in units],
    }
    return canonical_json(body).encode()


def figures_as_row(figures: SittingFigures) -> dict[str, int]:
    """Return the figures as they are stored with the list and written into its file."""
    return {
        "due": figures.due,
        "participated": figures.participated,
        "passed": figures.passed,
        "failed": figures.failed,
        "not_completed": figures.not_completed,
    }


def figures_of_row(row: Mapping[str, int]) -> SittingFigures:
    """Return the figures that were stored."""
    return SittingFigures(row["due"], row["participated"], row["passed"], row["failed"], row["not_completed"])


def _person(one: ListedPerson) -> dict[str, object]:
    line: dict[str, object] = {"serial": one.serial, "unit": one.unit_name}
    if one.withdrawn_on is not None:
        line |= {"withdrawn_on": one.withdrawn_on.isoformat(), "withdrawn_by": one.withdrawn_by}
    elif one.is_exempt:
        line |= {"exempt": True}
    else:
        line |= {"name": one.name, "candidate_no": one.candidate_no}
    return line | ({"change": str(one.change)} if one.change else {})


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None

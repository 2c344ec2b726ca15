"""Verbs of asking the lookup: an answer is counted, and given by one statement where nothing stands against it.

Counting and answering are one statement, so that an answer costs one round trip and none is given uncounted.
It is not written to the audit chain: asking changes nothing, and who asked is nobody's business.
"""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from certificates.asked import Asked
from certificates.askers import WINDOW, Asker
from certificates.queries.lookup import Logged, PublicCredential, Registered, public, worth
from certificates.statements import FACE, STANDING, TELLING, Statement
from certificates.states import CredentialState, CredentialStatus
from core import clock
from core.db import OneStatement, is_postgresql, write_at_once
from core.models import LookupCount, SpentCheck
from core.public_log import Head, Leaf, SignedHead

_DATES = ("valid_from", "valid_until", "suspended_until")
_SAID = (*FACE, *STANDING)
_ENTRY = ("index", "kind", "subject_id", "digest", "logged_at", "seal")
_COLUMNS = ", ".join([*(f"c.{name}" for name in (*_SAID, "is_sample")), *(f'e."{name}"' for name in _ENTRY)])
_TELLING = ", ".join(f"'{kind}'" for kind in TELLING)
_LOGGED = f"from log_entry l where l.subject_id = c.id and l.kind in ({_TELLING})"
_NEWEST = {
    # PostgreSQL is told to take the newest from the index; SQLite, which knows no lateral join, does so anyway.
    "postgresql": f'lateral (select l.* {_LOGGED} order by l."index" desc limit 1) e on true',
    "sqlite": f'log_entry e on e."index" = (select max(l."index") {_LOGGED})',
}
_HEAD = "(select size, root, signed_at, signature from log_head order by size desc limit 1) h"
_COUNT = """insert into lookup_count as held (asker, began_at, answers) values ({asker}, {now}, 1)
    on conflict (asker) do update set
        answers = case when held.began_at <= {over} then 1 else held.answers + 1 end,
        began_at = case when held.began_at <= {over} then excluded.began_at else held.began_at end
    returning """
_COUNTED = ("asker", "now", "over")
# Under this name a door before Flask tells the route how many answers this asker has had with this one.
COUNTED = "chizheng.lookup.answers"
_PLACES = {
    ("number",): "c.cert_no = {number}",
    ("name", "unit"): "c.holder_name = {name} and c.unit_name = {unit}",
}


@dataclass(frozen=True)
class AtOnce:
    """An answer come by in one statement: how many this asker has had with it, and what was found.

    ``is_whole`` is false where the short way does not do: several of one name, or an entry of the log that
    has to be proved the long way.
    """

    answers: int
    found: PublicCredential | None
    is_whole: bool


def answers_had(session: Session, asker: Asker) -> int:
    """Return how many answers an asker has had in the hour, without counting one."""
    since = clock.now() - WINDOW
    query = select(LookupCount.answers).where(LookupCount.asker == asker.digest, LookupCount.began_at > since)
    return session.scalar(query) or 0


def count_answer(session: Session, asker: Asker) -> int:
    """Count one more answer and return how many this asker has had in the hour."""
    now = clock.now()
    dialect = postgresql if is_postgresql(session) else sqlite
    statement = dialect.insert(LookupCount).values(asker=asker.digest, began_at=now, answers=1)
    is_over = LookupCount.began_at <= now - WINDOW
    held = {
        "answers": case((is_over, 1), else_=LookupCount.answers + 1),
        "began_at": case((is_over, now), else_=LookupCount.began_at),
    }
    counted = statement.on_conflict_do_update(index_elements=[LookupCount.asker], set_=held)
    return int(session.execute(counted.returning(LookupCount.answers)).scalar_one())


def answer_at_once(asker: Asker, asked: Asked, now: datetime) -> AtOnce | None:
    """Count an answer and return it, or None where the database did not answer.

    Whatever was asked for costs the same statement, whether it is there, is not, or cannot be.
    """
    values = {"asker": asker.digest, "now": now, "over": now - WINDOW}
    if asked.number:
        said = write_at_once(_BY_NUMBER, {**values, "number": asked.number})
    else:
        said = write_at_once(_BY_NAME, {**values, "name": asked.name, "unit": asked.unit})
    return _read(said, clock.day_of(now)) if said is not None else None


def forget_what_is_over(session: Session, checks_kept: timedelta) -> None:
    """Delete counts whose hour is over, and spent questions that nobody could answer any more."""
    now = clock.now()
    session.execute(delete(LookupCount).where(LookupCount.began_at <= now - WINDOW))
    session.execute(delete(SpentCheck).where(SpentCheck.spent_at <= now - checks_kept))


def _read(said: str, today: date) -> AtOnce:
    answers, rows, head = json.loads(said)
    found = [one for one in map(_registered, rows or ()) if worth(one.said, today) != CredentialStatus.NOT_ISSUED]
    if not found:
        return AtOnce(answers, None, is_whole=True)
    signed = _signed(head) if head else None
    is_whole = len(found) == 1 and found[0].is_told and found[0].is_marked(signed)
    return AtOnce(answers, public(found[0], today) if is_whole else None, is_whole)


def _registered(values: list[Any]) -> Registered:
    said = dict(zip(_SAID, values, strict=False))
    for name in _DATES:
        said[name] = date.fromisoformat(said[name]) if said[name] else None
    if said["cancelled_at"]:
        said["cancelled_at"] = _instant(said["cancelled_at"])
    statement = Statement(**{**said, "state": CredentialState(said["state"])})
    is_sample, (index, kind, subject, digest, at, seal) = values[len(_SAID)], values[len(_SAID) + 1 :]
    if index is None:
        return Registered(statement, bool(is_sample), None)
    return Registered(
        statement, bool(is_sample), Logged(index, Leaf(kind, UUID(subject), digest, _instant(at)), seal)
    )


def _signed(head: list[Any]) -> SignedHead:
    size, root, signed_at, signature = head
    return SignedHead(Head(size, root, _instant(signed_at)), signature)


def _instant(stored: str) -> datetime:
    """Return an instant as the databases write it into JSON: with its zone, or SQLite's own UTC without."""
    instant = datetime.fromisoformat(stored)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _statement(*wanted: str) -> OneStatement:
    """Write the statement for what is wanted in the words of both databases."""
    names = (*_COUNTED, *wanted)
    head = "(select {array}(size, root, signed_at, signature) from " + _HEAD + ")"  # noqa: S608 - our own words
    found = "from credential c left join {newest} where " + _PLACES[wanted]
    rows = "(select {all}({array}(" + _COLUMNS + ")) " + found + ")"

    def written(words: dict[str, str], values: dict[str, str]) -> str:
        body = f"{_COUNT}{{array}}(answers, {words['json']}({rows}), {head})"
        return body.format(**words, **values)

    postgresql_words = {"array": "json_build_array", "all": "json_agg", "json": "", "newest": _NEWEST["postgresql"]}
    sqlite_words = {"array": "json_array", "all": "json_group_array", "json": "json", "newest": _NEWEST["sqlite"]}
    numbered = {name: f"${place}" for place, name in enumerate(names, start=1)}
    return OneStatement(
        names,
        written(postgresql_words, numbered),
        written(sqlite_words, {name: f":{name}" for name in names}),
    )


_BY_NUMBER = _statement("number")
_BY_NAME = _statement("name", "unit")

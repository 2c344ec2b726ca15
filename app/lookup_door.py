"""The short way for the lookup: one question of somebody who has not signed in, answered by one statement.

The page is Flask's own. It is made once for each kind of answer and language with marks in the place of its
values, kept for a minute, and filled in here; answers are never kept. Whatever is not plain (several of one
name, look-alike characters, a check that is due, an entry without our mark) is Flask's, counted already.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import parse_qsl, quote_plus

from babel.dates import format_date, format_datetime
from flask import Flask
from flask_babel import force_locale
from markupsafe import escape

from app.errors import UNREACHABLE
from app.filters import DAY, SECOND
from app.headers import HEADERS
from app.languages import COOKIE, LANGUAGES
from certificates.asked import Asked, asked
from certificates.askers import FREE_ANSWERS, from_address
from certificates.operations.asking import COUNTED, answer_at_once
from certificates.queries.lookup import PublicCredential
from certificates.states import CredentialStatus
from certificates.views.lookup_pages import ROBOTS, LookupPage, ShownCredential, doubt_address, rendered
from core import clock

PATH = "/lookup"
LONGEST_QUERY = 600
FIELDS = {"q", "unit"}
KEPT_SECONDS = 60
Environ = dict[str, object]
FIXED = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("X-Robots-Tag", ROBOTS),
    ("Cache-Control", "no-store"),
    ("Vary", "Cookie"),
    *HEADERS.items(),
]
# A language is all that a plain visitor's cookie may hold: with any other the page may look different.
_COOKIE = re.compile(rf"\s*(?:{COOKIE}=(?P<language>{'|'.join(LANGUAGES)}))?\s*")
_MARK = re.compile("HOLE([A-Z_]+?)HOLE")
_QUERY_SAFE = "!$'()*,/:;?@"  # what the platform's own links leave as it is


@dataclass(frozen=True)
class Kind:
    """What two answers must have in common to be the same page but for its values."""

    language: str
    is_number: bool
    is_found: bool
    status: CredentialStatus | None = None
    is_sample: bool = False


@dataclass(frozen=True)
class Shell:
    """A page with holes: what stands between them, their names, and when it was made."""

    between: list[str]
    holes: list[str]
    made_at: float

    def filled(self, values: Mapping[str, str]) -> bytes:
        """Return the page with its values."""
        parts = [self.between[0]]
        for hole, text in zip(self.holes, self.between[1:], strict=True):
            parts += (values[hole], text)
        return "".join(parts).encode()


class LookupDoor:
    """Stands before Flask as WSGI. It keeps no state but pages without answers, for a minute."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._flask = app.wsgi_app
        self._shells: dict[Kind, Shell] = {}

    def __call__(self, environ: Environ, start_response: Callable[..., object]) -> Iterable[bytes]:
        """Answer a plain question, or let Flask answer."""
        page = self._page(environ) if environ["PATH_INFO"] == PATH else None
        if page is None:
            return self._flask(environ, start_response)  # type: ignore[arg-type]
        start_response("200 OK", [*FIXED, ("Content-Length", str(len(page)))])
        return [page]

    def _page(self, environ: Environ) -> bytes | None:
        language, query = _language(environ), str(environ.get("QUERY_STRING") or "")
        typed = _typed(query) if environ["REQUEST_METHOD"] == "GET" else None
        if language is None or typed is None:
            return None
        wanted, now = asked(*typed), clock.now()
        if not _is_plain(wanted):
            return None
        try:
            answer = answer_at_once(from_address(str(environ.get("REMOTE_ADDR") or "")), wanted, now)
            if answer is None:
                return None
            environ[COUNTED] = answer.answers
            if not answer.is_whole or answer.answers > FREE_ANSWERS:
                return None
            found = answer.found
            shell = self._shell(Kind(language, bool(wanted.number), found is not None, *_looks(found)))
        except UNREACHABLE:
            return None  # Flask asks again, and says so if the database is still away
        values = _common(typed, wanted, query, now, language)
        return shell.filled(values | (_values(found, language) if found else {}))

    def _shell(self, kind: Kind) -> Shell:
        kept = self._shells.get(kind)
        if kept is None or time.monotonic() > kept.made_at + KEPT_SECONDS:
            kept = self._shells[kind] = self._made(kind)
        return kept

    def _made(self, kind: Kind) -> Shell:
        """Let Flask make the page of one kind of answer with marks for its values."""
        page = LookupPage(
            typed=_hole("typed"),
            unit=_hole("unit"),
            shown=_hole("shown"),
            is_number=kind.is_number,
            found=[_marked(kind)] if kind.is_found else [],
            answered_at=_hole("at"),
            doubt=_hole("doubt"),
        )
        with (
            self._app.test_request_context(f"{PATH}?{_hole('query')}"),
            force_locale(LANGUAGES[kind.language]),
        ):
            parts = _MARK.split(rendered(page))
        return Shell(parts[::2], [name.lower() for name in parts[1::2]], time.monotonic())


def _language(environ: Environ) -> str | None:
    found = _COOKIE.fullmatch(str(environ.get("HTTP_COOKIE") or ""))
    return (found["language"] or "zh") if found else None


def _typed(query: str) -> tuple[str, str] | None:
    """Return what was typed into the two fields; None where something else was asked, or a field twice.

    A browser writes every other character as %XX; whatever comes raw or is no UTF-8 is the route's to read.
    """
    if not query or len(query) > LONGEST_QUERY or not query.isascii():
        return None
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        return None
    given = dict(pairs)
    if given.keys() - FIELDS or len(given) < len(pairs) or "q" not in given:
        return None
    return given["q"].strip(), given.get("unit", "").strip()


def _is_plain(wanted: Asked) -> bool:
    return not (wanted.is_empty or wanted.lacks_unit or wanted.lacks_name or wanted.lookalikes)


def _looks(found: PublicCredential | None) -> tuple[CredentialStatus | None, bool]:
    return (found.status, found.is_sample) if found else (None, False)


def _common(typed: tuple[str, str], wanted: Asked, query: str, now: datetime, language: str) -> dict[str, str]:
    return {
        "typed": escape(typed[0]),
        "unit": escape(typed[1]),
        "shown": escape(wanted.shown),
        "query": escape(quote_plus(query, safe=_QUERY_SAFE)),
        "at": _second(now.replace(microsecond=0), language),
        "doubt": escape(doubt_address(wanted.shown if wanted.number else "")),
    }


def _values(found: PublicCredential, language: str) -> dict[str, str]:
    return {
        "cert_no": escape(found.cert_no),
        "holder_name": escape(found.holder_name),
        "unit_name": escape(found.unit_name),
        "category": escape(found.category),
        "area": escape(found.area),
        "valid_until": _day(found.valid_until, language),
        "log_number": f"{found.log_number:,}",
        "own_doubt": escape(doubt_address(found.cert_no)),
    }


def _marked(kind: Kind) -> ShownCredential:
    fields = ("cert_no", "holder_name", "unit_name", "category", "area", "valid_until", "log_number")
    holes = {name: _hole(name) for name in fields}
    return ShownCredential(status=kind.status, is_sample=kind.is_sample, doubt=_hole("own_doubt"), **holes)


def _hole(name: str) -> str:
    return f"HOLE{name.upper()}HOLE"


@lru_cache(maxsize=4_096)
def _day(day: date, language: str) -> str:
    return str(format_date(day, DAY[language], locale=LANGUAGES[language]))


@lru_cache(maxsize=16)
def _second(now: datetime, language: str) -> str:
    return str(format_datetime(now, SECOND[language], tzinfo=clock.CITY_ZONE, locale=LANGUAGES[language]))

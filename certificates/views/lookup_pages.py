"""What the page of the lookup shows, put together from one answer; every value on it is already a text.

The short way before Flask (``app/lookup_door.py``) has this very page made once for each kind of answer, with
marks in the place of its values, so the two cannot differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from flask import current_app, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from certificates.asked import Asked
from certificates.lookalikes import LookAlike
from certificates.meanings import MEANINGS, NOT_FOUND, NOT_FOUND_NAME, UNCONFIRMED, UNCONFIRMED_NAME
from certificates.queries.lookup import PublicCredential
from certificates.states import STATUS_NAMES, CredentialStatus
from core.db import reading
from core.texts import Text
from people.models import Organisation
from people.queries import organisations
from people.scope import CITY

ROBOTS = "noindex, nofollow"
MOST_UNITS_OFFERED = 120


@dataclass(frozen=True)
class ShownCredential:
    """One credential as it stands on the page."""

    status: CredentialStatus | None
    is_sample: bool
    cert_no: str
    holder_name: str
    unit_name: str
    category: str
    area: str
    valid_until: str
    log_number: str
    doubt: str

    @property
    def kind(self) -> str:
        """Return what the page's look depends on."""
        return str(self.status or "unconfirmed")

    @property
    def name(self) -> Text:
        """Return the status in words."""
        return STATUS_NAMES[self.status] if self.status else UNCONFIRMED_NAME

    @property
    def meaning(self) -> Text:
        """Return what that means for whoever asks."""
        return MEANINGS[self.status] if self.status else UNCONFIRMED


@dataclass(frozen=True)
class LookupPage:
    """The whole page: what was typed, what was looked up, what was found, and when."""

    typed: str = ""
    unit: str = ""
    shown: str = ""
    is_number: bool = False
    found: Sequence[ShownCredential] | None = None
    answered_at: str = ""
    doubt: str = ""
    statement: str = ""
    photo: str = ""
    lookalikes: Sequence[LookAlike] = ()
    is_incomplete: bool = False
    units: Sequence[Organisation] = field(default=())


def answered(typed: str, unit: str, asked: Asked, found: Sequence[PublicCredential], at: datetime) -> LookupPage:
    """Return the page of an answer to what was typed."""
    return LookupPage(
        typed=typed,
        unit=unit,
        shown=asked.shown,
        is_number=bool(asked.number),
        found=[shown(one) for one in found],
        answered_at=_filter("second", at),
        doubt=doubt_address(asked.shown if asked.number else ""),
        lookalikes=asked.lookalikes,
    )


def answered_by_token(token: str, found: Sequence[PublicCredential], at: datetime, has_photo: bool) -> LookupPage:
    """Return the page of an answer to the code of a card."""
    return LookupPage(
        found=[shown(one) for one in found],
        answered_at=_filter("second", at),
        doubt=doubt_address(""),
        statement=url_for("lookup.statement", token=token) if found else "",
        photo=url_for("lookup.photo", token=token) if found and has_photo else "",
    )


def shown(one: PublicCredential) -> ShownCredential:
    """Return a credential as texts."""
    return ShownCredential(
        status=one.status,
        is_sample=one.is_sample,
        cert_no=one.cert_no,
        holder_name=one.holder_name,
        unit_name=one.unit_name,
        category=one.category,
        area=one.area,
        valid_until=_filter("day", one.valid_until),
        log_number=_filter("count", one.log_number) if one.log_number else "",
        doubt=doubt_address(one.cert_no),
    )


def doubt_address(number: str) -> str:
    """Return where a doubt is reported, with the number it is about."""
    return f"/doubts/new?number={quote(number, safe='')}" if number else "/doubts/new"


def rendered(page: LookupPage) -> str:
    """Return the page as HTML."""
    return render_template(
        "certificates/lookup.html",
        page=page,
        not_found=(NOT_FOUND_NAME, NOT_FOUND),
        units=page.units or offered_units(),
    )


def as_answer(html: str, status: int = 200) -> Response:
    """Return HTML as an answer that no search engine keeps."""
    response = make_response(html, status)
    response.headers["X-Robots-Tag"] = ROBOTS
    return response


def offered_units() -> list[Organisation]:
    """Return the units whose names are offered while one types; none where they would be too long a list."""
    with reading() as session:
        units = organisations(session, CITY)
    return units if len(units) <= MOST_UNITS_OFFERED else []


def asked_by() -> str:
    """Return the address that asks."""
    return request.remote_addr or ""


def _filter(name: str, value: object) -> str:
    """Return a value as the platform's pages write it."""
    return str(current_app.jinja_env.filters[name](value))

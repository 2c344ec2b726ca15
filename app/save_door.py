"""The short way for the two requests that the exam room stands or falls with: the save of one answer, and the
page's question how its attempt stands.

It answers what nothing stands against and hands every other request, untouched, to Flask, where the same
routes stand with all their refusals. What it saves is measured in docs/decisions/0014.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from http.cookies import CookieError, SimpleCookie
from io import BytesIO
from typing import Any

from flask import Flask
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.errors import UNREACHABLE
from app.headers import HEADERS
from core.errors import ForbiddenError
from exam import attempt_tokens
from exam.api import HEADER, MOST_BYTES, SIGNED_IN, answer_at_once, is_another, time_at_once
from exam.attempt_tokens import Place

PREFIX, SUFFIX, TIME = "/api/attempts/", "/responses", "/time"
UNSAVED = "unsaved="
JSON = "application/json"
TOKEN = f"HTTP_{HEADER.upper().replace('-', '_')}"
REMEMBERED = 65_536
Environ = dict[str, Any]
FIXED = [("Content-Type", JSON), ("Cache-Control", "no-store"), *HEADERS.items()]


class SaveDoor:
    """Stands before Flask as WSGI. It keeps no state but which cookies were once found genuine, and whose."""

    def __init__(self, app: Flask) -> None:
        self._flask = app.wsgi_app
        self._secret = str(app.config["SECRET_KEY"])
        self._signed_in = _reader_of_cookies(app)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a plain save or question, or let Flask answer."""
        answer = None
        if _is_save(environ):
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            answer = self._answer(environ, partial(_saved, environ, body))
            environ["wsgi.input"] = BytesIO(body)
        elif _is_question(environ) and self._signed_in(environ.get("HTTP_COOKIE", "")):
            answer = self._answer(environ, partial(_told, environ))
        if answer is None:
            return self._flask(environ, start_response)
        start_response("200 OK", [*FIXED, ("Content-Length", str(len(answer)))])
        return [answer]

    def _answer(self, environ: Environ, answer: Callable[[Place], bytes | None]) -> bytes | None:
        try:
            place = attempt_tokens.read(environ[TOKEN], self._secret)
        except ForbiddenError:
            return None
        if is_another(self._signed_in(environ.get("HTTP_COOKIE", "")), place):
            return None
        try:
            return answer(place)
        except UNREACHABLE:
            return None  # Flask asks again, and says so if the database is still away


def _saved(environ: Environ, body: bytes, place: Place) -> bytes | None:
    return answer_at_once(environ["PATH_INFO"][len(PREFIX) : -len(SUFFIX)], place, body)


def _told(environ: Environ, place: Place) -> bytes | None:
    attempt_id = environ["PATH_INFO"][len(PREFIX) : -len(TIME)]
    unsaved = environ["QUERY_STRING"].removeprefix(UNSAVED)
    return time_at_once(attempt_id, place, unsaved, environ.get("REMOTE_ADDR"))


def _is_question(environ: Environ) -> bool:
    path = environ["PATH_INFO"]
    is_asked = path.startswith(PREFIX) and path.endswith(TIME) and environ["REQUEST_METHOD"] == "GET"
    return is_asked and TOKEN in environ and environ.get("QUERY_STRING", "").startswith(UNSAVED)


def _is_save(environ: Environ) -> bool:
    path = environ["PATH_INFO"]
    if not (path.startswith(PREFIX) and path.endswith(SUFFIX) and environ["REQUEST_METHOD"] == "POST"):
        return False
    length = environ.get("CONTENT_LENGTH") or ""
    is_short = length.isascii() and length.isdigit() and int(length) <= MOST_BYTES
    return is_short and TOKEN in environ and environ.get("CONTENT_TYPE", "").startswith(JSON)


def _reader_of_cookies(app: Flask) -> Callable[[str], str]:
    """Return the function that says who a cookie header was given to, as the session says it, or nobody."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    name = str(app.config["SESSION_COOKIE_NAME"])

    @lru_cache(maxsize=REMEMBERED)
    def signed_in(header: str) -> str:
        return _signed_in(serializer, name, header)

    return signed_in


def _signed_in(serializer: URLSafeTimedSerializer, name: str, header: str) -> str:
    try:
        held = SimpleCookie(header).get(name)
        return str(serializer.loads(held.value).get(SIGNED_IN, "")) if held else ""
    except (CookieError, BadSignature):
        return ""

"""Which language a page is in: the one chosen by the link, else Chinese."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from flask import Flask, request
from flask_babel import Babel, force_locale, get_locale

from core.clock import CITY_ZONE

LANGUAGES = {"zh": "zh_Hans_CN", "en": "en"}
COOKIE = "language"


def speak(app: Flask) -> None:
    """Set the languages up."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    app.config["BABEL_DEFAULT_LOCALE"] = LANGUAGES["zh"]
    app.config["BABEL_DEFAULT_TIMEZONE"] = str(CITY_ZONE)
    Babel(app, locale_selector=_chosen)


def is_english() -> bool:
    """Say whether this page is in English."""
    return str(get_locale()) == LANGUAGES["en"]


@contextmanager
def speaking(language: str) -> Iterator[bool]:
    """Put texts outside of any request into one of the languages; yields whether it is English."""
    with _speaker().test_request_context(), force_locale(LANGUAGES[language]):
        yield language == "en"


@cache
def _speaker() -> Flask:
    app = Flask("app")
    speak(app)
    return app


def _chosen() -> str:
    return LANGUAGES.get(request.cookies.get(COOKIE, "zh"), LANGUAGES["zh"])

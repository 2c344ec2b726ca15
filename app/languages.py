"""Which language a page is in: the one chosen by the link, else Chinese."""

from flask import Flask, request
from flask_babel import Babel, get_locale

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


def _chosen() -> str:
    return LANGUAGES.get(request.cookies.get(COOKIE, "zh"), LANGUAGES["zh"])

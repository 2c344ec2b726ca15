"""How values look on a page: times in the city's zone, rates with one decimal, names by language."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from flask import Flask, request
from flask_babel import format_date, format_datetime

from app.audit_words import actor_name, verb_name
from app.languages import is_english
from people.models import Organisation

DAY = {"zh": "y年M月d日", "en": "d MMM y"}
SECOND = {"zh": "y年M月d日 HH:mm:ss", "en": "d MMM y HH:mm:ss"}


def add_filters(app: Flask) -> None:
    """Register the filters that templates use."""
    app.add_template_filter(_moment, "moment")
    app.add_template_filter(_second, "second")
    app.add_template_filter(_wall_clock, "wall_clock")
    app.add_template_filter(_minutes, "minutes")
    app.add_template_filter(_day, "day")
    app.add_template_filter(_rate, "rate")
    app.add_template_filter(_hours, "hours")
    app.add_template_filter(_count, "count")
    app.add_template_filter(_unit, "unit")
    app.add_template_filter(verb_name, "verb")
    app.add_template_filter(actor_name, "actor")
    app.add_template_global(_page_address, "page_address")
    app.add_template_global(_page_address_with, "page_address_with")


def _moment(instant: datetime | None) -> str:
    if instant is None:
        return "—"
    return str(format_datetime(instant, "d MMM y HH:mm" if is_english() else "y年M月d日 HH:mm"))


def _second(instant: datetime | None) -> str:
    if instant is None:
        return "—"
    return str(format_datetime(instant, SECOND["en" if is_english() else "zh"]))


def _wall_clock(instant: datetime | None) -> str:
    return "—" if instant is None else str(format_datetime(instant, "HH:mm:ss"))


def _minutes(length: timedelta | int) -> str:
    """Return a length of time, in seconds where it is a number, as minutes and seconds."""
    seconds = length if isinstance(length, int) else int(length.total_seconds())
    return f"{seconds // 60}:{seconds % 60:02d}"


def _day(day: date | None) -> str:
    if day is None:
        return "—"
    return str(format_date(day, DAY["en" if is_english() else "zh"]))


def _rate(rate: Decimal | None) -> str:
    return "—" if rate is None else f"{rate}%"


def _hours(hours: Decimal) -> str:
    return f"{hours.normalize():,f}"


def _count(number: int) -> str:
    return f"{number:,}"


def _unit(organisation: Organisation) -> str:
    return organisation.name_en if is_english() else organisation.name


def _page_address(number: int) -> str:
    """Return this page's own address with its filters kept and another page of the list asked for."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    return f"{request.path}?{urlencode([*kept, ('page', str(number))])}"


def _page_address_with(**changes: str) -> str:
    """Return this page's own address with its filters kept and some of them changed; an empty one is left out."""
    kept = {name: value for name, value in request.args.items() if name != "page"} | changes
    return f"{request.path}?{urlencode({name: value for name, value in kept.items() if value})}"

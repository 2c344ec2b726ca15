"""The public lookup: one field for a number or a name, and the code of a card; for anybody, without signing in.

After twenty answers an hour from one address comes a check; whoever passes it has twenty more of their own,
whoever else asks from there. The code of a card is never counted and never checked.
"""

import secrets

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from certificates import check_tokens
from certificates.asked import Asked, asked
from certificates.askers import FREE_ANSWERS, Asker, from_address, with_pass, wrong_from
from certificates.check_tokens import Asking
from certificates.checks import number_in, question
from certificates.forms import CheckForm
from certificates.operations.asking import COUNTED, answers_had, count_answer
from certificates.operations.checks import take_answer
from certificates.queries import lookup
from certificates.views.lookup_pages import (
    ROBOTS,
    LookupPage,
    answered,
    answered_by_token,
    as_answer,
    asked_by,
    rendered,
)
from core import clock
from core.access import requires
from core.db import one_moment, reading, transaction
from core.downloads import as_file
from core.errors import NotFoundError
from core.texts import lazy_gettext as _
from people.permissions import Permission

bp = Blueprint("lookup", __name__)
PASS = "lookup_pass"
CHECK_NEEDED = 429


@bp.get("/lookup")
@requires(Permission.LOOKUP_ASK)
def ask() -> Response:
    typed, unit = _typed()
    wanted = asked(typed, unit)
    if wanted.is_empty:
        return as_answer(rendered(LookupPage()))
    if wanted.lacks_unit or wanted.lacks_name:
        return as_answer(rendered(LookupPage(typed=typed, unit=unit, is_incomplete=True)))
    if not _is_free():
        return _check_page(CheckForm(q=typed, unit=unit), CHECK_NEEDED)
    return as_answer(rendered(_answer(typed, unit, wanted)))


@bp.post("/lookup/check")
@requires(Permission.LOOKUP_ASK)
def check() -> Response:
    """Take the answer to the check; who passes it goes on to what was asked for."""
    form = CheckForm()
    asking = check_tokens.question_in(form.word.data or "", _secret())
    with transaction() as session:
        guessing = wrong_from(asked_by())
        if answers_had(session, guessing) >= guessing.limit:
            form.answer.errors = [_("答错的次数太多。请过一小时再查，或扫描证件上的二维码直接查看。")]
            return _check_page(form, CHECK_NEEDED)
        if asking is None or not take_answer(session, asking, number_in(form.answer.data or "")):
            count_answer(session, guessing)
            form.answer.errors = [_("没有答对，或页面停留时间过长。这是一道新的题，请再答一次。")]
            return _check_page(form, CHECK_NEEDED)
    response = redirect(url_for(".ask", q=form.q.data or "", unit=form.unit.data or None), 303)
    word = check_tokens.signed_pass(secrets.token_hex(16), _secret())
    is_secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(PASS, word, max_age=3600, httponly=True, samesite="Lax", secure=is_secure)
    return response


@bp.get("/v/<token>")
@bp.get("/V/<token>")
@requires(Permission.LOOKUP_ASK)
def token(token: str) -> Response:
    now = clock.now()
    with one_moment() as session:
        found = lookup.by_token(session, token, clock.day_of(now))
        is_confirmed = bool(found) and found[0].status is not None
        has_photo = is_confirmed and lookup.has_photo(session, token)
    return as_answer(rendered(answered_by_token(token, found, now, has_photo)))


@bp.get("/v/<token>/photo.jpg")
@requires(Permission.LOOKUP_ASK)
def photo(token: str) -> Response:
    with one_moment() as session:
        found = lookup.photo_by_token(session, token, clock.today())
    if found is None:
        raise NotFoundError
    response = as_file(found, "image/jpeg", "photo.jpg", "inline")
    response.headers["X-Robots-Tag"] = ROBOTS
    return response


@bp.get("/v/<token>/statement.json")
@requires(Permission.LOOKUP_ASK)
def statement(token: str) -> Response:
    with reading() as session:
        found = lookup.statement_by_token(session, token, clock.today())
    if found is None:
        raise NotFoundError
    response = as_file(found.canonical, "application/json", f"{found.cert_no}.json")
    response.headers["X-Robots-Tag"] = ROBOTS
    return response


def _typed() -> tuple[str, str]:
    return request.args.get("q", "").strip(), request.args.get("unit", "").strip()


def _answer(typed: str, unit: str, wanted: Asked) -> LookupPage:
    now = clock.now()
    with one_moment() as session:
        found = lookup.look_up(session, wanted, clock.day_of(now))
    return answered(typed, unit, wanted, found, now)


def _is_free() -> bool:
    """Count this answer, unless it was counted before Flask, and say whether it needs no check."""
    if (counted := request.environ.get(COUNTED)) is not None:
        return int(counted) <= FREE_ANSWERS
    asker = _asker()
    with transaction() as session:
        return count_answer(session, asker) <= asker.limit


def _asker() -> Asker:
    name = check_tokens.pass_in(request.cookies.get(PASS, ""), _secret())
    return with_pass(name) if name else from_address(asked_by())


def _check_page(form: CheckForm, status: int) -> Response:
    """Ask a fresh question; the one that was answered is gone."""
    nonce = secrets.token_hex(16)
    fresh = question(secrets.randbits(64))
    form.word.data = check_tokens.signed_question(
        Asking(nonce, check_tokens.answer_digest(nonce, fresh.answer)), _secret()
    )
    form.answer.data = ""
    page = render_template("certificates/lookup_check.html", form=form, question=fresh.text, limit=FREE_ANSWERS)
    return as_answer(page, status)


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])

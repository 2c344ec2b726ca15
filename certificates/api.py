"""The lookup and the registers for other systems: JSON, the same answers and rules as the pages.

What each answer holds is written down in ``certificates/api_description.py``; errors are problem details
(RFC 9457). A key is shown in the Authorization header, never in an address, where it would be logged.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, jsonify, make_response, request
from werkzeug.wrappers import Response

from certificates.api_description import described
from certificates.asked import LONGEST, Asked, by_name, by_number
from certificates.askers import WINDOW, Asker, from_address, with_key
from certificates.meanings import MEANINGS, UNCONFIRMED, UNCONFIRMED_NAME
from certificates.operations.asking import count_answer
from certificates.portals import key_in
from certificates.queries import lookup, registers
from certificates.queries.lookup import PublicCredential
from certificates.queries.portals import key_in_use
from certificates.register_files import RegisteredOfficer
from certificates.states import STATUS_NAMES
from core import clock
from core.access import requires
from core.db import one_moment, reading, transaction
from core.errors import DomainError, InvalidError, NotFoundError
from core.texts import Text, lazy_gettext as _
from people.permissions import Permission

bp = Blueprint("lookup_api", __name__, url_prefix="/api/v1")
PROBLEM = "application/problem+json"
UNCONFIRMED_CODE = "unconfirmed"
QUESTIONS = ({"number"}, {"name", "unit"}, {"token"})


@dataclass
class Problem(Exception):  # noqa: N818 - RFC 9457 calls it so
    """What stands against a request, as the standard writes it."""

    status: int
    kind: str
    title: Text
    detail: Text
    retry_after: int = 0

    def answer(self) -> Response:
        """Return the answer that says so."""
        body = {
            "type": f"{current_app.config['PUBLIC_URL']}/api/docs#{self.kind}",
            "title": str(self.title),
            "status": self.status,
            "detail": str(self.detail),
        }
        response = make_response(jsonify(body), self.status)
        response.headers["Content-Type"] = PROBLEM
        if self.retry_after:
            response.headers["Retry-After"] = str(self.retry_after)
        if self.status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response


@bp.errorhandler(Problem)
def problem(error: Problem) -> Response:
    """Answer with a problem."""
    return error.answer()


@bp.errorhandler(DomainError)
def refused(error: DomainError) -> Response:
    """Answer with what the rules said, as a problem."""
    if isinstance(error, NotFoundError):
        return Problem(404, "not-found", _("没有找到"), error.message).answer()
    return Problem(400, "invalid", _("请求有误"), error.message).answer()


@bp.get("/credentials")
@requires(Permission.LOOKUP_ASK)
def credentials() -> Response:
    """Answer a question about a credential: by number, by name and unit, or by the token of a QR code."""
    given = {name: value.strip() for name, value in request.args.items() if value.strip()}
    if set(given) not in QUESTIONS:
        raise Problem(
            400,
            "question",
            _("请求有误"),
            _("请给出 number，或同时给出 name 和 unit，或给出 token，不要混用，也不要给出其他参数。"),
        )
    left = None if "token" in given else _counted()
    now = clock.now()
    with one_moment() as session:
        if "token" in given:
            found = lookup.by_token(session, given["token"], clock.day_of(now))
        else:
            found = lookup.look_up(session, _asked(given), clock.day_of(now))
    response = jsonify(
        asked=_echo(given), answered_at=_moment(now), credentials=[_credential(one) for one in found]
    )
    if left is not None:
        response.headers["RateLimit-Remaining"] = str(left)
    return _unindexed(response)


@bp.get("/registers")
@requires(Permission.PUBLIC_READ)
def units() -> Response:
    now = clock.now()
    with one_moment() as session:
        heads = registers.register_heads(session, clock.day_of(now))
    base = f"{current_app.config['PUBLIC_URL']}/api/v1/registers"
    rows = [
        {"code": one.code, "name": one.name, "name_en": one.name_en, "listed": one.listed, "unnamed": one.unnamed}
        for one in heads
    ]
    return jsonify(answered_at=_moment(now), units=[{**row, "register": f"{base}/{row['code']}"} for row in rows])


@bp.get("/registers/<code>")
@requires(Permission.PUBLIC_READ)
def register(code: str) -> Response:
    now = clock.now()
    with one_moment() as session:
        head = registers.register_head(session, code, clock.day_of(now))
        page = registers.register_page(session, head, clock.day_of(now), _page_number())
    return jsonify(
        answered_at=_moment(now),
        unit={"code": head.code, "name": head.name, "name_en": head.name_en, "category": head.category},
        listed=head.listed,
        unnamed=head.unnamed,
        page=page.number,
        pages=page.count,
        officers=[_officer(one) for one in page.rows],
    )


@bp.get("/openapi.json")
@requires(Permission.PUBLIC_READ)
def description() -> Response:
    return jsonify(described(str(current_app.config["PUBLIC_URL"])))


def _asked(given: dict[str, str]) -> Asked:
    return by_number(given["number"]) if "number" in given else by_name(given["name"], given["unit"])


def _echo(given: dict[str, str]) -> dict[str, str]:
    """Return what was looked up, in the one written form that was compared; a token is not said again."""
    if "token" in given:
        return {"token": "…"}
    asked = _asked(given)
    pairs = {"number": asked.number, "name": asked.name, "unit": asked.unit}
    return {name: value[:LONGEST] for name, value in pairs.items() if name in given}


def _counted() -> int:
    """Count an answer and return how many are left in the hour, or refuse."""
    asker = _asker()
    with transaction() as session:
        had = count_answer(session, asker)
    if had > asker.limit:
        raise Problem(
            429,
            "too-many",
            _("查询次数太多"),
            _("每小时最多查询 %(limit)s 次。请稍后再试；需要更高上限的网站，请向我们申请密钥。", limit=asker.limit),
            retry_after=math.ceil(WINDOW.total_seconds()),
        )
    return asker.limit - had


def _asker() -> Asker:
    header = request.headers.get("Authorization", "")
    if not header:
        return from_address(request.remote_addr or "")
    with reading() as session:
        key = key_in_use(session, key_in(header))
    if key is None:
        raise Problem(401, "key", _("密钥无效"), _("密钥不正确或已停用。请核对，或向我们重新申请。"))
    key_id: UUID = key.id
    return with_key(str(key_id), key.hourly_limit)


def _page_number() -> int:
    typed = request.args.get("page", "1")
    if not (typed.isascii() and typed.isdigit() and int(typed[:9]) > 0):
        raise InvalidError(_("page 应为不小于 1 的整数。"))
    return int(typed[:9])


def _credential(one: PublicCredential) -> dict[str, Any]:
    return {
        "cert_no": one.cert_no,
        "holder": one.holder_name,
        "unit": one.unit_name,
        "category": one.category,
        "area": one.area,
        "valid_until": one.valid_until.isoformat(),
        "status": str(one.status) if one.status else UNCONFIRMED_CODE,
        "status_text": str(STATUS_NAMES[one.status] if one.status else UNCONFIRMED_NAME),
        "meaning": str(MEANINGS[one.status] if one.status else UNCONFIRMED),
        "log_number": one.log_number,
        "is_sample": one.is_sample,
    }


def _officer(one: RegisteredOfficer) -> dict[str, Any]:
    return {
        "name": one.name,
        "cert_no": one.cert_no,
        "category": one.category,
        "area": one.area,
        "valid_until": one.valid_until.isoformat(),
        "status": str(one.status),
    }


def _moment(now: datetime) -> str:
    return now.astimezone(clock.CITY_ZONE).isoformat(timespec="seconds")


def _unindexed(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response

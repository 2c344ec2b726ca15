"""What the exam room's page says to the server and hears from it, as JSON.

The page opens a place, gets a signed token for it and shows the token in a header with every save. A
header is not sent along by another site as a cookie is, so these routes ask for no form token.
"""

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, jsonify, make_response, request, session as cookie
from flask_login import current_user

from core import clock
from core.access import by_token, requires
from core.db import reading, transaction
from core.errors import ForbiddenError, InvalidError, RefusedError
from core.texts import lazy_gettext as _
from exam import attempt_tokens
from exam.attempt_tokens import Place
from exam.marking import Given
from exam.operations import room as operations
from exam.operations.saving import append_at_once, append_responses, refuse_idle_place, remaining_ms
from exam.queries import room as queries
from people.permissions import Permission

bp = Blueprint("exam_api", __name__, url_prefix="/api/attempts/<uuid:attempt_id>")
HEADER = "Attempt-Token"
MOST_BYTES = 32 * 1024
SIGNED_IN = "_user_id"
LARGEST_NUMBER = 2**31 - 1


@bp.errorhandler(RefusedError)
def refused(error: RefusedError) -> Response:
    """Say why not, with the code that the page acts on."""
    return make_response(jsonify(error=str(error), code=error.reasons[0].code), 409)


@bp.post("/places")
@requires(Permission.EXAM_SIT)
def open_place(attempt_id: UUID) -> Response:
    with transaction() as session:
        attempt = queries.own_attempt(session, attempt_id, current_user.officer_id)
        refuse_idle_place(attempt.state, attempt.fence, attempt.fence)
        fence = operations.open_place(session, attempt, current_user.actor)
        progress = queries.progress_of(session, attempt_id)
    return jsonify(
        token=attempt_tokens.signed(Place(attempt_id, fence, current_user.account_id), _secret()),
        choices={str(place): choice for place, choice in progress.choices.items()},
        last_seq=progress.last_seq,
        remaining_ms=remaining_ms(attempt.deadline_at, clock.now()),
    )


@bp.post("/responses")
@by_token
@requires(Permission.EXAM_SIT)
def append(attempt_id: UUID) -> Response:
    request.max_content_length = MOST_BYTES
    place = attempt_tokens.read(request.headers.get(HEADER, ""), _secret())
    if place.attempt_id != attempt_id or is_another(cookie.get(SIGNED_IN, ""), place):
        raise ForbiddenError
    given = _given(_body())
    with transaction() as session:
        saved = append_responses(session, attempt_id, place.fence, given)
    return jsonify(
        last_seq=saved.last_seq, saved=saved.saved_places, held=saved.held, remaining_ms=saved.remaining_ms
    )


@bp.get("/time")
@requires(Permission.EXAM_SIT)
def time(attempt_id: UUID) -> Response:
    fence = _fence(attempt_id)
    with reading() as session:
        attempt = queries.own_attempt(session, attempt_id, current_user.officer_id)
        refuse_idle_place(attempt.state, attempt.fence, fence)
        return jsonify(remaining_ms=remaining_ms(attempt.deadline_at, clock.now()), state=attempt.state)


def answer_at_once(attempt_id: str, place: Place, body: bytes) -> bytes | None:
    """Return the answer to a save of one response that nothing stands against, or None for any other.

    It is the route's own answer, come by without Flask: nothing is refused here.
    """
    try:
        (given,) = _given(json.loads(body))
    except (InvalidError, ValueError, RecursionError):
        return None
    if str(place.attempt_id) != attempt_id:
        return None
    saved = append_at_once(place.attempt_id, place.fence, given)
    if saved is None:
        return None
    answer = b'{"held":[],"last_seq":%d,"remaining_ms":%d,"saved":[%d]}\n'
    return answer % (saved.last_seq, saved.remaining_ms, given.place)


def is_another(signed_in: str, place: Place) -> bool:
    """Say whether the cookie beside a token is somebody else's; without a cookie the token is enough."""
    return bool(signed_in) and signed_in.partition(":")[0] != str(place.account_id)


def _fence(attempt_id: UUID) -> int:
    """Return the place the page was opened in; the token must be this attempt's and this account's."""
    place = attempt_tokens.read(request.headers.get(HEADER, ""), _secret())
    if place.attempt_id != attempt_id or place.account_id != current_user.account_id:
        raise ForbiddenError
    return place.fence


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def _body() -> Any:
    """Return the body as JSON, or None where it is none or too deep to be read."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def _given(body: Any) -> list[Given]:
    rows = body.get("responses") if isinstance(body, dict) else None
    if not isinstance(rows, list) or not all(map(_is_response, rows)):
        raise InvalidError(_("作答数据的格式不对，请刷新页面后继续作答。"))
    return [Given(row["seq"], row["place"], row["choice"], row.get("left_ms", 0)) for row in rows]


def _is_response(row: Any) -> bool:
    if not isinstance(row, dict) or row.keys() - {"left_ms"} != {"seq", "place", "choice"}:
        return False
    numbers = (row["seq"], row["place"], row.get("left_ms", 0))
    are_numbers = all(type(number) is int and 0 <= number <= LARGEST_NUMBER for number in numbers)
    return are_numbers and isinstance(row["choice"], str)

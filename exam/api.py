"""What the exam room's page says to the server and hears from it, as JSON.

The page opens a place, gets a signed token for it and shows the token in a header with every save. A
header is not sent along by another site as a cookie is, so these routes ask for no form token. Whatever
is refused here changes nothing and leaves a line in the log.
"""

import base64
import json
from typing import Any
from uuid import UUID

import structlog
from flask import Blueprint, Response, current_app, jsonify, make_response, request, session as cookie
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from core import clock
from core.access import by_token, requires
from core.db import transaction
from core.errors import ForbiddenError, InvalidError, RefusedError
from core.texts import lazy_gettext as _
from exam import attempt_tokens
from exam.attempt_tokens import Place
from exam.marking import Given
from exam.models.room import Attempt
from exam.operations import room as operations
from exam.operations.hand_in_files import file_key
from exam.operations.leaving import count_leave
from exam.operations.presence import Sign, note_at_once, note_presence
from exam.operations.saving import append_at_once, append_responses, refuse_idle_place
from exam.queries import room as queries
from exam.queries.leaving import times_left
from exam.time_ledger import MILLISECOND, extra_seconds, time_left
from people.permissions import Permission

bp = Blueprint("exam_api", __name__, url_prefix="/api/attempts/<uuid:attempt_id>")
HEADER = "Attempt-Token"
MOST_BYTES = 32 * 1024
SIGNED_IN = "_user_id"
LARGEST_NUMBER = 2**31 - 1
# Ten changes a second for nearly three hours: no hand writes more, and no number runs out before that.
LARGEST_SEQ = 100_000
MOST_UNSAVED = 1_000
log = structlog.get_logger()


@bp.before_request
def bound() -> None:
    """Read no more than a page ever sends, whatever the length that is announced."""
    request.max_content_length = MOST_BYTES


@bp.after_request
def write_down_refusals(response: Response) -> Response:
    """Leave a line in the log for everything that was refused; an attack is seen there.

    Who asked is read from the signed cookie, not from the database, which may be away. A failure of ours
    is logged where it is answered.
    """
    if 400 <= response.status_code < 500:
        said = response.get_json(silent=True)
        log.warning(
            "room request refused",
            endpoint=request.endpoint,
            status=response.status_code,
            code=said.get("code", "") if isinstance(said, dict) else "",
            attempt=str((request.view_args or {}).get("attempt_id", "")),
            account=str(cookie.get(SIGNED_IN, "")).partition(":")[0],
        )
    return response


@bp.errorhandler(RefusedError)
def refused(error: RefusedError) -> Response:
    """Say why not, with the code that the page acts on."""
    return make_response(jsonify(error=str(error), code=error.reasons[0].code), 409)


@bp.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    """Say so in the room's own words."""
    return make_response(jsonify(error=str(_("一次发送的内容太多，没有保存。请刷新页面后继续作答。"))), 413)


@bp.post("/places")
@requires(Permission.EXAM_SIT)
def open_place(attempt_id: UUID) -> Response:
    takes_over, held = _takes_over(), _held_fence(attempt_id)
    with transaction() as session:
        attempt = queries.own_attempt(session, attempt_id, current_user.officer_id)
        session.refresh(attempt, with_for_update=True)
        refuse_idle_place(attempt.state, attempt.fence, attempt.fence)
        elsewhere = None if takes_over else _elsewhere(attempt, held)
        if elsewhere is not None:
            return elsewhere
        fence = operations.open_place(session, attempt, current_user.actor, held)
        progress = queries.progress_of(session, attempt_id)
        word = _word(session, attempt)
        leaves = times_left(session, attempt_id)
    return jsonify(
        token=attempt_tokens.signed(Place(attempt_id, fence, current_user.account_id), _secret()),
        place=fence,
        file_key=base64.b64encode(file_key(attempt, fence)).decode(),
        choices={str(place): choice for place, choice in progress.choices.items()},
        last_seq=progress.last_seq,
        leaves=leaves,
        **word,
    )


@bp.post("/responses")
@by_token
@requires(Permission.EXAM_SIT)
def append(attempt_id: UUID) -> Response:
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
    """Say how an attempt stands, and note that its page is there."""
    fence = _fence(attempt_id)
    sign = _sign(attempt_id, fence, request.args.get("unsaved", ""), request.remote_addr)
    with transaction() as session:
        attempt = queries.own_attempt(session, attempt_id, current_user.officer_id)
        _refuse_older_place(attempt, fence)
        word = _word(session, attempt)
        note_presence(session, attempt, sign)
    return jsonify(**word)


@bp.post("/leaves")
@requires(Permission.EXAM_SIT)
def leave(attempt_id: UUID) -> Response:
    fence = _fence(attempt_id)
    seconds, number = _leave(_body())
    with transaction() as session:
        attempt = queries.own_attempt(session, attempt_id, current_user.officer_id)
        leaves = count_leave(session, attempt, seconds, current_user.actor, fence=fence, number=number)
    return jsonify(count=leaves.count, limit=leaves.limit, handed_in=leaves.is_handed_in)


def _word(session: Session, attempt: Attempt) -> dict[str, Any]:
    """Return what the page shows of the time: state, what is left, what was given on top."""
    left = time_left(attempt.deadline_at, attempt.paused_at, clock.now())
    extra = extra_seconds(queries.ledger_of(session, attempt.id))
    return {"state": attempt.state, "remaining_ms": left // MILLISECOND, "extra_seconds": extra}


def _elsewhere(attempt: Attempt, held: int | None) -> Response | None:
    """Say that the paper is open in another place, and since when, so that the page can ask."""
    try:
        operations.refuse_unasked_take_over(attempt, held)
    except RefusedError as error:
        since = attempt.opened_at.isoformat() if attempt.opened_at else None
        return make_response(jsonify(error=str(error), code=error.reasons[0].code, since=since), 409)
    return None


def _refuse_older_place(attempt: Attempt, fence: int) -> None:
    """Refuse a page that is not the newest place; one that was handed in is only told so."""
    if attempt.fence != fence:
        refuse_idle_place(attempt.state, attempt.fence, fence)


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


def time_at_once(attempt_id: str, place: Place, unsaved: str, address: str | None) -> bytes | None:
    """Return the answer to a page that asks how its attempt stands, as the route gives it, or None."""
    if str(place.attempt_id) != attempt_id:
        return None
    standing = note_at_once(_sign(place.attempt_id, place.fence, unsaved, address))
    if standing is None:
        return None
    answer = b'{"extra_seconds":%d,"remaining_ms":%d,"state":"%b"}\n'
    return answer % (standing.extra_seconds, standing.remaining_ms, standing.state.encode())


def is_another(signed_in: str, place: Place) -> bool:
    """Say whether the cookie beside a token is somebody else's; without a cookie the token is enough."""
    return bool(signed_in) and signed_in.partition(":")[0] != str(place.account_id)


def _sign(attempt_id: UUID, fence: int, unsaved: str, address: str | None) -> Sign:
    count = int(unsaved) if unsaved.isascii() and unsaved.isdigit() else 0
    return Sign(attempt_id, fence, min(count, MOST_UNSAVED), address or "")


def _fence(attempt_id: UUID) -> int:
    """Return the place the page was opened in; the token must be this attempt's and this account's."""
    place = attempt_tokens.read(request.headers.get(HEADER, ""), _secret())
    if place.attempt_id != attempt_id or place.account_id != current_user.account_id:
        raise ForbiddenError
    return place.fence


def _held_fence(attempt_id: UUID) -> int | None:
    """Return the place the tab says it was in before; a new tab shows no token, and a forged one is refused."""
    return _fence(attempt_id) if request.headers.get(HEADER) else None


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def _body() -> Any:
    """Return the body as JSON, or None where it is none or too deep to be read."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def _takes_over() -> bool:
    """Return whether the page asks to take the paper from another place; one that says nothing does not."""
    if not request.get_data():
        return False
    body = _body()
    if not isinstance(body, dict) or body.keys() != {"take_over"} or type(body["take_over"]) is not bool:
        raise InvalidError(_("打开试卷的请求格式不对，请刷新页面。"))
    return body["take_over"]


def _leave(body: Any) -> tuple[int, int | None]:
    """Return for how many seconds the page was left and, where it says so, which time it was."""
    fields = body if isinstance(body, dict) else {}
    numbers = [fields.get("seconds"), fields.get("number", 1)]
    if fields.keys() - {"number"} != {"seconds"} or not all(map(_is_number, numbers)):
        raise InvalidError(_("离开页面的记录格式不对，请刷新页面后继续作答。"))
    return fields["seconds"], fields.get("number")


def _given(body: Any) -> list[Given]:
    rows = body.get("responses") if isinstance(body, dict) else None
    if not isinstance(rows, list) or not all(map(_is_response, rows)):
        raise InvalidError(_("作答数据的格式不对，请刷新页面后继续作答。"))
    if len({row["place"] for row in rows}) < len(rows):
        raise InvalidError(_("一次保存中同一题只能出现一次，请刷新页面后继续作答。"))
    return [Given(row["seq"], row["place"], row["choice"], row.get("left_ms", 0)) for row in rows]


def _is_response(row: Any) -> bool:
    if not isinstance(row, dict) or row.keys() - {"left_ms"} != {"seq", "place", "choice"}:
        return False
    numbers = (row["seq"], row["place"], row.get("left_ms", 0))
    return all(map(_is_number, numbers)) and row["seq"] <= LARGEST_SEQ and isinstance(row["choice"], str)


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LARGEST_NUMBER

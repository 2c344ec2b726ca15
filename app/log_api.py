"""The public log for other systems: heads, entries and proofs as JSON, open to anybody.

``docs/public-log.md`` says what each answer holds and how it is checked.
"""

from typing import Any

from flask import Blueprint, jsonify, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.access import requires
from core.db import reading
from core.errors import InvalidError, NotFoundError
from core.log_files import extension_file, head_fields, head_file, leaf_fields, proof_file
from core.models import LogEntry
from core.public_log import SignedHead, is_digest
from core.queries import (
    MOST_ENTRIES,
    log_entries,
    log_entries_of_digest,
    log_entry,
    log_extension,
    log_head,
    log_heads,
    log_proof,
)
from core.signing import public_key
from core.texts import lazy_gettext as _
from people.permissions import Permission

bp = Blueprint("log_api", __name__, url_prefix="/api/log")
MOST_DIGITS = 18


@bp.get("/head")
@requires(Permission.PUBLIC_READ)
def head() -> Response:
    with reading() as session:
        signed = _head(session, _number("size"))
    return _file(head_file(signed, public_key()), f"log-head-{signed.head.size}.json")


@bp.get("/heads")
@requires(Permission.PUBLIC_READ)
def heads() -> Response:
    with reading() as session:
        page = log_heads(session, _number("page") or 1)
        fields = [head_fields(row.signed) for row in page.rows]
    return jsonify(heads=fields, page=page.number, pages=page.count, total=page.total, public_key=public_key())


@bp.get("/entries")
@requires(Permission.PUBLIC_READ)
def entries() -> Response:
    first, count = _number("first") or 0, _number("count")
    with reading() as session:
        rows = log_entries(session, first, MOST_ENTRIES if count is None else count)
        return jsonify(entries=[{"index": row.index, **leaf_fields(row.leaf)} for row in rows])


@bp.get("/proof")
@requires(Permission.PUBLIC_READ)
def proof() -> Response:
    with reading() as session:
        signed = _head(session, _number("size"))
        entry = _entry(session)
        if entry is None or entry.index >= signed.head.size:
            raise NotFoundError(_("公开日志中没有这一条。"))
        found = log_proof(session, entry, signed)
    return _file(proof_file(found, public_key()), f"log-proof-{found.index}.json")


@bp.get("/consistency")
@requires(Permission.PUBLIC_READ)
def consistency() -> Response:
    old_size, size = _number("from"), _number("to")
    with reading() as session:
        longest = _head(session, None).head.size
        size = longest if size is None else size
        if old_size is None or not 0 < old_size <= size <= longest:
            text = _(
                "请用 from 和 to 给出两个条数：from 至少为 1，to 不小于 from 且不超过现有的 %(size)s 条。",
                size=longest,
            )
            raise InvalidError(text)
        found = log_extension(session, old_size, size)
    return _file(extension_file(found), f"log-extension-{old_size}-{size}.json")


def _head(session: Session, size: int | None) -> SignedHead:
    found = log_head(session, size)
    if found is None:
        raise NotFoundError(_("公开日志没有这样一份签名快照。"))
    return found


def _entry(session: Session) -> LogEntry | None:
    """Return the entry asked for; of a digest that was logged more than once, the newest."""
    index, digest = _number("index"), request.args.get("digest", "").strip().lower()
    if index is not None:
        return log_entry(session, index)
    if not is_digest(digest):
        raise InvalidError(_("请用 digest 给出 64 位十六进制的 SHA-256，或用 index 给出从 0 数起的序号。"))
    return next(iter(log_entries_of_digest(session, digest)), None)


def _number(name: str) -> int | None:
    typed = request.args.get(name)
    if typed is None:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS):
        raise InvalidError(_("%(name)s 应为不小于 0 的整数。", name=name))
    return int(typed)


def _file(content: dict[str, Any], name: str) -> Response:
    """Answer with JSON that a browser saves under a telling name."""
    response = jsonify(content)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response

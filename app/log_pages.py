"""The public page of the log: what it is for, how long it is, who signs it, and whether something is in it.

It says "in the log" or "not in the log", and never that something is false: what is not there may be
genuine all the same.
"""

import hashlib
import re
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask_wtf.file import FileField
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.log_words import kind_name
from core.access import requires
from core.db import reading
from core.forms import Form
from core.models import LogEntry
from core.queries import is_proved, log_entries_of_digest, log_head, recent_log_entries
from core.signing import public_key, public_key_pem
from core.texts import lazy_gettext as _
from people.permissions import Permission

bp = Blueprint("log", __name__, url_prefix="/log")
LONGEST_TYPED = 400
_DIGEST = re.compile(r"(?<![0-9a-f])(?:[0-9a-f][ :]?){63}[0-9a-f](?![0-9a-f])")


class DocumentForm(Form):
    """A document to look for, for browsers that cannot compute its digest themselves."""

    file = FileField(_("文件"))


@dataclass(frozen=True)
class Found:
    """One place in the log where a digest stands, and whether it is proved under our newest head."""

    entry: LogEntry
    is_proved: bool


@bp.get("/")
@requires(Permission.PUBLIC_READ)
def index() -> str:
    typed = request.args.get("digest", "")[:LONGEST_TYPED]
    digest = digest_in(typed)
    with reading() as session:
        return render_template(
            "app/log.html",
            typed=typed.strip(),
            digest=digest,
            found=_found(session, digest) if digest else [],
            signed=log_head(session),
            page=recent_log_entries(session, request.args.get("page", 1, type=int)),
            kind_name=kind_name,
            key=public_key(),
            pem=public_key_pem(),
            form=DocumentForm(),
        )


@bp.post("/")
@requires(Permission.PUBLIC_READ)
def look_for_file() -> Response:
    upload = request.files.get("file")
    if not upload or not upload.filename:
        return redirect(url_for(".index", digest="-", _anchor="answer"))
    digest = hashlib.file_digest(upload.stream, "sha256").hexdigest()  # type: ignore[arg-type]  # a file is one
    return redirect(url_for(".index", digest=digest, _anchor="answer"))


def digest_in(typed: str) -> str | None:
    """Return the SHA-256 in what was typed, however it was copied: in capitals, in groups, beside a file name."""
    found = _DIGEST.search(typed.lower())
    return re.sub(r"[ :]", "", found[0]) if found else None


def _found(session: Session, digest: str) -> list[Found]:
    return [Found(entry, is_proved(session, entry)) for entry in log_entries_of_digest(session, digest)]

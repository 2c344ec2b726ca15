"""Public pages of issued circulars: the list, one circular with its files and digests, the files."""

from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from core.access import requires
from core.db import reading
from core.downloads import as_file
from core.errors import NotFoundError
from exam.circular_states import LAYOUT_NAMES, MEDIA_TYPES, CircularLayout
from exam.cut_offs import CUT_NAMES
from exam.queries import circulars as queries
from people.permissions import Permission

bp = Blueprint("circulars", __name__, url_prefix="/circulars")


@bp.get("/")
@requires(Permission.PUBLIC_READ)
def index() -> str:
    with reading() as session:
        return render_template(
            "exam/circulars.html",
            page=queries.issued_circulars(session, request.args.get("page", 1, type=int)),
            corrected=queries.corrected_ids(session),
        )


@bp.get("/<uuid:circular_id>")
@requires(Permission.PUBLIC_READ)
def show(circular_id: UUID) -> str:
    with reading() as session:
        circular = queries.issued_circular(session, circular_id)
        newest = queries.newest_version(session, circular)
        return render_template(
            "exam/circular.html",
            circular=circular,
            letter=queries.letter_of(session, circular),
            files=queries.files_of(session, circular.id),
            newest=newest if newest.id != circular.id else None,
            before=queries.circular(session, circular.corrects_id) if circular.corrects_id else None,
            layouts=LAYOUT_NAMES,
            cuts=CUT_NAMES,
        )


@bp.get("/<uuid:circular_id>/circular.<layout>")
@requires(Permission.PUBLIC_READ)
def file(circular_id: UUID, layout: str) -> Response:
    chosen = layout_named(layout)
    with reading() as session:
        circular = queries.issued_circular(session, circular_id)
        content = queries.file_of(session, circular.id, chosen).content
    return as_download(content, chosen, circular.title)


@bp.get("/<uuid:circular_id>/snapshot.json")
@requires(Permission.PUBLIC_READ)
def snapshot(circular_id: UUID) -> Response:
    """Hand out the figures behind the circular as they were sealed, to compute their digest again."""
    with reading() as session:
        circular = queries.issued_circular(session, circular_id)
        content = circular.snapshot.content
    return as_file(content, "application/json", "snapshot.json")


def layout_named(name: str) -> CircularLayout:
    """Return the layout a file's address names."""
    if name not in set(CircularLayout):
        raise NotFoundError
    return CircularLayout(name)


def as_download(content: bytes, layout: CircularLayout, title: str) -> Response:
    """Return a file under the circular's title."""
    return as_file(content, MEDIA_TYPES[layout], f"{title}.{layout}")

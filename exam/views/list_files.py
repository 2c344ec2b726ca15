"""The files of a published list: what was sealed as JSON, PDF, XLSX, and the feed of all publications."""

from functools import lru_cache
from uuid import UUID

from flask import Blueprint, current_app
from werkzeug.wrappers import Response

from core.access import requires
from core.db import reading
from core.downloads import as_file
from core.import_flow import XLSX
from core.texts import lazy_gettext as _
from exam.documents.feed import FeedEntry, atom_feed
from exam.documents.list_files import draw
from exam.list_states import ListLayout
from exam.pass_lists import canonical, counts_only
from exam.queries import list_files as queries, pass_lists
from exam.queries.pass_lists import PublicPassList
from people.permissions import Permission

bp = Blueprint("list_files", __name__, url_prefix="/pass-lists")
FEED_LENGTH = 50
# A long list takes a second to draw, and equal lists are drawn alike.
drawn = lru_cache(maxsize=16)(draw)


@bp.get("/<uuid:pass_list_id>/list.json")
@requires(Permission.PUBLIC_READ)
def sealed(pass_list_id: UUID) -> Response:
    with reading() as session:
        shown = pass_lists.public_list(session, pass_list_id)
        whole = pass_lists.published(session, pass_lists.pass_list(session, pass_list_id))
        units = pass_lists.units_listed(session, pass_list_id)
    content = counts_only(whole, units, shown.names_until) if shown.are_names_off else canonical(whole)
    return as_file(content, "application/json", f"{_named(shown)}.json")


@bp.get("/<uuid:pass_list_id>/list.pdf")
@requires(Permission.PUBLIC_READ)
def document(pass_list_id: UUID) -> Response:
    return _file(pass_list_id, ListLayout.PDF, "application/pdf")


@bp.get("/<uuid:pass_list_id>/list.xlsx")
@requires(Permission.PUBLIC_READ)
def workbook(pass_list_id: UUID) -> Response:
    return _file(pass_list_id, ListLayout.XLSX, XLSX)


def _file(pass_list_id: UUID, layout: ListLayout, kind: str) -> Response:
    """Hand out a file as it was logged, or, where the list has changed since, as it is now."""
    with reading() as session:
        shown = pass_lists.public_list(session, pass_list_id)
        name = f"{_named(shown)}.{layout}"
        if shown.is_as_published and (stored := queries.stored_file(session, pass_list_id, layout)) is not None:
            return as_file(stored, kind, name)
        face = queries.face_of(session, shown)
    return as_file(drawn(face, layout), kind, name)


@bp.get("/feed.atom")
@requires(Permission.PUBLIC_READ)
def feed() -> Response:
    address = current_app.config["PUBLIC_URL"]
    with reading() as session:
        rows = pass_lists.publications(session, FEED_LENGTH)
    entries = [_entry(one, address) for one in rows]
    content = atom_feed(str(_("合格人员名单")), f"{address}/pass-lists/", entries)
    return Response(content, mimetype="application/atom+xml")


def _entry(shown: PublicPassList, address: str) -> FeedEntry:
    summary = _("%(issuer)s公布，共 %(count)s 人。", issuer=shown.issuer_name, count=shown.passed_count)
    return FeedEntry(
        key=shown.id,
        title=_named(shown),
        link=f"{address}/pass-lists/{shown.id}",
        summary=f"{summary}{shown.reason}",
        author=shown.issuer_name,
        at=shown.published_at,
    )


def _named(shown: PublicPassList) -> str:
    if shown.version == 1:
        return shown.title
    return str(_("%(title)s（第 %(number)s 次更正）", title=shown.title, number=shown.version - 1))

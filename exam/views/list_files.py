"""The files of a published list: what was sealed as JSON, PDF, XLSX, and the feed of all publications."""

from functools import lru_cache
from uuid import UUID

from flask import Blueprint, current_app
from werkzeug.wrappers import Response

from core.access import requires
from core.db import reading
from core.downloads import as_file
from core.import_flow import XLSX
from core.sheets import Cell, WorkbookSheet, write_workbook
from core.texts import lazy_gettext as _
from exam.documents.feed import FeedEntry, atom_feed
from exam.documents.pass_list import ListFace, draw_list
from exam.pass_lists import ListedPerson, canonical, counts_only
from exam.queries import pass_lists as queries
from exam.queries.pass_lists import PublicPassList
from people.permissions import Permission
from people.queries import has_demo_officers

bp = Blueprint("list_files", __name__, url_prefix="/pass-lists")
FEED_LENGTH = 50
# A long list takes a second to draw, and equal lists are drawn alike.
drawn = lru_cache(maxsize=16)(draw_list)
HEADERS = (_("序号"), _("姓名"), _("单位"), _("准考证号"), _("说明"))


@bp.get("/<uuid:pass_list_id>/list.json")
@requires(Permission.PUBLIC_READ)
def sealed(pass_list_id: UUID) -> Response:
    with reading() as session:
        shown = queries.public_list(session, pass_list_id)
        whole = queries.published(session, queries.pass_list(session, pass_list_id))
        units = queries.units_listed(session, pass_list_id)
    content = counts_only(whole, units, shown.names_until) if shown.are_names_off else canonical(whole)
    return as_file(content, "application/json", f"{_named(shown)}.json")


@bp.get("/<uuid:pass_list_id>/list.pdf")
@requires(Permission.PUBLIC_READ)
def document(pass_list_id: UUID) -> Response:
    with reading() as session:
        shown = queries.public_list(session, pass_list_id)
        people, units = queries.people_of(session, shown), queries.units_listed(session, shown.id)
        is_sample = has_demo_officers(session)
    face = ListFace(
        title=shown.title,
        version=shown.version,
        issuer_name=shown.issuer_name,
        published_at=shown.published_at,
        notice_from=shown.notice_from,
        notice_until=shown.notice_until,
        effective_on=shown.effective_on,
        is_provisional=shown.is_provisional,
        legal_basis=shown.legal_basis,
        contact=shown.contact,
        reason=shown.reason,
        passed_count=shown.passed_count,
        exempt_count=shown.exempt_count,
        people=tuple(people),
        units=tuple(units),
        names_until=shown.names_until,
        are_names_off=shown.are_names_off,
        digest=shown.digest,
        log_number=shown.log_number,
        is_superseded=shown.newest_id != shown.id,
        is_sample=is_sample,
    )
    return as_file(drawn(face), "application/pdf", f"{_named(shown)}.pdf")


@bp.get("/<uuid:pass_list_id>/list.xlsx")
@requires(Permission.PUBLIC_READ)
def workbook(pass_list_id: UUID) -> Response:
    with reading() as session:
        shown = queries.public_list(session, pass_list_id)
        people, units = queries.people_of(session, shown), queries.units_listed(session, shown.id)
    counts = WorkbookSheet(_("各单位人数"), (_("单位"), _("人数")), [(one.unit_name, one.count) for one in units])
    named = WorkbookSheet(_("名单"), HEADERS, [_row(one) for one in people])
    content = write_workbook([counts] if shown.are_names_off else [named, counts])
    return as_file(content, XLSX, f"{_named(shown)}.xlsx")


@bp.get("/feed.atom")
@requires(Permission.PUBLIC_READ)
def feed() -> Response:
    address = current_app.config["PUBLIC_URL"]
    with reading() as session:
        rows = queries.publications(session, FEED_LENGTH)
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


def _row(one: ListedPerson) -> list[Cell]:
    return [one.serial, one.name or "—", one.unit_name, one.candidate_no or "—", _note(one)]


def _note(one: ListedPerson) -> str:
    if one.withdrawn_on is not None:
        day = one.withdrawn_on.isoformat()
        return str(_("%(day)s 经第 %(number)s 次更正撤下", day=day, number=one.withdrawn_by))
    return str(_("依法不公开姓名")) if one.is_exempt else ""

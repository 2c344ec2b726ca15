"""Pages of frozen figures: the snapshots of a sitting, taking one, one snapshot with its tables."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from core.access import requires
from core.db import reading, transaction
from core.downloads import as_file
from core.import_flow import XLSX
from core.texts import lazy_gettext as _
from exam.circular_states import CIRCULAR
from exam.circular_tables import all_lines
from exam.cut_offs import CUT_NAMES, Cut
from exam.documents.circular_xlsx import draw_xlsx
from exam.forms.planning import ConfirmForm
from exam.operations import snapshots as operations
from exam.queries import planning, snapshots as queries
from exam.queries.circulars import circulars_of
from exam.snapshots import changed_units, reasons_against_snapshot
from exam.views.circular_forms import SnapshotForm
from people.permissions import Permission

bp = Blueprint("snapshots", __name__)


@bp.get("/results/<uuid:sitting_id>/snapshots")
@requires(Permission.CIRCULAR_PREPARE)
def index(sitting_id: UUID) -> str:
    with reading() as session:
        sitting = planning.sitting(session, sitting_id)
        facts = {cut: queries.snapshot_facts(session, sitting, cut) for cut in Cut}
        return render_template(
            "exam/snapshots.html",
            sitting=sitting,
            rows=queries.snapshots_of(session, sitting.id),
            circulars=circulars_of(session, sitting.id),
            reasons={cut: [one.text for one in reasons_against_snapshot(facts[cut])] for cut in Cut},
            totals={cut: facts[cut].table.total for cut in Cut},
            cuts=CUT_NAMES,
            states=CIRCULAR.words,
            form=SnapshotForm(),
            confirm=ConfirmForm(),
        )


@bp.post("/results/<uuid:sitting_id>/snapshots")
@requires(Permission.CIRCULAR_PREPARE)
def take(sitting_id: UUID) -> Response:
    with transaction() as session:
        sitting = planning.sitting(session, sitting_id)
        made = operations.take_snapshot(session, sitting, SnapshotForm().chosen, current_user.actor)
    flash(_("已生成统计快照第 %(number)s 号，数字不再变动。", number=made.number), "success")
    return redirect(url_for(".show", snapshot_id=made.id))


@bp.get("/snapshots/<uuid:snapshot_id>")
@requires(Permission.CIRCULAR_PREPARE)
def show(snapshot_id: UUID) -> str:
    """Read the one row; the present figures are counted only where a result was settled since."""
    with reading() as session:
        row = queries.snapshot(session, snapshot_id)
        figures = queries.figures_in(row)
        changes = []
        if queries.has_newer_results(session, row):
            present = queries.present_table(session, planning.sitting(session, row.sitting_id), Cut(row.cut))
            changes = changed_units(figures.table, present)
        return render_template(
            "exam/snapshot.html",
            row=row,
            head=figures.head,
            total=figures.table.total,
            lines=all_lines(figures),
            changes=changes,
            cuts=CUT_NAMES,
            confirm=ConfirmForm(),
        )


@bp.get("/snapshots/<uuid:snapshot_id>/tables.xlsx")
@requires(Permission.CIRCULAR_PREPARE)
def workbook(snapshot_id: UUID) -> Response:
    with reading() as session:
        row = queries.snapshot(session, snapshot_id)
        figures = queries.figures_in(row)
    name = f"{figures.head.sitting_title}统计快照第{row.number}号.xlsx"
    return as_file(draw_xlsx(figures, queries.source_of(row, figures)), XLSX, name)


@bp.get("/snapshots/<uuid:snapshot_id>/snapshot.json")
@requires(Permission.CIRCULAR_PREPARE)
def sealed(snapshot_id: UUID) -> Response:
    with reading() as session:
        content = queries.snapshot(session, snapshot_id).content
    return as_file(content, "application/json", "snapshot.json")

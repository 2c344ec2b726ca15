"""Body-worn recorders: what units must have and have, for the city; one unit's own page, its class, its stock."""

from uuid import UUID

from flask import Blueprint, Response as Answer, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certificates.forms import RecorderClassForm, RecorderStockForm
from certificates.operations import recorders as operations
from certificates.queries import recorders as queries
from certificates.queries.recorders import RecorderRow
from certificates.recorders import CLASS_NAMES, RecorderClass, gap_together, together
from core import clock
from core.access import requires
from core.db import reading, transaction
from core.downloads import as_file
from core.errors import DomainError, NotFoundError
from core.sheets import Cell, WorkbookSheet, write_workbook
from core.texts import lazy_gettext as _
from people.permissions import Permission, Role
from people.queries import organisation as organisation_within
from people.scope import Scope

bp = Blueprint("recorders", __name__, url_prefix="/recorders")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/")
@requires(Permission.RECORDER_READ)
def index() -> str | Response:
    if current_user.role is Role.UNIT_ADMINISTRATOR:
        return redirect(url_for(".show", organisation_id=current_user.organisation_id))
    by = request.args.get("sort", "code")
    with reading() as session:
        rows = queries.recorder_rows(session, current_user.scope, clock.today())
    allotments = [row.allotment for row in rows]
    return render_template(
        "certificates/recorders.html",
        groups=queries.groups(rows) if by not in queries.SORTS[1:] else [],
        rows=queries.sorted_rows(rows, by),
        total=together(allotments),
        gap=gap_together(allotments),
        unclassed=sum(row.allotment.minimum is None for row in rows),
        unreported=sum(row.allotment.usable is None for row in rows),
        by=by if by in queries.SORTS else "code",
        today=clock.today(),
    )


@bp.get("/recorders.xlsx")
@requires(Permission.RECORDER_READ)
def workbook() -> Answer:
    with reading() as session:
        rows = queries.recorder_rows(session, current_user.scope, clock.today())
    headers = [
        _("代码"),
        _("单位"),
        _("配备类别"),
        _("有效持证人数"),
        _("最低台数"),
        _("可用台数"),
        _("停用、待修"),
        _("缺口"),
        _("填报时间"),
        _("核定依据"),
    ]
    title = _("执法记录仪配备情况")
    sheet = WorkbookSheet(title, headers, [_line(row) for row in rows])
    return as_file(write_workbook([sheet]), XLSX, f"{title}-{clock.today().isoformat()}.xlsx")


@bp.get("/<uuid:organisation_id>")
@requires(Permission.RECORDER_READ)
def show(organisation_id: UUID) -> str:
    with reading() as session:
        return _page(session, organisation_id, None, None)


@bp.post("/<uuid:organisation_id>/stock")
@requires(Permission.RECORDER_REPORT)
def report(organisation_id: UUID) -> str | Response:
    form = RecorderStockForm()
    if form.validate_on_submit():
        with transaction() as session:
            unit = organisation_within(session, organisation_id, current_user.scope)
            operations.report_stock(
                session,
                unit,
                current_user.actor,
                usable=form.usable.data or 0,
                broken=form.broken.data or 0,
                note=form.note.data or "",
            )
        flash(_("已填报库存。"), "success")
        return redirect(url_for(".show", organisation_id=organisation_id))
    with reading() as session:
        return _page(session, organisation_id, form, None)


@bp.post("/<uuid:organisation_id>/class")
@requires(Permission.RECORDER_CLASSIFY)
def classify(organisation_id: UUID) -> str | Response:
    form = _class_form(RecorderClassForm())
    if form.validate_on_submit():
        try:
            with transaction() as session:
                unit = organisation_within(session, organisation_id, current_user.scope)
                wanted = RecorderClass(form.recorder_class.data)
                operations.classify_unit(
                    session,
                    unit,
                    wanted,
                    current_user.actor,
                    by_hand=form.minimum.data,
                    basis=form.basis.data or "",
                )
            flash(_("已设定配备类别。"), "success")
            return redirect(url_for(".show", organisation_id=organisation_id))
        except DomainError as error:
            form.refuse(error)
    with reading() as session:
        return _page(session, organisation_id, None, form)


def _page(
    session: Session, organisation_id: UUID, stock: RecorderStockForm | None, class_: RecorderClassForm | None
) -> str:
    unit = organisation_within(session, organisation_id, current_user.scope)
    rows = queries.recorder_rows(session, Scope(unit.id), clock.today())
    if not rows:
        raise NotFoundError  # the city itself has no recorders of its own
    (row,) = rows
    return render_template(
        "certificates/recorder_unit.html",
        row=row,
        class_names=CLASS_NAMES,
        history=queries.stock_rows(session, unit.id),
        stock_form=stock or RecorderStockForm(formdata=None),
        class_form=class_ or _class_form(_filled(row)),
        today=clock.today(),
    )


def _filled(row: RecorderRow) -> RecorderClassForm:
    return RecorderClassForm(
        formdata=None, recorder_class=row.organisation.recorder_class, minimum=row.by_hand, basis=row.basis
    )


def _class_form(form: RecorderClassForm) -> RecorderClassForm:
    form.recorder_class.choices = [(str(one), text) for one, text in CLASS_NAMES.items()]
    return form


def _line(row: RecorderRow) -> list[Cell]:
    unit, allotment = row.organisation, row.allotment
    reported = f"{row.reported_at.astimezone(clock.CITY_ZONE):%Y-%m-%d %H:%M}" if row.reported_at else None
    return [
        unit.code,
        unit.name,
        unit.recorder_class or None,
        allotment.holders,
        allotment.minimum,
        allotment.usable,
        row.broken if row.reported_at else None,
        allotment.gap,
        reported,
        row.basis or None,
    ]

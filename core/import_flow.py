"""One way to bring a sheet in: template, dry run that lists every problem, then all or nothing.

Each package says what its sheet looks like and what a checked sheet does; the pages, the waiting
upload and the sheet of problems are the same for all. The dry run writes nothing but the waiting
upload, and the import checks everything again before it writes.
"""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from functools import partial, update_wrapper
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user
from flask_wtf.file import FileField, FileRequired
from sqlalchemy import delete
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import clock
from core.access import requires
from core.db import reading, transaction
from core.downloads import as_file
from core.errors import DomainError, NotFoundError
from core.forms import Form
from core.import_kinds import DryRun, ImportKind, check_sheet, import_read_sheet
from core.imports import problem_workbook, read_rows
from core.models import Upload
from core.sealing import opened_bytes, sealed_bytes
from core.sheets import Sheet, WorkbookSheet, read_sheet, write_workbook
from core.texts import lazy_gettext as _

PLACE = "upload.content"
KEPT = timedelta(days=1)
SHOWN_PROBLEMS = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(Form):
    """The one field of an import: the file."""

    file = FileField(_("表格文件"), validators=[FileRequired(_("请选择要导入的表格文件。"))])


class ConfirmForm(Form):
    """Nothing but the token."""


def register_import(bp: Blueprint, prefix: str, kind: ImportKind, permission: StrEnum) -> None:
    """Add the pages of one kind of import to a blueprint."""
    rules: list[tuple[str, str, Callable[..., Any], list[str]]] = [
        ("", "start", _start, ["GET", "POST"]),
        ("/template.xlsx", "template", _template, ["GET"]),
        ("/<uuid:upload_id>", "check", _check, ["GET"]),
        ("/<uuid:upload_id>/problems.xlsx", "problems", _problems, ["GET"]),
        ("/<uuid:upload_id>", "confirm", _confirm, ["POST"]),
    ]
    for path, name, page, methods in rules:
        view = requires(permission)(update_wrapper(partial(page, kind), page))
        bp.add_url_rule(prefix + path, f"{kind.name}_{name}", view, methods=methods)


def _start(kind: ImportKind) -> str | Response:
    form = UploadForm()
    if form.validate_on_submit():
        try:
            return redirect(url_for(f".{kind.name}_check", upload_id=_keep_upload(kind, form)))
        except DomainError as error:
            form.refuse(error)
    return render_template("imports/start.html", form=form, kind=kind)


def _template(kind: ImportKind) -> Response:
    headers = [column.name for column in kind.columns]
    notes = {place: str(_("例如：%(example)s", example=cell)) for place, cell in enumerate(kind.sample) if cell}
    sheet = WorkbookSheet(str(kind.title), headers, choices=kind.choices, notes=notes)
    return as_file(write_workbook([sheet]), XLSX, f"{kind.title}.xlsx")


def _check(kind: ImportKind, upload_id: UUID) -> str:
    with reading() as session:
        upload, run = _run_of(session, kind, upload_id)
    shown = run.problems[:SHOWN_PROBLEMS]
    return render_template("imports/check.html", form=ConfirmForm(), kind=kind, upload=upload, run=run, shown=shown)


def _problems(kind: ImportKind, upload_id: UUID) -> Response:
    with reading() as session:
        _upload, run = _run_of(session, kind, upload_id)
    return as_file(problem_workbook(run.sheet, run.problems), XLSX, f"{kind.title}-{_('问题清单')}.xlsx")


def _confirm(kind: ImportKind, upload_id: UUID) -> Response:
    with reading() as session:
        sheet = _sheet_of(_upload_of(session, kind, upload_id))
    with transaction() as session:
        upload = _upload_of(session, kind, upload_id)
        message = import_read_sheet(session, kind, sheet, current_user)
        session.delete(upload)
    flash(message, "success")
    return redirect(url_for(kind.done_endpoint))


def _keep_upload(kind: ImportKind, form: UploadForm) -> UUID:
    data, filename = form.file.data.read(), form.file.data.filename or ""
    read_rows(read_sheet(filename, data), kind.columns)
    with transaction() as session:
        session.execute(delete(Upload).where(Upload.uploaded_at < clock.now() - KEPT))
        upload = Upload(
            flow=kind.name,
            filename=filename[:200],
            content_sealed=sealed_bytes(data, PLACE),
            account_id=current_user.account_id,
            uploaded_at=clock.now(),
        )
        session.add(upload)
        session.flush()
        return upload.id


def _upload_of(session: Session, kind: ImportKind, upload_id: UUID) -> Upload:
    upload = session.get(Upload, upload_id)
    if upload is None or upload.flow != kind.name or upload.account_id != current_user.account_id:
        raise NotFoundError(_("这份表格已经导入或已过期，请重新上传。"))
    return upload


def _run_of(session: Session, kind: ImportKind, upload_id: UUID) -> tuple[Upload, DryRun]:
    upload = _upload_of(session, kind, upload_id)
    return upload, check_sheet(session, kind, _sheet_of(upload), current_user)


def _sheet_of(upload: Upload) -> Sheet:
    return read_sheet(upload.filename, opened_bytes(upload.content_sealed, PLACE))

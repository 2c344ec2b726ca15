"""Work on a whole list for the office: how far its documents are, pause and continue, files for the printer."""

from uuid import UUID

from flask import Blueprint, Response as Answer, current_app, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from certificates.bulk_states import PRINT, PRINT_NAMES, PrintKind, PrintState, RunState
from certificates.forms import ConfirmForm
from certificates.operations import drawing as operations, printing
from certificates.queries import printing as print_queries
from certificates.queries.documents import drawing, drawing_failures, drawing_run, is_being_drawn
from certificates.queries.issuing import issued_count
from core import clock
from core.access import requires
from core.db import reading, transaction
from core.downloads import as_file
from core.errors import NotFoundError
from core.texts import lazy_gettext as _
from exam.queries.pass_lists import pass_list as published_list
from people.permissions import Permission

bp = Blueprint("bulk", __name__, url_prefix="/credentials/lists")
SHOWN_FIRST = 100


@bp.get("/<uuid:pass_list_id>")
@requires(Permission.CREDENTIAL_ISSUE)
def show(pass_list_id: UUID) -> str:
    with reading() as session:
        pass_list = published_list(session, pass_list_id)
        run, done = drawing_run(session, pass_list.id), drawing(session, pass_list.id)
        return render_template(
            "certificates/bulk.html",
            pass_list=pass_list,
            drawing=done,
            issued=issued_count(session, pass_list.id),
            is_working=is_being_drawn(session, pass_list.id),
            is_paused=run is not None and run.state == RunState.PAUSED,
            seconds_left=done.seconds_left(run.began_at, run.drawn_before, clock.now()) if run else None,
            failures=drawing_failures(session, pass_list.id),
            printable=print_queries.printable(session, pass_list.id),
            files=print_queries.print_rows(session, pass_list.id),
            is_printing=print_queries.is_any_waiting(session, pass_list.id),
            kinds=PRINT_NAMES,
            words=PRINT.words,
            shown=SHOWN_FIRST,
            form=ConfirmForm(formdata=None),
        )


@bp.post("/<uuid:pass_list_id>/pause")
@requires(Permission.CREDENTIAL_ISSUE)
def pause(pass_list_id: UUID) -> Response:
    with transaction() as session:
        operations.pause_drawing(session, published_list(session, pass_list_id), current_user.actor)
    flash(_("已暂停。手头的几份做完后停下，已编的证号和已生成的文件不受影响。"), "success")
    return redirect(url_for(".show", pass_list_id=pass_list_id))


@bp.post("/<uuid:pass_list_id>/continue")
@requires(Permission.CREDENTIAL_ISSUE)
def go_on(pass_list_id: UUID) -> Response:
    with transaction() as session:
        pass_list = published_list(session, pass_list_id)
        operations.draw_missing(session, pass_list, current_app.config["PUBLIC_URL"], current_user.actor)
    flash(_("已重新排队，正在后台生成电子证书。"), "success")
    return redirect(url_for(".show", pass_list_id=pass_list_id))


@bp.post("/<uuid:pass_list_id>/print/<kind>")
@requires(Permission.CREDENTIAL_ISSUE)
def make(pass_list_id: UUID, kind: str) -> Response:
    if kind not in list(PrintKind):
        raise NotFoundError
    with transaction() as session:
        pass_list = published_list(session, pass_list_id)
        url = current_app.config["PUBLIC_URL"]
        printing.ask_for_print(session, pass_list, PrintKind(kind), url, current_user.actor)
    flash(_("正在后台制作，做好后可以在本页下载。"), "success")
    return redirect(url_for(".show", pass_list_id=pass_list_id, _anchor="print"))


@bp.get("/print/<uuid:file_id>.pdf")
@requires(Permission.CREDENTIAL_ISSUE)
def download(file_id: UUID) -> Answer:
    with transaction() as session:
        file = print_queries.print_file(session, file_id)
        if file.state != PrintState.READY:
            raise NotFoundError
        content = print_queries.print_content(session, file.id)
        printing.note_download(session, file, current_user.actor)
    name = f"{PRINT_NAMES[PrintKind(file.kind)]}-{file.first_no}-{file.last_no}.pdf"
    return as_file(content, "application/pdf", name)

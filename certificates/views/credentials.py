"""Pages of credentials for the office and for holders: the list, one credential, its documents, issuing."""

from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certificates.forms import ConfirmForm
from certificates.grounds import GROUNDS
from certificates.issuing import reasons_against_list
from certificates.layouts import LAYOUT_NAMES, Layout
from certificates.models import Credential
from certificates.operations import credentials as operations
from certificates.operations.documents import draw, keep_documents, reasons_against_drawing
from certificates.operations.signers import current_authority
from certificates.queries import credentials as queries
from certificates.queries.clean_up import cases_of_credential, open_rounds
from certificates.queries.credentials import CredentialFilter
from certificates.queries.documents import stored_document
from certificates.queries.issuing import (
    issued_count,
    list_facts,
    list_rows,
    passed_without_credential,
    withdrawn_with_credential,
)
from certificates.queries.photos import holders_of_photos, photo_of
from certificates.states import CASE, STATUS_NAMES, CredentialSource, CredentialStatus
from core import clock
from core.access import requires
from core.db import reading, transaction
from core.downloads import as_file
from core.errors import NotFoundError, refuse_if
from core.import_flow import register_import
from core.queries import audit_of
from core.texts import Text, lazy_gettext as _
from exam.queries.pass_lists import pass_list as published_list
from people.permissions import Permission
from people.queries import organisations

bp = Blueprint("credentials", __name__, url_prefix="/credentials")
register_import(bp, "/import", operations.CREDENTIALS, Permission.CREDENTIAL_ISSUE)

SHOWN_STATUSES = tuple(status for status in CredentialStatus if status is not CredentialStatus.NOT_ISSUED)
TONES = {
    CredentialStatus.VALID: "good",
    CredentialStatus.SUSPENDED: "warn",
    CredentialStatus.EXPIRED: "warn",
    CredentialStatus.CANCELLED: "bad",
    CredentialStatus.REVOKED: "bad",
    CredentialStatus.VOID: "bad",
}
SOURCE_NAMES: dict[CredentialSource, Text] = {
    CredentialSource.EXAM: _("考试合格核发"),
    CredentialSource.TAKEN_OVER: _("承接已有证件"),
    CredentialSource.RENEWED: _("到期换发"),
    CredentialSource.REISSUED: _("遗失补办"),
    CredentialSource.EXCHANGED: _("变更换发"),
}
SHOWN_FIRST = 50


@bp.get("/")
@requires(Permission.CREDENTIAL_READ)
def index() -> str:
    status = request.args.get("status", "")
    wanted = CredentialFilter(
        text=request.args.get("text", "").strip(),
        organisation_id=request.args.get("organisation", type=UUID),
        officer_id=request.args.get("officer", type=UUID),
        status=CredentialStatus(status) if status in list(SHOWN_STATUSES) else None,
    )
    today, scope = clock.today(), current_user.scope
    with reading() as session:
        counts = queries.status_counts(session, scope, today)
        return render_template(
            "certificates/credentials.html",
            page=queries.credentials(session, scope, wanted, today, request.args.get("page", 1, type=int)),
            counts=counts,
            total=sum(counts.values()),
            units=organisations(session, scope),
            wanted=wanted,
            statuses={one: STATUS_NAMES[one] for one in SHOWN_STATUSES},
            names=STATUS_NAMES,
            tones=TONES,
        )


@bp.get("/<uuid:credential_id>")
@requires(Permission.CREDENTIAL_READ)
def show(credential_id: UUID) -> str:
    with reading() as session:
        credential = queries.credential(session, credential_id, current_user.scope)
        may_see_cases = current_user.may(Permission.CLEANUP_READ)
        return render_template(
            "certificates/credential.html",
            credential=credential,
            status=queries.credential_status(credential, clock.today()),
            names=STATUS_NAMES,
            tones=TONES,
            source=SOURCE_NAMES[CredentialSource(credential.source)],
            layouts=_layouts(session, credential),
            cases=cases_of_credential(session, credential.id) if may_see_cases else [],
            case_words=CASE.words,
            grounds=GROUNDS,
            history=audit_of(session, credential.id) if may_see_cases else [],
            open_rounds=open_rounds(session) if current_user.may(Permission.CLEANUP_DECIDE) else [],
        )


@bp.get("/<uuid:credential_id>/<layout>.pdf")
@requires(Permission.CREDENTIAL_READ)
def document(credential_id: UUID, layout: str) -> Response:
    with reading() as session:
        credential = queries.credential(session, credential_id, current_user.scope)
    return _document(credential, layout)


@bp.get("/mine")
@requires(Permission.CREDENTIAL_OWN)
def mine() -> str:
    with reading() as session:
        return render_template(
            "certificates/mine.html",
            rows=queries.credentials_of(session, current_user.officer_id, clock.today()),
            names=STATUS_NAMES,
            tones=TONES,
            layouts=LAYOUT_NAMES,
            has_badges=current_authority() is not None,
        )


@bp.get("/mine/<uuid:credential_id>/<layout>.pdf")
@requires(Permission.CREDENTIAL_OWN)
def own_document(credential_id: UUID, layout: str) -> Response:
    with reading() as session:
        credential = queries.own_credential(session, credential_id, current_user.officer_id)
    refuse_if(reasons_against_drawing(credential))
    return _document(credential, layout)


@bp.get("/issue")
@requires(Permission.CREDENTIAL_ISSUE)
def lists() -> str:
    with reading() as session:
        return render_template("certificates/lists.html", rows=list_rows(session))


@bp.get("/issue/<uuid:pass_list_id>")
@requires(Permission.CREDENTIAL_ISSUE)
def issue(pass_list_id: UUID) -> str:
    with reading() as session:
        pass_list = published_list(session, pass_list_id)
        left = passed_without_credential(session, pass_list, clock.today())
        pictured = holders_of_photos(session)
        return render_template(
            "certificates/issue.html",
            pass_list=pass_list,
            issued=issued_count(session, pass_list.id),
            ready=[one for one in left if not one.reasons],
            without_photo=sum(not one.reasons and one.officer_id not in pictured for one in left),
            held=[one for one in left if one.reasons],
            reasons=[one.text for one in reasons_against_list(list_facts(session, pass_list), clock.today())],
            withdrawn=withdrawn_with_credential(session, pass_list),
            shown=SHOWN_FIRST,
            form=ConfirmForm(formdata=None),
        )


@bp.post("/issue/<uuid:pass_list_id>")
@requires(Permission.CREDENTIAL_ISSUE)
def issue_all(pass_list_id: UUID) -> Response:
    with transaction() as session:
        pass_list = published_list(session, pass_list_id)
        public_url = current_app.config["PUBLIC_URL"]
        count = operations.issue_for_pass_list(session, pass_list, public_url, current_user.actor)
    flash(_("已核发 %(count)s 本证件，正在后台生成电子证书。", count=count), "success")
    return redirect(url_for("bulk.show", pass_list_id=pass_list_id))


def _layouts(session: Session, credential: Credential) -> list[tuple[Layout, Text]]:
    """Return the documents that can be opened: those that are stored, and those that may be drawn."""
    if not reasons_against_drawing(credential):
        return list(LAYOUT_NAMES.items())
    stored = ((layout, stored_document(session, credential.id, layout)) for layout in Layout)
    return [(layout, LAYOUT_NAMES[layout]) for layout, found in stored if found]


def _document(credential: Credential, layout: str) -> Response:
    """Answer with the stored document, drawn now where its turn has not come; drawing holds no lock."""
    if layout not in list(Layout):
        raise NotFoundError
    wanted = Layout(layout)
    with reading() as session:
        stored = stored_document(session, credential.id, wanted)
        if stored is not None:
            return _pdf(credential, wanted, stored.content)
        photo = photo_of(session, credential.officer_id)
    drawn = draw(credential, wanted, current_app.config["PUBLIC_URL"], photo)
    with transaction() as session:
        keep_documents(session, [drawn])
        stored = stored_document(session, credential.id, wanted)
        return _pdf(credential, wanted, stored.content if stored else drawn.content)


def _pdf(credential: Credential, layout: Layout, content: bytes) -> Response:
    return as_file(content, "application/pdf", f"{credential.cert_no}-{layout}.pdf", "inline")

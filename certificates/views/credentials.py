"""Pages of credentials for the office and for holders: the list, one credential, its documents, issuing."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certificates.acts import ACT_NAMES, ActKind, ground_text
from certificates.allowed import OFFERED, CardFacts, reasons_against
from certificates.coming import Coming, coming
from certificates.forms import ConfirmForm
from certificates.grounds import GROUNDS
from certificates.issuing import reasons_against_list
from certificates.layouts import LAYOUT_NAMES, Layout
from certificates.models import Credential
from certificates.operations import credentials as operations
from certificates.operations.documents import (
    draw,
    keep_documents,
    reasons_against_drawing,
    reasons_against_handing_out,
)
from certificates.operations.signers import current_authority
from certificates.queries import credentials as queries, life
from certificates.queries.clean_up import cases_of_credential, open_rounds
from certificates.queries.credentials import CredentialFilter
from certificates.queries.documents import draw_job, drawing, stored_document
from certificates.queries.issuing import (
    issued_count,
    list_facts,
    list_rows,
    passed_without_credential,
    withdrawn_with_credential,
)
from certificates.review import OUTCOME_NAMES, QUESTION_NAMES
from certificates.states import CASE, QUALIFICATION, STATUS_NAMES, CredentialSource, CredentialStatus
from core import clock
from core.access import requires
from core.db import reading, transaction
from core.downloads import as_file
from core.errors import NotFoundError, Reason, refuse_if
from core.import_flow import register_import
from core.models import JobState
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
ENDINGS: dict[CredentialStatus, Text] = {
    CredentialStatus.CANCELLED: _("该证件已注销，不得凭此证从事行政执法活动。如有异议，请向所在单位提出。"),
    CredentialStatus.REVOKED: _("该证件已吊销，不得凭此证从事行政执法活动。如有异议，请向所在单位提出。"),
    CredentialStatus.VOID: _("该证件已声明遗失作废，找回也不能再用。"),
}
SHOWN_FIRST = 50
WITH_NEW_CARD = frozenset({ActKind.REVIEW, ActKind.RENEW, ActKind.EXCHANGE, ActKind.REISSUE})


@dataclass(frozen=True)
class Offer:
    """One act offered on a credential: where it is done, and why it cannot be now."""

    kind: ActKind
    address: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class OwnRow:
    """One credential of the reader's own, with what is to come."""

    credential: Credential
    status: CredentialStatus
    coming: list[Coming]


@bp.get("/")
@requires(Permission.CREDENTIAL_READ)
def index() -> str:
    status = request.args.get("status", "")
    wanted = CredentialFilter(
        text=request.args.get("text", "").strip(),
        organisation_id=request.args.get("organisation", type=UUID),
        officer_id=request.args.get("officer", type=UUID),
        status=CredentialStatus(status) if status in list(SHOWN_STATUSES) else None,
        renewable_on=clock.today() if request.args.get("due") == "renewal" else None,
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
            waiting=life.waiting_count(session),
            renewable=queries.renewable_count(session, scope, today),
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
            open_rounds=open_rounds(session) if current_user.may(Permission.CLEANUP_DECIDE) else [],
            **_life_of(session, credential),
        )


def _life_of(session: Session, credential: Credential) -> dict[str, Any]:
    facts = life.card_facts(session, credential, clock.today())
    return {
        "acts": life.acts_of(session, credential.id),
        "act_names": ACT_NAMES,
        "ground_text": ground_text,
        "may_see_grounds": current_user.may(Permission.CREDENTIAL_DECIDE),
        "offered": _offered(credential, facts),
        "reviews": life.reviews_of(session, credential.id),
        "outcomes": OUTCOME_NAMES,
        "questions": QUESTION_NAMES,
        "qualification": QUALIFICATION.words[facts.qualification],
        "before": life.in_place_of(session, credential),
        "next": life.replaced_by(session, credential),
        "proposal": life.open_proposal(session, credential.id) if _may_decide() else None,
    }


def _offered(credential: Credential, facts: CardFacts) -> list[Offer]:
    """Return the acts that the reader may do in principle, each with what stands against it now."""
    return [
        Offer(kind, _address_of(kind, credential.id), tuple(reasons_against(kind, facts, clock.today())))
        for kind in OFFERED
        if current_user.may(Permission.CREDENTIAL_ISSUE if kind in WITH_NEW_CARD else Permission.CREDENTIAL_DECIDE)
    ]


def _address_of(kind: ActKind, credential_id: UUID) -> str:
    if kind is ActKind.REVIEW:
        return url_for("life.review", credential_id=credential_id)
    endpoint = "life.card" if kind in WITH_NEW_CARD else "life.act"
    return url_for(endpoint, credential_id=credential_id, kind=kind)


def _may_decide() -> bool:
    return bool(current_user.may(Permission.CREDENTIAL_DECIDE))


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
            rows=_own_rows(session),
            names=STATUS_NAMES,
            tones=TONES,
            layouts=LAYOUT_NAMES,
            has_badges=current_authority() is not None,
            endings=ENDINGS,
        )


def _own_rows(session: Session) -> list[OwnRow]:
    today = clock.today()
    return [
        OwnRow(row.credential, row.status, coming(life.card_facts(session, row.credential, today), today))
        for row in queries.credentials_of(session, current_user.officer_id, today)
    ]


@bp.get("/mine/<uuid:credential_id>/<layout>.pdf")
@requires(Permission.CREDENTIAL_OWN)
def own_document(credential_id: UUID, layout: str) -> Response:
    with reading() as session:
        credential = queries.own_credential(session, credential_id, current_user.officer_id)
    refuse_if(reasons_against_handing_out(credential, clock.today()))
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
        return render_template(
            "certificates/issue.html",
            pass_list=pass_list,
            issued=issued_count(session, pass_list.id),
            ready=[one for one in left if not one.reasons],
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
    return redirect(url_for(".progress", pass_list_id=pass_list_id))


@bp.get("/progress/<uuid:pass_list_id>")
@requires(Permission.CREDENTIAL_ISSUE)
def progress(pass_list_id: UUID) -> str:
    with reading() as session:
        pass_list = published_list(session, pass_list_id)
        job, done = draw_job(session, pass_list.id), drawing(session, pass_list.id)
        is_working = job is not None and job.state in {JobState.QUEUED, JobState.RUNNING}
        return render_template(
            "certificates/progress.html",
            pass_list=pass_list,
            drawing=done,
            issued=issued_count(session, pass_list.id),
            is_working=is_working,
            form=ConfirmForm(formdata=None),
        )


@bp.post("/progress/<uuid:pass_list_id>")
@requires(Permission.CREDENTIAL_ISSUE)
def draw_again(pass_list_id: UUID) -> Response:
    with transaction() as session:
        pass_list = published_list(session, pass_list_id)
        operations.draw_missing(session, pass_list, current_app.config["PUBLIC_URL"], current_user.actor)
    flash(_("已重新排队，正在后台生成电子证书。"), "success")
    return redirect(url_for(".progress", pass_list_id=pass_list_id))


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
    drawn = draw(credential, wanted, current_app.config["PUBLIC_URL"])
    with transaction() as session:
        keep_documents(session, [drawn])
        stored = stored_document(session, credential.id, wanted)
        return _pdf(credential, wanted, stored.content if stored else drawn.content)


def _pdf(credential: Credential, layout: Layout, content: bytes) -> Response:
    return as_file(content, "application/pdf", f"{credential.cert_no}-{layout}.pdf", "inline")

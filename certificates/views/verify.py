"""The public page that answers whether a document is genuine, and the keys that anybody may check it with."""

from flask import Blueprint, current_app, jsonify, make_response, render_template, request
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import Length

from certificates.operations.checking import MOST_BYTES, checked_code, checked_in_register, facts_of
from certificates.operations.signers import Authority, current_authority
from certificates.signing.badges import issuer_document
from certificates.signing.codes import LONGEST
from certificates.signing.findings import OUTCOME_NAMES, Finding
from certificates.signing.issuing import fingerprint
from certificates.signing.keys import PublishedKey
from certificates.states import STATUS_NAMES
from core.access import requires
from core.db import one_moment
from core.downloads import as_file
from core.errors import DomainError, NotFoundError
from core.forms import Form
from core.texts import lazy_gettext as _
from people.permissions import Permission

bp = Blueprint("verify", __name__)


class DocumentForm(Form):
    """A document to be checked; it is not kept."""

    file = FileField(_("电子证书（PDF）"))


class CodeForm(Form):
    """The text that was read from the second QR code of a certificate."""

    code = TextAreaField(_("二维码文字"), [Length(max=LONGEST)])


@bp.get("/verify")
@requires(Permission.LOOKUP_ASK)
def start() -> Response:
    return _page()


@bp.post("/verify")
@requires(Permission.LOOKUP_ASK)
def document() -> Response:
    form, upload = DocumentForm(), request.files.get("file")
    if not form.validate_on_submit() or not upload or not upload.filename:
        form.form_errors.append(str(_("请选择一个 PDF 文件。")))
        return _page(document_form=form)
    try:
        return _page(_checked(upload.stream.read(MOST_BYTES + 1)), name=upload.filename)
    except DomainError as error:
        form.refuse(error)
        return _page(document_form=form)


@bp.post("/verify/code")
@requires(Permission.LOOKUP_ASK)
def code() -> Response:
    form = CodeForm()
    if not form.validate_on_submit() or not form.code.data:
        form.form_errors.append(str(_("请粘贴扫码得到的文字。")))
        return _page(code_form=form)
    with one_moment() as session:
        finding = checked_code(session, form.code.data, _keys(), current_app.config["PUBLIC_URL"])
    return _page(finding, code_form=form)


@bp.get("/.well-known/chizheng-keys.json")
@requires(Permission.PUBLIC_READ)
def keys() -> Response:
    return jsonify(_standing().published)


@bp.get("/.well-known/chizheng-root.pem")
@requires(Permission.PUBLIC_READ)
def root() -> Response:
    return as_file(_standing().root_pem, "application/x-pem-file", "chizheng-root.pem")


@bp.get("/.well-known/did.json")
@requires(Permission.PUBLIC_READ)
def issuer() -> Response:
    body = issuer_document(current_app.config["PUBLIC_URL"], _standing().keys)
    response = jsonify(body)
    response.mimetype = "application/did+ld+json"
    return response


def _checked(content: bytes) -> Finding:
    authority = current_authority()
    facts = facts_of(content, [authority.root] if authority else [])
    with one_moment() as session:
        return checked_in_register(session, content, facts, _keys(), current_app.config["PUBLIC_URL"])


def _keys() -> tuple[PublishedKey, ...]:
    authority = current_authority()
    return authority.keys if authority else ()


def _standing() -> Authority:
    authority = current_authority()
    if authority is None:
        raise NotFoundError(_("本平台尚未建立证书机构，没有公布的公钥。"))
    return authority


def _page(
    finding: Finding | None = None,
    name: str = "",
    document_form: DocumentForm | None = None,
    code_form: CodeForm | None = None,
) -> Response:
    authority = current_authority()
    page = render_template(
        "certificates/verify.html",
        finding=finding,
        name=name,
        outcomes=OUTCOME_NAMES,
        statuses=STATUS_NAMES,
        authority=authority,
        fingerprint=fingerprint(authority.root) if authority else "",
        document_form=document_form or DocumentForm(formdata=None),
        code_form=code_form or CodeForm(formdata=None),
        limit=MOST_BYTES // 1024 // 1024,
    )
    response = make_response(page)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response

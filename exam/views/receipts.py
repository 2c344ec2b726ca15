"""The public page that checks a receipt: signed by us or not, and whether the log still gives its digest."""

from flask import Blueprint, render_template, request

from core.access import requires
from core.db import reading
from core.errors import InvalidError
from core.signing import public_key, public_key_pem
from core.texts import Text, lazy_gettext as _
from exam.forms.sittings import ReceiptForm
from exam.queries.receipts import CheckedReceipt, checked
from exam.receipts import MOST_CHARACTERS, Verdict, receipt_in
from people.permissions import Permission

bp = Blueprint("receipts", __name__)
VERDICT_NAMES: dict[Verdict, Text] = {
    Verdict.HOLDS: _("回执真实，作答记录与回执一致"),
    Verdict.LOG_DIFFERS: _("回执真实，但现存作答记录与回执不一致"),
    Verdict.NOT_OURS: _("不是本平台签发的回执"),
    Verdict.UNKNOWN: _("签名真实，但查不到对应的答卷，不能判断"),
}
VERDICT_TEXTS: dict[Verdict, Text] = {
    Verdict.HOLDS: _("签名由本平台作出；交卷时记下的每一条作答都还在，没有被改动。"),
    Verdict.LOG_DIFFERS: _("签名由本平台作出，但作答记录与交卷时不同。请保存好回执，立即联系市级管理员。"),
    Verdict.NOT_OURS: _("签名与内容不符：内容可能被改动过，或者不是由本平台签发。请用交卷时下载的原文件再试。"),
    Verdict.UNKNOWN: _("登记中没有这份答卷。请联系市级管理员核实。"),
}


@bp.route("/receipts", methods=["GET", "POST"])
@requires(Permission.PUBLIC_READ)
def check() -> str:
    form, answer = ReceiptForm(), None
    if form.validate_on_submit():
        try:
            with reading() as session:
                answer = checked(session, receipt_in(_content(form)))
        except InvalidError as error:
            form.refuse(error)
    return _page(form, answer)


def _content(form: ReceiptForm) -> str:
    """Return what was handed in: the file where there is one, else what was pasted."""
    upload = request.files.get("file")
    if upload and upload.filename:
        content: str = upload.read(MOST_CHARACTERS * 4).decode("utf-8-sig", errors="replace")
        return content
    return form.receipt.data or ""


def _page(form: ReceiptForm, answer: CheckedReceipt | None) -> str:
    return render_template(
        "exam/receipts.html",
        form=form,
        answer=answer,
        names=VERDICT_NAMES,
        texts=VERDICT_TEXTS,
        key=public_key(),
        pem=public_key_pem(),
    )

"""What a person sees when something is refused or goes wrong; the one place that knows HTTP numbers."""

import secrets
from collections.abc import Sequence

import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from core.errors import DomainError, ForbiddenError, InvalidError, NotFoundError, RefusedError
from core.texts import Text, lazy_gettext as _

STATUSES: dict[type[DomainError], int] = {
    NotFoundError: 404,
    ForbiddenError: 403,
    InvalidError: 400,
    RefusedError: 409,
}
TITLES: dict[int, Text] = {
    400: _("提交的内容有误"),
    403: _("没有权限"),
    404: _("没有找到"),
    405: _("不能这样访问"),
    409: _("现在不能办理"),
    413: _("文件太大"),
    500: _("系统出错"),
}
SENTENCES: dict[int, Text] = {
    404: _("没有找到您要的内容，请核对网址或返回上一页。"),
    405: _("请从页面上的链接或按钮进入。"),
    413: _("上传的文件超过 10 MB，请拆分后再上传。"),
}
log = structlog.get_logger()


def answer_errors(app: Flask) -> None:
    """Register the answers to every kind of error."""
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(CSRFError, _stale_page)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _domain(error: DomainError) -> Response:
    sentences = [reason.text for reason in error.reasons] if isinstance(error, RefusedError) else [error.message]
    return _answer(STATUSES[type(error)], sentences)


def _stale_page(_error: CSRFError) -> Response:
    return _answer(400, [_("页面停留时间过长，请返回上一页，刷新后重新提交。")])


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    if code < 400:
        return error.get_response()  # type: ignore[return-value]
    return _answer(code, [SENTENCES.get(code, _("请求没有被接受，请返回上一页再试。"))])


def _unexpected(error: Exception) -> Response:
    reference = secrets.token_hex(4)
    log.exception("unexpected error", reference=reference, path=request.path, exc_info=error)
    text = _(
        "系统没有完成这次操作，您的数据没有改动。请稍后再试；如仍不行，请报告编号 %(reference)s。",
        reference=reference,
    )
    return _answer(500, [text])


def _answer(status: int, sentences: Sequence[Text]) -> Response:
    if request.path.startswith("/api/"):
        return make_response(jsonify(error=" ".join(map(str, sentences))), status)
    title = TITLES.get(status, TITLES[400])
    return make_response(render_template("app/error.html", title=title, sentences=sentences), status)

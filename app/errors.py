"""What a person sees when something is refused or goes wrong; the one place that knows HTTP numbers."""

import secrets
from collections.abc import Sequence

import structlog
from flask import Flask, Response, current_app, jsonify, make_response, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError as NoConnectionError
from werkzeug.exceptions import HTTPException

from app.languages import is_english
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
    503: _("暂时无法读写数据"),
}
SENTENCES: dict[int, Text] = {
    404: _("没有找到您要的内容，请核对网址或返回上一页。"),
    405: _("请从页面上的链接或按钮进入。"),
    413: _("上传的文件超过 10 MB，请拆分后再上传。"),
}
UNREACHABLE = (OperationalError, InterfaceError, NoConnectionError)
RETRY_SECONDS = 5
log = structlog.get_logger()


def answer_errors(app: Flask) -> None:
    """Register the answers to every kind of error."""
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(CSRFError, _stale_page)
    app.register_error_handler(HTTPException, _http)
    for kind in UNREACHABLE:
        app.register_error_handler(kind, _unreachable)
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


def _unreachable(error: Exception) -> Response:
    """Say that the database is away, full or standing still; nothing here may ask it for anything.

    The page of the exam room keeps what is not acknowledged and sends it again by itself.
    """
    log.error("database unreachable", path=request.path, cause=type(error).__name__, exc_info=error)
    text = _("数据库暂时没有响应，这次操作没有保存。请不要关闭填写中的页面，稍候再试。")
    if request.path.startswith("/api/"):
        answer = make_response(jsonify(error=str(text)), 503)
    else:
        again = request.full_path.rstrip("?") if request.method == "GET" else url_for("site.front")
        page = current_app.jinja_env.get_template("app/unreachable.html")
        shown = {"title": TITLES[503], "sentence": text, "again": again, "is_english": is_english()}
        answer = make_response(page.render(shown), 503)
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _answer(status: int, sentences: Sequence[Text]) -> Response:
    if request.path.startswith("/api/"):
        return make_response(jsonify(error=" ".join(map(str, sentences))), status)
    title = TITLES.get(status, TITLES[400])
    try:
        return make_response(render_template("app/error.html", title=title, sentences=sentences), status)
    except UNREACHABLE as error:
        return _unreachable(error)

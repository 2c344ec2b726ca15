"""The door: who is asking, and may they. Every request passes here before any view runs."""

import structlog
from flask import Flask, current_app, redirect, request, url_for
from flask_login import LoginManager, current_user
from werkzeug.wrappers import Response

from core.access import is_by_token, permission_of
from core.db import reading
from core.errors import ForbiddenError
from people.identity import PUBLIC, Identity
from people.queries import identity_by_cookie

FREE_ENDPOINTS = frozenset({"static", "bootstrap.static"})
PASSWORD_ENDPOINTS = frozenset({"account.password", "account.sign_out", "site.language", "static"})
log = structlog.get_logger()


def keep_the_door(app: Flask) -> None:
    """Load who is signed in and check the permission that each route names."""
    manager = LoginManager(app)
    manager.anonymous_user = lambda: PUBLIC
    manager.user_loader(_load)
    app.before_request(_check)


def _load(cookie: str) -> Identity | None:
    with reading() as session:
        return identity_by_cookie(session, cookie)


def _check() -> Response | None:
    endpoint = request.endpoint
    if endpoint is None or endpoint in FREE_ENDPOINTS:
        return None
    view = current_app.view_functions[endpoint]
    permission = permission_of(view)
    if permission is None:
        raise RuntimeError(f"the route {endpoint} names no permission")
    if is_by_token(view):
        return None
    if not current_user.may(permission):
        return _turn_away(permission)
    if current_user.must_change_password and endpoint not in PASSWORD_ENDPOINTS:
        return redirect(url_for("account.password"))
    return None


def _turn_away(permission: str) -> Response:
    if current_user.is_authenticated or request.path.startswith("/api/"):
        log.warning("forbidden", permission=permission, account=str(current_user.account_id))
        raise ForbiddenError
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("account.sign_in", next=target))

"""A credential as a verifiable one, for its holder and for whoever read its QR code; and the status lists."""

from uuid import UUID

from flask import Blueprint, current_app, make_response
from flask_login import current_user
from werkzeug.wrappers import Response

from certificates.models import Credential
from certificates.operations.badges import issue_badge
from certificates.operations.signers import current_signer
from certificates.queries.credentials import own_credential
from certificates.queries.registered import credential_of_token
from certificates.queries.status_lists import status_list
from certificates.signing.badges import FRESH, MEDIA_TYPE, PURPOSES, status_token
from core import clock
from core.access import requires
from core.db import reading, transaction
from core.downloads import as_file
from core.errors import NotFoundError
from people.permissions import Permission

bp = Blueprint("badges", __name__)
MOST_LISTS = 100_000


@bp.get("/credentials/mine/<uuid:credential_id>/badge.jwt")
@requires(Permission.CREDENTIAL_OWN)
def own(credential_id: UUID) -> Response:
    with transaction() as session:
        credential = own_credential(session, credential_id, current_user.officer_id)
        return _file(credential, issue_badge(session, credential, _address(), current_signer()))


@bp.get("/v/<token>/badge.jwt")
@requires(Permission.LOOKUP_ASK)
def by_token(token: str) -> Response:
    with transaction() as session:
        credential = credential_of_token(session, token)
        if credential is None:
            raise NotFoundError
        return _file(credential, issue_badge(session, credential, _address(), current_signer()))


@bp.get("/status/<purpose>/<int:number>")
@requires(Permission.PUBLIC_READ)
def status(purpose: str, number: int) -> Response:
    signer = current_signer()
    if signer is None or purpose not in PURPOSES or number > MOST_LISTS:
        raise NotFoundError
    with reading() as session:
        found = status_list(session, purpose, number, clock.today())
    if found is None:
        raise NotFoundError
    response = make_response(status_token(found, _address(), signer, clock.now()))
    response.mimetype = MEDIA_TYPE
    response.headers["Cache-Control"] = f"public, max-age={int(FRESH.total_seconds())}"
    return response


def _file(credential: Credential, token: str) -> Response:
    response = as_file(token, MEDIA_TYPE, f"{credential.cert_no}.jwt")
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _address() -> str:
    return str(current_app.config["PUBLIC_URL"])

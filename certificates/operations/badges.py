"""The verb that issues a credential as a verifiable one: it is given a place in the status lists, for good."""

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from certificates.models import Credential, StatusPlace
from certificates.operations.documents import reasons_against_drawing
from certificates.signing.badges import Term, badge
from certificates.signing.keys import Signer
from core.clock import at_city_time, end_of
from core.db import is_postgresql
from core.errors import Reason, RefusedError, refuse_if
from core.texts import lazy_gettext as _


def issue_badge(session: Session, credential: Credential, public_url: str, signer: Signer | None) -> str:
    """Return a valid credential as a signed token that names its place; asked again, it names the same."""
    if signer is None:
        text = _("本平台尚未建立证书机构，暂不能签发可验证凭证。")
        raise RefusedError([Reason("no_authority", text)])
    refuse_if(reasons_against_drawing(credential))
    term = Term(at_city_time(credential.valid_from, 0), end_of(credential.valid_until))
    return badge(credential, term, signer, place=_place_of(session, credential), public_url=public_url)


def _place_of(session: Session, credential: Credential) -> int:
    dialect = postgresql if is_postgresql(session) else sqlite
    values = {"credential_id": credential.id}
    session.execute(dialect.insert(StatusPlace).values(values).on_conflict_do_nothing())
    mine = select(StatusPlace.number).where(StatusPlace.credential_id == credential.id)
    return session.scalars(mine).one()

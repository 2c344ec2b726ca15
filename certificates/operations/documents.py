"""Verbs on the documents of a credential: drawn once, stored with their digest, never redrawn.

Drawing takes no session, so that it can happen outside a transaction. Two workers may draw the same
document; the table keeps the first and nobody sees the second.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from certificates.documents.drawing import draw as draw_face
from certificates.documents.faces import CredentialFace
from certificates.layouts import Layout, lookup_url
from certificates.models import Credential, CredentialDocument
from certificates.queries.documents import stored_document
from certificates.statements import DOCUMENT
from certificates.states import CredentialState
from core import clock
from core.db import is_postgresql, new_key
from core.errors import Reason, refuse_if
from core.operations import append_all_to_log
from core.public_log import Published
from core.texts import lazy_gettext as _


@dataclass(frozen=True)
class Drawn:
    """The bytes of one document that is not stored yet."""

    credential_id: UUID
    layout: Layout
    content: bytes

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the bytes, as 64 hex digits."""
        return hashlib.sha256(self.content).hexdigest()


def document_of(session: Session, credential: Credential, layout: Layout, public_url: str) -> CredentialDocument:
    """Return the stored document, or draw and store it."""
    stored = stored_document(session, credential.id, layout)
    if stored is not None:
        return stored
    keep_documents(session, [draw(credential, layout, public_url)])
    stored = stored_document(session, credential.id, layout)
    assert stored is not None  # noqa: S101 - kept by the line above, or by whoever came first
    return stored


def draw(credential: Credential, layout: Layout, public_url: str) -> Drawn:
    """Draw one document of an issued credential; nothing is stored."""
    refuse_if(reasons_against_drawing(credential))
    return Drawn(credential.id, layout, draw_face(layout, face_of(credential, public_url)))


def keep_documents(session: Session, drawn: Sequence[Drawn]) -> None:
    """Store what was drawn and log it; a document that somebody else stored meanwhile stays as it is."""
    dialect = postgresql if is_postgresql(session) else sqlite
    rows = [
        {
            "id": new_key(),
            "credential_id": one.credential_id,
            "layout": one.layout,
            "content": one.content,
            "digest": one.digest,
            "drawn_at": clock.now(),
        }
        for one in drawn
    ]
    if not rows:
        return
    keep = dialect.insert(CredentialDocument).values(rows).on_conflict_do_nothing()
    stored = session.execute(keep.returning(CredentialDocument.credential_id, CredentialDocument.digest))
    append_all_to_log(session, [Published(DOCUMENT, *row) for row in stored])


def reasons_against_drawing(credential: Credential) -> list[Reason]:
    """Return why no document is drawn of a credential."""
    if credential.state == CredentialState.ACTIVE:
        return []
    return [Reason("not_issued", _("只有已核发且未注销的证件才能生成电子证书。"))]


def face_of(credential: Credential, public_url: str) -> CredentialFace:
    """Return what is printed on a credential."""
    return CredentialFace(
        profile=credential.profile,
        cert_no=credential.cert_no,
        holder_name=credential.holder_name,
        unit_name=credential.unit_name,
        category=credential.category,
        area=credential.area,
        valid_from=credential.valid_from,
        valid_until=credential.valid_until,
        issuer_name=credential.issuer_name,
        lookup_url=lookup_url(public_url, credential.lookup_token),
        is_sample=credential.is_sample,
    )

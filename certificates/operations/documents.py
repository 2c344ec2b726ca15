"""Verbs on the documents of a credential: drawn once, stored with their digest, never redrawn.

Drawing takes no session, so that it can happen outside a transaction. Two workers may draw the same
document; the table keeps the first and nobody sees the second.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from certificates.documents.drawing import draw as draw_face
from certificates.documents.faces import CredentialFace
from certificates.layouts import Layout, lookup_url
from certificates.models import Credential, CredentialDocument
from certificates.operations.signers import current_signer
from certificates.queries.documents import stored_document
from certificates.queries.photos import photo_of
from certificates.signing.codes import qr_payload
from certificates.signing.pdf import signed
from certificates.statements import DOCUMENT
from certificates.states import STANDING
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
    photo = photo_of(session, credential.officer_id)
    keep_documents(session, [draw(credential, layout, public_url, photo)])
    stored = stored_document(session, credential.id, layout)
    assert stored is not None  # noqa: S101 - kept by the line above, or by whoever came first
    return stored


def draw(credential: Credential, layout: Layout, public_url: str, photo: bytes | None = None) -> Drawn:
    """Draw one document of an issued credential and sign it where the city has an authority; nothing is stored."""
    refuse_if(reasons_against_drawing(credential))
    return Drawn(credential.id, layout, finished(layout, face_of(credential, public_url, photo), clock.now()))


def finished(layout: Layout, face: CredentialFace, at: datetime) -> bytes:
    """Return one document as it is handed out, drawn and signed; the process that draws a list calls it too."""
    signer = current_signer()
    if signer is None:
        return draw_face(layout, face)
    return signed(draw_face(layout, replace(face, signed_payload=qr_payload(face, signer))), signer, at)


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
    if credential.state in STANDING:
        return []
    return [Reason("not_issued", _("只有已核发且未注销、吊销、作废的证件才能生成电子证书。"))]


def face_of(credential: Credential, public_url: str, photo: bytes | None = None) -> CredentialFace:
    """Return what is printed on a credential; the code that is checked offline comes with the signature."""
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
        photo=photo,
    )

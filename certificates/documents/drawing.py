"""The one door of drawing: a layout and a face in, the bytes of a PDF/A-3a out.

The same face gives the same bytes in every process. The file holds its own data as
JSON and an empty signature field; whatever comes later is appended, never drawn anew.
"""

from collections.abc import Callable

from certificates.documents.card import draw_card
from certificates.documents.certificate import draw_certificate
from certificates.documents.faces import CredentialFace
from certificates.layouts import Layout

_DRAWERS: dict[Layout, Callable[[CredentialFace], bytes]] = {
    Layout.CERTIFICATE: draw_certificate,
    Layout.CARD: draw_card,
}


def draw(layout: Layout, face: CredentialFace) -> bytes:
    """Return one printed form; refuse it when a character cannot be printed."""
    return _DRAWERS[layout](face)

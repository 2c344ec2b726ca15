"""The two printed forms of a credential, and the address that stands in their QR code."""

from enum import StrEnum
from urllib.parse import urlsplit

from core.texts import Text, lazy_gettext as _


class Layout(StrEnum):
    """One printed form."""

    CERTIFICATE = "certificate"
    CARD = "card"


LAYOUT_NAMES: dict[Layout, Text] = {
    Layout.CERTIFICATE: _("资格证书（A4）"),
    Layout.CARD: _("证件卡（正反面）"),
}


def lookup_url(public_url: str, token: str) -> str:
    """Return the address that answers for one credential, in capitals where nothing is lost by it.

    Scheme and host mean the same in capitals, and a QR code in capitals is a third smaller; a path before
    it, on a server that is shared, would become another path.
    """
    address = f"{public_url.rstrip('/')}/V/{token}"
    return address if urlsplit(public_url).path.strip("/") else address.upper()

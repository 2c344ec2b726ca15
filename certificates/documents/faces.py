"""What is printed on a credential, whichever form it takes.

A text with a character that no embedded typeface holds is refused, because it would be printed as a
blank: a credential with a hole in its holder's name.
"""

from dataclasses import dataclass
from datetime import date

from core.errors import InvalidError
from core.fonts import missing_characters
from core.texts import lazy_gettext as _


@dataclass(frozen=True)
class CredentialFace:
    """Everything the paper says; ``photo`` is a JPEG or PNG file as it was handed in.

    ``signed_payload`` is what the second QR code of the A4 holds, so that it can be checked without a
    network; it is made elsewhere and drawn as it is.
    """

    profile: str
    cert_no: str
    holder_name: str
    unit_name: str
    category: str
    area: str
    valid_from: date
    valid_until: date
    issuer_name: str
    lookup_url: str
    is_sample: bool
    photo: bytes | None = None
    signed_payload: str | None = None


def unprintable(face: CredentialFace) -> tuple[str, ...]:
    """Return the characters no embedded typeface holds, each once, over all texts of the credential."""
    texts = (face.cert_no, face.holder_name, face.unit_name, face.category, face.area, face.issuer_name)
    return missing_characters("".join((*texts, face.lookup_url)))


def refuse_unprintable(face: CredentialFace) -> None:
    """Raise when a character would be printed as a blank, and name each of them."""
    if missing := unprintable(face):
        named = "、".join(f"“{char}”（U+{ord(char):04X}）" for char in missing)
        message = _(
            "字库中没有%(characters)s，证件暂时无法印制。请核对用字；确认无误的，请联系系统管理员。",
            characters=named,
        )
        raise InvalidError(message)


def chinese_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def issued_on(face: CredentialFace) -> str:
    return chinese_date(face.valid_from)


def validity(face: CredentialFace) -> str:
    return f"{chinese_date(face.valid_from)} 至 {chinese_date(face.valid_until)}"

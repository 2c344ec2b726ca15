"""The signed QR code of a credential: what its face says and where it is looked up, to be checked offline.

It proves that the credential was issued and has not run out; whether it was suspended or cancelled since,
only the lookup knows, and so the lookup's address is part of what is signed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from certificates.signing.base45 import decoded, encoded
from certificates.signing.findings import FIELD_NAMES, Field, Finding, Outcome, Signature, is_at
from certificates.signing.issuing import common_name_of
from certificates.signing.keys import COORDINATE_BYTES, PublishedKey, Signer, signer_id
from core.texts import Text, lazy_gettext as _

# The letters say what follows and which version of it; they are signed along, so that no signature made for
# anything else can be taken for one of a code.
START = "ZF1:"
LONGEST = 2_000
SEPARATOR = "\n"
_SIGNATURE_BYTES = 2 * COORDINATE_BYTES


class Face(Protocol):
    """What a code says of a credential."""

    @property
    def cert_no(self) -> str: ...
    @property
    def holder_name(self) -> str: ...
    @property
    def unit_name(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def area(self) -> str: ...
    @property
    def valid_until(self) -> date: ...
    @property
    def lookup_url(self) -> str: ...


@dataclass(frozen=True)
class Code:
    """The parts of a code as they were read, in the order in which they are written."""

    cert_no: str
    holder_name: str
    unit_name: str
    category: str
    area: str
    valid_until: date
    key: str
    lookup_url: str
    signed: bytes
    signature: bytes


def qr_payload(face: Face, signer: Signer) -> str:
    """Return the text of the signed QR code, in characters that it packs most densely."""
    parts = (face.cert_no, face.holder_name, face.unit_name, face.category, face.area)
    written = [*parts, f"{face.valid_until:%Y%m%d}", signer_id(signer), face.lookup_url]
    if any(SEPARATOR in part for part in written):
        raise ValueError("a line break would make two parts of one")
    said = SEPARATOR.join(written).encode()
    return START + encoded(said + signer.sign(START.encode() + said))


def checked_payload(text: str, keys: Sequence[PublishedKey], today: date, public_url: str = "") -> Finding:
    """Return the answer about the text of a code, from the published keys alone."""
    code = read_code(text)
    if code is None:
        return Finding(
            Outcome.CANNOT_TELL, (_("这不是本平台的签名二维码。请完整粘贴扫码得到的文字，以 ZF1 开头。"),)
        )
    key = next((one for one in keys if one.id == code.key), None)
    fields = tuple(Field(name, value, None, None) for name, value in _named(code))
    if key is None:
        return Finding(*_of_unknown_key(code, public_url), fields)
    signature = Signature(
        common_name_of(key.certificate.subject), common_name_of(key.certificate.issuer), key.id, None
    )
    return Finding(*_judged(code, key, today), fields, signature)


def read_code(text: str) -> Code | None:
    """Return the parts of a code, or None where the text is none; nothing is said of its signature yet."""
    text = text.strip("\r\n\t")[:LONGEST]
    if not text.startswith(START):
        return None
    try:
        content = decoded(text.removeprefix(START))
        said, signature = content[:-_SIGNATURE_BYTES], content[-_SIGNATURE_BYTES:]
        *names, last, key, address = said.decode().split(SEPARATOR)
        cert_no, holder, unit, category, area = names
        until = date(int(last[:4]), int(last[4:6]), int(last[6:]))
    except ValueError:
        return None
    return Code(cert_no, holder, unit, category, area, until, key, address, START.encode() + said, signature)


def code_record(code: Code) -> dict[str, str]:
    """Return what a code says under the names that a document's record has."""
    named = {name: str(getattr(code, name)) for name in FIELD_NAMES if hasattr(code, name)}
    return {**named, "lookup_url": code.lookup_url}


def _named(code: Code) -> list[tuple[Text, str]]:
    return [(text, str(getattr(code, name))) for name, text in FIELD_NAMES.items() if hasattr(code, name)]


def _of_unknown_key(code: Code, public_url: str) -> tuple[Outcome, tuple[Text, ...]]:
    if public_url and is_at(code.lookup_url, public_url):
        text = _("二维码自称由本平台签发，密钥 %(key)s 却不是本平台公布的，不是本平台签发的。", key=code.key)
        return Outcome.NOT_VALID, (text,)
    text = _("二维码的密钥 %(key)s 不在公布的公钥之中，可能由其他机构签发。请向签发机关查验。", key=code.key)
    return Outcome.CANNOT_TELL, (text,)


def _judged(code: Code, key: PublishedKey, today: date) -> tuple[Outcome, tuple[Text, ...]]:
    if not key.has_signed(code.signed, code.signature):
        return Outcome.NOT_VALID, (_("二维码的内容与签名不符，是伪造的或被改动过。"),)
    if key.revoked_at is not None:
        text = _("签名所用的密钥 %(key)s 已被吊销，不能只凭签名判断。请用证号或二维码查询。", key=key.id)
        return Outcome.CANNOT_TELL, (text,)
    genuine = _("签名真实，内容未被改动。")
    if today > code.valid_until:
        return Outcome.NOT_VALID, (genuine, _("证件已于 %(day)s 到期。", day=code.valid_until.isoformat()))
    return Outcome.VALID, (genuine, _("离线查验只能说明签发时的情况；此后是否被暂扣、注销，请联网查询。"))

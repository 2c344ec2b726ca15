"""The answer about a document or a signed code: valid, not valid and why, or that it cannot be told.

"Valid" is said of a document only where the signature, the file as a whole and, where it was asked, the
register say the same. A genuine file of a credential that was cancelled is not valid: whoever asks wants to
know about the person before them and not about the paper. What is merely unknown is never called false.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from certificates.signing.faults import Fault
from certificates.signing.keys import PublishedKey
from certificates.states import STATUS_NAMES, CredentialStatus
from core.texts import Text, lazy_gettext as _


class Outcome(StrEnum):
    """The three answers."""

    VALID = "valid"
    NOT_VALID = "not_valid"
    CANNOT_TELL = "cannot_tell"


OUTCOME_NAMES: dict[Outcome, Text] = {
    Outcome.VALID: _("有效"),
    Outcome.NOT_VALID: _("无效"),
    Outcome.CANNOT_TELL: _("不能判断"),
}
FIELD_NAMES: dict[str, Text] = {
    "cert_no": _("执法证号"),
    "holder_name": _("姓名"),
    "unit_name": _("单位"),
    "category": _("执法类别"),
    "area": _("执法区域"),
    "valid_from": _("有效期自"),
    "valid_until": _("有效期至"),
    "issuer_name": _("发证机关"),
}
FAULT_TEXTS: dict[Fault, Text] = {
    Fault.NOT_PDF: _("这不是 PDF 文件。请选择电子证书的 PDF 原件。"),
    Fault.LOCKED: _("这个 PDF 设有密码，读不出内容。请选择未加密的原件。"),
    Fault.UNREADABLE: _("这个 PDF 读不出来，可能已损坏或结构异常。请重新取得原件后再查验。"),
}


@dataclass(frozen=True)
class Field:
    """One printed field: as the record in the file has it, whether the page shows it, and as it is registered."""

    name: Text
    in_file: str
    is_shown: bool | None
    registered: str | None

    @property
    def differs(self) -> bool:
        """Say whether the file says something else than the register or than its own page."""
        return self.is_shown is False or self.registered not in {None, self.in_file}


@dataclass(frozen=True)
class Signature:
    """Whose signature a file bears and since when, by the signer's own word."""

    signer: str
    authority: str
    key: str
    at: datetime | None


@dataclass(frozen=True)
class Finding:
    """The answer, with every reason in the order to show them; ``fields`` stand beside the register's."""

    outcome: Outcome
    whys: tuple[Text, ...]
    fields: tuple[Field, ...] = ()
    signature: Signature | None = None
    status: CredentialStatus | None = None


@dataclass(frozen=True)
class Registered:
    """What the register holds of the credential that a document names by its secret token.

    ``holds_file`` says that this very file was issued and logged; ``has_files``, that there are files of this
    credential at all; ``is_confirmed``, that the public log says the same as the register.
    """

    fields: Mapping[str, str]
    status: CredentialStatus
    is_confirmed: bool
    holds_file: bool
    has_files: bool


@dataclass(frozen=True)
class Ground:
    """What a file is held against: the keys the city published, its address, and the register if it was asked.

    ``is_online`` says that the register was asked; ``registered`` is None where it holds nothing.
    """

    keys: Sequence[PublishedKey]
    today: date
    public_url: str = ""
    is_online: bool = False
    registered: Registered | None = None


def judged(facts: Mapping[str, Any] | None, ground: Ground) -> Finding:
    """Return the answer about a file from what it says of itself; None where nobody could read it."""
    facts = facts or {"fault": Fault.UNREADABLE}
    outcome, whys = _judged(facts, ground)
    status = ground.registered.status if ground.registered and ground.registered.is_confirmed else None
    return Finding(outcome, whys, fields_of(facts, ground.registered), _signature(facts), status)


def with_register(finding: Finding, record: Mapping[str, str], registered: Registered | None) -> Finding:
    """Return the answer about a signed code once the register was asked as well: the register has the last word."""
    fields = fields_of({"record": record}, registered)
    status = registered.status if registered and registered.is_confirmed else None
    outcome, whys = finding.outcome, finding.whys
    if outcome is Outcome.VALID:
        outcome, whys = _of_genuine_code(finding.whys[0], fields, registered)
    return replace(finding, outcome=outcome, whys=whys, fields=fields, status=status)


def _of_genuine_code(
    genuine: Text, fields: Sequence[Field], registered: Registered | None
) -> tuple[Outcome, tuple[Text, ...]]:
    if registered is None:
        return Outcome.CANNOT_TELL, (genuine, _("但登记中找不到这本证件。请向发证机关核实。"))
    return _worth(genuine, fields, registered)


def fields_of(facts: Mapping[str, Any], registered: Registered | None) -> tuple[Field, ...]:
    """Return every printed field as the file and as the register have it; a field in neither is left out."""
    record, shown = facts.get("record") or {}, "".join(str(facts.get("text") or "").split())
    known: Mapping[str, str] = registered.fields if registered else {}
    return tuple(
        Field(text, record.get(name, ""), _is_shown(name, record, shown), known.get(name) if registered else None)
        for name, text in FIELD_NAMES.items()
        if name in record or name in known
    )


def _judged(facts: Mapping[str, Any], ground: Ground) -> tuple[Outcome, tuple[Text, ...]]:
    """Return outcome and reasons: what is wrong with the file comes first, then whose it is, then the person."""
    if ground.registered is not None and ground.registered.holds_file:
        return _of_registered(ground.registered, facts)
    if fault := facts.get("fault"):
        return Outcome.CANNOT_TELL, (FAULT_TEXTS[Fault(fault)],)
    signature = facts.get("signature")
    if signature is None:
        return _unsigned(facts, ground)
    if changed := _changed(signature, facts):
        return Outcome.NOT_VALID, (changed,)
    if not signature["trusted"]:
        return _of_stranger(signature, facts, ground)
    return _by_ours(signature, facts, ground)


def _unsigned(facts: Mapping[str, Any], ground: Ground) -> tuple[Outcome, tuple[Text, ...]]:
    if ground.registered is not None and ground.registered.has_files:
        return Outcome.NOT_VALID, (
            _("这份文件没有电子签名，也不是本平台签发的原件，可能被改动或另存过。请以原件或查询结果为准。"),
        )
    return Outcome.CANNOT_TELL, (_("这份文件没有电子签名，不能凭文件本身判断真伪。请用证号或二维码查询。"),)


def _changed(signature: Mapping[str, Any], facts: Mapping[str, Any]) -> Text | None:
    if not signature["intact"]:
        return _("文件在签名之后被改动过，电子签名与内容不符。")
    if not signature["covers_all"] or facts["signatures"] != 1:
        return _("文件在签名之后被追加过内容：签名只覆盖原来的部分，现在看到的不是签发时的样子。")
    if not signature["is_exact"] and signature["trusted"]:
        return _("文件的签名部分被改动过，与签发时不完全相同。")
    return None


def _of_stranger(
    signature: Mapping[str, Any], facts: Mapping[str, Any], ground: Ground
) -> tuple[Outcome, tuple[Text, ...]]:
    signer = signature["city"] or signature["signer"] or _("不明")
    if ground.registered is not None or _claims_ours(facts, ground):
        return Outcome.NOT_VALID, (
            _("文件自称由本平台签发，签名却出自别的密钥（%(signer)s），不是本平台签发的。", signer=signer),
        )
    return Outcome.CANNOT_TELL, (
        _("文件由“%(signer)s”签名，内容未被改动，但不是本平台的证书签发。请向签发机关查验。", signer=signer),
    )


def _claims_ours(facts: Mapping[str, Any], ground: Ground) -> bool:
    """Say whether a file sends whoever reads it to our own address."""
    address = str((facts.get("record") or {}).get("lookup_url", ""))
    return bool(ground.public_url) and is_at(address, ground.public_url)


def is_at(address: str, public_url: str) -> bool:
    """Say whether an address, in small letters or capitals, is at this platform's own."""
    return bool(_host(address)) and _host(address) == _host(public_url)


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""


def _by_ours(
    signature: Mapping[str, Any], facts: Mapping[str, Any], ground: Ground
) -> tuple[Outcome, tuple[Text, ...]]:
    """Judge a whole file that a key of the city signed: it is genuine, unless the key was revoked or stolen."""
    key = next((one for one in ground.keys if one.id == signature["key"]), None)
    if key is not None and key.revoked_at is not None:
        return _of_revoked_key(key, signature)
    if not ground.is_online:
        return _offline(facts.get("record") or {}, ground.today)
    if ground.registered is None:
        return Outcome.CANNOT_TELL, (_("签名真实，文件未被改动，但登记中找不到这本证件。请向发证机关核实。"),)
    return Outcome.CANNOT_TELL, (_("签名真实，但登记中没有这份文件。请向发证机关核实，或用证号查询。"),)


def _of_revoked_key(key: PublishedKey, signature: Mapping[str, Any]) -> tuple[Outcome, tuple[Text, ...]]:
    """Judge what a revoked key signed: whoever stole it can write any hour, so an earlier one proves nothing."""
    at = datetime.fromisoformat(signature["at"]) if signature["at"] else None
    if at is None or key.revoked_at is None or at >= key.revoked_at:
        return Outcome.NOT_VALID, (_("签名所用的密钥 %(key)s 在签名之前已被吊销。", key=key.id),)
    text = _("签名所用的密钥 %(key)s 已被吊销，不能只凭签名判断。请用证号或二维码查询。", key=key.id)
    return Outcome.CANNOT_TELL, (text,)


def _offline(record: Mapping[str, str], today: date) -> tuple[Outcome, tuple[Text, ...]]:
    genuine = _("签名真实，文件未被改动。")
    first, last = (_day(record.get(name, "")) for name in ("valid_from", "valid_until"))
    if last is not None and today > last:
        return Outcome.NOT_VALID, (genuine, _("证件已于 %(day)s 到期。", day=last.isoformat()))
    if first is not None and today < first:
        return Outcome.NOT_VALID, (genuine, _("证件自 %(day)s 起才有效。", day=first.isoformat()))
    return Outcome.VALID, (genuine, _("离线查验只能说明签发时的情况；此后是否被暂扣、注销，请联网查询。"))


def _of_registered(registered: Registered, facts: Mapping[str, Any]) -> tuple[Outcome, tuple[Text, ...]]:
    """Judge a file that is byte for byte the one that was issued: what it is worth, the register says."""
    return _worth(_("文件与本平台签发的原件完全一致。"), fields_of(facts, registered), registered)


def _worth(genuine: Text, fields: Sequence[Field], registered: Registered) -> tuple[Outcome, tuple[Text, ...]]:
    """Return what something genuine is worth today, by the register."""
    if not registered.is_confirmed:
        return Outcome.CANNOT_TELL, (genuine, _("登记内容与公开日志不一致，暂不能确认证件现状。"))
    if any(one.in_file and one.registered not in {None, one.in_file} for one in fields):
        return Outcome.NOT_VALID, (genuine, _("所载内容与现在的登记不一致，以登记为准。"))
    if registered.status is not CredentialStatus.VALID:
        name = STATUS_NAMES[registered.status]
        return Outcome.NOT_VALID, (genuine, _("但证件现在的状态是“%(status)s”，不得凭此执法。", status=name))
    return Outcome.VALID, (genuine, _("证件现在有效。"))


def _signature(facts: Mapping[str, Any]) -> Signature | None:
    said = facts.get("signature")
    if not said or "signer" not in said:
        return None
    at = datetime.fromisoformat(said["at"]) if said["at"] else None
    return Signature(said["signer"], said["authority"], said["key"], at)


def _is_shown(name: str, record: Mapping[str, str], shown: str) -> bool | None:
    """Say whether the pages show what the record says; None where there is nothing to compare."""
    value = record.get(name, "")
    if not value or not shown:
        return None
    return any("".join(form.split()) in shown for form in _forms(value))


def _forms(value: str) -> tuple[str, ...]:
    """Return the ways a value may be printed: days stand in words on the face."""
    day = _day(value)
    return (value,) if day is None else (value, f"{day.year}年{day.month}月{day.day}日")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

"""What somebody outside can find out with a file, a proof and the heads they kept: it holds, it does not, or
it cannot be told.

Pure, and without any access to the log: everything is in what is handed in. A thing that is not in the log
may still be genuine, so nothing here ever calls a document false.
"""

from dataclasses import dataclass
from enum import StrEnum

from core.clock import CITY_ZONE
from core.log_files import KeptHeads
from core.public_log import Extension, Proof, SignedHead
from core.texts import Text, lazy_gettext as _


class Outcome(StrEnum):
    """What a question comes to."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One answer with its sentence."""

    outcome: Outcome
    text: Text


def check_document(digest: str, proof: Proof, key: str) -> list[Finding]:
    """Say whether the document of this digest is in the log whose heads the key signs."""
    if digest != proof.leaf.digest:
        text = _("这份证明不是这个文件的：文件的 SHA-256 与证明所载不同。请核对文件是否为原件，证明是否对应。")
        return [Finding(Outcome.FAILS, text)]
    if not proof.leads_to_root:
        return [Finding(Outcome.FAILS, _("收录证明不成立：由这条记录推算不出快照的根值。证明可能被改动过。"))]
    since = f"{proof.leaf.logged_at.astimezone(CITY_ZONE):%Y-%m-%d %H:%M:%S}"
    text = _("文件在公开日志中，为第 %(number)s 条，记入时间 %(since)s。", number=proof.number, since=since)
    return [Finding(Outcome.HOLDS, text), check_signature(proof.signed, key)]


def check_signature(signed: SignedHead, key: str) -> Finding:
    """Say whether the holder of the key signed the head."""
    if signed.is_by(key):
        return Finding(Outcome.HOLDS, _("快照的签名有效（日志共 %(size)s 条）。", size=signed.head.size))
    return Finding(Outcome.FAILS, _("快照的签名与公钥不符：快照被改动过，或者不是由该公钥的持有者签发。"))


def check_growth(old: SignedHead, new: SignedHead, extension: Extension | None) -> Finding:
    """Say whether the log of the new head extends that of the old, both being signed.

    A head that is older than the one kept must be a beginning of it. One that was signed later and is
    smaller says by itself that entries were taken away.
    """
    first, last = (old, new) if old.head.size <= new.head.size else (new, old)
    sizes = {"old": first.head.size, "new": last.head.size}
    if first is not old and new.head.signed_at > old.head.signed_at:
        text = _("日志变短了：以前有 %(new)s 条，后来签发的快照只有 %(old)s 条。有记录被删去。", **sizes)
        return Finding(Outcome.FAILS, text)
    if first.head.size == last.head.size:
        return _same_size(first, last)
    if extension is None or (extension.old_size, extension.size) != (first.head.size, last.head.size):
        text = _(
            "不能判断日志是否只增未改：缺少从 %(old)s 条到 %(new)s 条的延续证明。请用 --extension 或 --from 指定。",
            **sizes,
        )
        return Finding(Outcome.UNKNOWN, text)
    if extension.holds(first.head.root, last.head.root):
        text = _("日志只增未改：%(new)s 条的日志完整包含以前的 %(old)s 条。", **sizes)
        return Finding(Outcome.HOLDS, text)
    text = _(
        "延续证明不成立：推算不出 %(new)s 条的日志包含以前的 %(old)s 条。日志可能被改写过，请保存好快照。",
        **sizes,
    )
    return Finding(Outcome.FAILS, text)


def check_key(key: str, beside: str, kept: KeptHeads | None) -> list[Finding]:
    """Say no where a head comes with another key than the one trusted, or than the one kept; else nothing."""
    if kept is not None and {key, beside} - {kept.key}:
        text = _("公钥与以前保存的不同。请先向发证机关核实公钥是否更换，再继续使用。")
        return [Finding(Outcome.FAILS, text)]
    if beside != key:
        return [Finding(Outcome.FAILS, _("文件所附的公钥不是您指定的公钥，不是同一个日志。"))]
    if kept is not None and not kept.heads[-1].is_by(key):
        return [Finding(Outcome.FAILS, _("以前保存的快照签名无效：保存快照的文件可能被改动过。"))]
    return []


def worst(findings: list[Finding]) -> Outcome:
    """Return what several answers come to together; nothing found out is nothing known."""
    found = {one.outcome for one in findings}
    for outcome in (Outcome.FAILS, Outcome.UNKNOWN, Outcome.HOLDS):
        if outcome in found:
            return outcome
    return Outcome.UNKNOWN


def with_head(kept: KeptHeads | None, signed: SignedHead, key: str) -> KeptHeads:
    """Return what is kept once a head has been found to fit; a head kept already is not kept twice."""
    if kept is None:
        return KeptHeads(key, (signed,))
    if signed.head.size in {one.head.size for one in kept.heads}:
        return kept
    return KeptHeads(kept.key, tuple(sorted((*kept.heads, signed), key=lambda one: one.head.size)))


def _same_size(one: SignedHead, other: SignedHead) -> Finding:
    if one.head.root == other.head.root:
        return Finding(Outcome.HOLDS, _("日志与以前保存的快照相同，仍为 %(size)s 条。", size=one.head.size))
    text = _("日志被改写过：同为 %(size)s 条，根值却不同。请保存好两份快照并向主管机关反映。", size=one.head.size)
    return Finding(Outcome.FAILS, text)

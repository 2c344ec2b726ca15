"""The public log in words: what its kinds of entry are called, and what an audit finds."""

from certificates.queries.logged import Thing
from core.log_audit import Fault
from core.texts import Text, lazy_gettext as _

KIND_NAMES: dict[str, Text] = {
    "pass_list": _("合格人员名单"),
    "pass_list_file": _("合格人员名单文件"),
    "circular": _("通报"),
    "credential": _("证件核发"),
    "status": _("证件状态变更"),
    "document": _("电子证书文件"),
}
FAULT_TEXTS: dict[Fault, Text] = {
    Fault.GAP: _("公开日志缺少第 %(first)s 条至第 %(last)s 条。"),
    Fault.ENTRY: _("第 %(first)s 条记录与记入时的哈希值不符，可能被改动。"),
    Fault.NODE: _("第 %(first)s 条至第 %(last)s 条之间与哈希树不符，记录或哈希树可能被改动。"),
    Fault.ROOT: _("第 %(first)s 条至第 %(last)s 条与当时签发的快照不符，记录或快照可能被改动。"),
    Fault.SIGNATURE: _("%(last)s 条时的快照签名无效，快照可能被改动。"),
    Fault.UNSIGNED: _("第 %(first)s 条至第 %(last)s 条没有签名快照，可能不是由本平台记入。"),
    Fault.CUT_OFF: _("日志只有 %(first)s 条，但已签发过 %(last)s 条的快照，末尾的记录可能被删去。"),
    Fault.SURPLUS: _("第 %(first)s 条至第 %(last)s 条的哈希树有多余的节点，哈希树可能被改动。"),
}
UNLIKE_TEXTS: dict[Thing, Text] = {
    Thing.PASS_LIST: _("名单“%(name)s”与公开日志不符。"),
    Thing.CREDENTIAL: _("证件 %(name)s 的登记内容与公开日志不符。"),
    Thing.DOCUMENT: _("证件 %(name)s 的电子证书文件与公开日志不符。"),
    Thing.CIRCULAR: _("通报“%(name)s”的文件与公开日志不符。"),
}


def kind_name(kind: str) -> str:
    """Return a kind of entry in words; one from another version stands as it was logged."""
    return str(KIND_NAMES.get(kind, kind))

"""What each answer of the lookup means for whoever stands before an officer: one plain sentence.

It says whether the holder may enforce with this credential now. It never says why one may not.
"""

from certificates.states import CredentialStatus
from core.texts import Text, lazy_gettext as _

MEANINGS: dict[CredentialStatus, Text] = {
    CredentialStatus.VALID: _("持证人目前可以在下列执法类别和区域内从事行政执法活动。"),
    CredentialStatus.SUSPENDED: _("该证件正在暂扣，持证人目前不得从事行政执法活动。"),
    CredentialStatus.EXPIRED: _("该证件已超过有效期，持有人不得凭此证从事行政执法活动。"),
    CredentialStatus.CANCELLED: _("该证件已失效，持有人不得凭此证从事行政执法活动。"),
    CredentialStatus.REVOKED: _("该证件已被吊销，持有人不得从事行政执法活动。"),
    CredentialStatus.VOID: _("该证件已声明遗失作废，任何人不得凭此证从事行政执法活动。"),
}
NOT_FOUND_NAME = _("未查询到")
NOT_FOUND = _("没有查到相符的执法证件。请对照证件核对证号，或核对姓名和单位全称后再查。")
UNCONFIRMED_NAME = _("暂不能确认")
UNCONFIRMED = _("登记内容与公开日志不一致，暂不能确认该证件是否有效。请向发证机关核实。")

"""The audit chain in words: what each verb is called on a page."""

from core.audit import SYSTEM
from core.texts import Text, lazy_gettext as _

VERB_NAMES: dict[str, Text] = {
    "people:organisation:found": _("导入单位名录"),
    "people:roll:import": _("导入人员名册"),
    "people:officer:enter": _("录入人员"),
    "people:officer:change_post": _("登记岗位变动"),
    "people:account:open": _("开通账号"),
    "people:account:reset_password": _("重置密码"),
    "people:account:choose_password": _("修改密码"),
    "people:account:sign_in": _("登录"),
    "training:course:plan": _("新建课程"),
    "training:hours:record": _("登记学时"),
    "training:hours:correct": _("更正学时"),
    "training:hours:credit": _("导入学时"),
    "questions:bank:import": _("导入试题"),
    "questions:item:revise": _("修订试题"),
    "questions:item:retire": _("停用试题"),
    "questions:item:restore": _("恢复启用试题"),
    "exam:blueprint:define": _("新建组卷方案"),
    "exam:sitting:plan": _("新建考试"),
    "exam:sitting:open": _("开放考试"),
    "exam:sitting:close": _("结束考试"),
    "exam:candidate:register": _("登记考生"),
    "exam:candidate:exempt": _("办理免考"),
    "exam:candidate:withdraw": _("办理退出"),
    "exam:candidate:reinstate": _("恢复应参加"),
    "exam:attempt:start": _("开始考试"),
    "exam:attempt:hand_in": _("交卷"),
    "exam:pass_list:publish": _("公布合格名单"),
    "certificates:credential:issue": _("按名单核发证件"),
    "certificates:credential:take_over": _("导入已有证件"),
    "certificates:credential:cancel": _("注销证件"),
    "certificates:document:draw": _("生成电子证书"),
    "certificates:cleanup_round:open": _("开始清理批次"),
    "certificates:cleanup_round:flag": _("按规则列入清理"),
    "certificates:cleanup_round:close": _("结束清理批次"),
    "certificates:cleanup_case:flag": _("列入清理"),
    "certificates:cleanup_case:keep": _("予以保留"),
    "certificates:cleanup_case:remove": _("予以清理"),
}


def verb_name(verb: str) -> str:
    """Return a verb in words; one from another version stands as it was recorded."""
    return str(VERB_NAMES.get(verb, verb))


def actor_name(name: str) -> str:
    """Return who acted; the system itself has no name of its own."""
    return str(_("系统")) if name == SYSTEM.name else name

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
    "people:account:change_contact": _("修改联系方式"),
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
    "exam:attempt:pause": _("暂停作答"),
    "exam:attempt:resume": _("继续作答"),
    "exam:attempt:hand_in_for": _("代为交卷"),
    "exam:attempt:let_in": _("恢复作答"),
    "exam:attempt:reach_leave_limit": _("离开页面达到规定次数，自动交卷"),
    "exam:place:take_over": _("换到另一窗口或设备作答"),
    "exam:page:leave": _("离开作答页面"),
    "exam:time:give": _("延长时间"),
    "exam:time:make_good": _("故障补时"),
    "exam:irregularity:note": _("登记异常情况"),
    "exam:hand_in_file:take_in": _("上传离线作答文件"),
    "exam:held:accept": _("采纳迟到的作答"),
    "exam:held:refuse": _("不采纳迟到的作答"),
    "exam:accommodation:grant": _("批准合理便利"),
    "exam:accommodation:take_back": _("撤销合理便利"),
    "exam:room:write_down": _("新设考场"),
    "exam:room:change": _("修改考场"),
    "exam:room:remove": _("撤销考场"),
    "exam:room:assign": _("安排考场"),
    "exam:candidate:join": _("参加模拟考试"),
    "exam:correction:propose": _("提出答案更正"),
    "exam:correction:approve": _("批准答案更正"),
    "exam:correction:reject": _("不批准答案更正"),
    "exam:papers:draw": _("抽取试卷"),
    "exam:score_check:ask": _("申请成绩复核"),
    "exam:score_check:answer": _("答复成绩复核"),
    "exam:non_completion:answer": _("填写未完成原因"),
    "exam:supervision_card:issue": _("发出督办卡"),
    "exam:supervision_card:answer": _("答复督办卡"),
    "exam:supervision_card:send_back": _("退回督办卡"),
    "exam:supervision_card:close": _("办结督办卡"),
    "exam:reminder:send": _("发送邮件提醒"),
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

"""Forms of publishing: pass lists, objections, exemptions, what units answer for."""

from typing import Any

from wtforms import (
    DateField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from core.forms import Form
from core.texts import lazy_gettext as _
from exam.legal_bases import BASIS_TEXTS, LegalBasis
from exam.list_drafts import CONTACT_LENGTH, ListTerms
from exam.list_states import MODE_NAMES, OBJECTION, EffectMode, ObjectionState
from exam.non_completion import ABSENCE_REASON_NAMES, WORDS_LENGTH, AbsenceReason, AnswerDraft
from exam.notices import DEFAULT_NOTICE_DAYS
from exam.objections import TEXT_LENGTH
from exam.supervision import (
    ANSWER_LENGTH as STEP_LENGTH,
    MATTER_LENGTH,
    NAME_LENGTH as NAME_LIMIT,
    REQUIREMENT_LENGTH,
)


class ListForm(Form):
    """The terms on which a list is drafted; only a correction asks for its reason."""

    mode = SelectField(_("生效方式"))
    notice_days = IntegerField(_("公示期（工作日）"), [Optional()], default=DEFAULT_NOTICE_DAYS)
    basis = SelectField(_("公开依据"))
    contact = StringField(
        _("公示期联系方式"),
        [Length(max=CONTACT_LENGTH)],
        description=_("公众会看到，如“执法监督科，0335-1234567，建设大街 1 号”。不要填写手机号码。"),
    )
    reason = TextAreaField(
        _("更正原因"), description=_("公众会看到。写明为什么更正，不要写个人隐私。"), render_kw={"rows": 3}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mode.choices = [(str(mode), name) for mode, name in MODE_NAMES.items()]
        self.basis.choices = [(str(basis), text) for basis, text in BASIS_TEXTS.items()]

    def terms(self) -> ListTerms:
        """Return what was chosen and typed."""
        return ListTerms(
            mode=EffectMode(self.mode.data),
            notice_days=self.notice_days.data or 0,
            basis=LegalBasis(self.basis.data),
            contact=self.contact.data or "",
            reason=self.reason.data or "",
        )


class RemarkForm(Form):
    """Why something is put back, discarded, turned down or ended."""

    remark = TextAreaField(_("原因"), render_kw={"rows": 2})


class ObjectionForm(Form):
    """An objection by anybody; the last field is for machines, people never see it."""

    name = StringField(_("您的姓名或单位名称"), render_kw={"autocomplete": "name"})
    contact = StringField(
        _("联系方式"), description=_("电话、电子邮箱或通信地址，只用于核查时与您联系，加密保存，不会公开。")
    )
    text = TextAreaField(
        _("异议内容"),
        description=_("写明事实和理由，不超过 %(limit)s 个字。", limit=TEXT_LENGTH),
        render_kw={"rows": 6},
    )
    website = StringField(_("请不要填写此项"), render_kw={"autocomplete": "off", "tabindex": "-1"})


class ObjectionReceiptForm(Form):
    """The two parts of an objection's receipt."""

    number = StringField(_("受理编号"), [InputRequired(_("请填写受理编号。"))], render_kw={"autocomplete": "off"})
    code = StringField(_("查询码"), [InputRequired(_("请填写查询码。"))], render_kw={"autocomplete": "off"})


class ObjectionAnswerForm(Form):
    """What an objection came to, and why."""

    finding = SelectField(_("答复结论"))
    answer = TextAreaField(
        _("核查经过和理由"), description=_("提出异议的人凭回执可以看到全文。"), render_kw={"rows": 5}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        findings = (ObjectionState.DISMISSED, ObjectionState.UPHELD)
        self.finding.choices = [(str(one), OBJECTION.words[one]) for one in findings]


class ExemptionForm(Form):
    """Why an officer is not to be named."""

    reason = TextAreaField(
        _("原因和依据"), description=_("所从事的工作和批准文件，只供内部查阅。"), render_kw={"rows": 3}
    )


class NonCompletionForm(Form):
    """Why people have not completed, as their unit answers for them."""

    reason = SelectField(_("原因"), [InputRequired(_("请选择原因。"))])
    words = TextAreaField(
        _("情况说明"),
        [Length(max=WORDS_LENGTH)],
        description=_("原因选“其他”的必填；其余可补充起止日期、批准文件等。"),
        render_kw={"rows": 3},
    )
    plan = TextAreaField(
        _("后续安排"),
        [Length(max=WORDS_LENGTH)],
        description=_("例如补学、参加补考，或调离执法岗位。"),
        render_kw={"rows": 2},
    )
    plan_until = DateField(_("后续安排的完成期限"), [Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(str(one), name) for one, name in ABSENCE_REASON_NAMES.items()]
        self.reason.choices = [("", _("请选择")), *names]

    def drafted(self) -> AnswerDraft:
        """Return the answer as it was typed."""
        return AnswerDraft(
            reason=AbsenceReason(self.reason.data),
            words=self.words.data or "",
            plan=self.plan.data or "",
            plan_until=self.plan_until.data,
        )


class CardForm(Form):
    """A supervision card as it is issued."""

    matter = TextAreaField(
        _("督办事项"), [InputRequired(_("请写明督办事项。")), Length(max=MATTER_LENGTH)], render_kw={"rows": 2}
    )
    requirement = TextAreaField(
        _("工作要求及依据"),
        [InputRequired(_("请写明工作要求；有文件依据的，写明名称和文号。")), Length(max=REQUIREMENT_LENGTH)],
        render_kw={"rows": 4},
    )
    owner_name = StringField(_("责任人姓名"), [InputRequired(_("请填写责任人姓名。")), Length(max=NAME_LIMIT)])
    owner_post = StringField(_("责任人职务"), [InputRequired(_("请填写责任人职务。")), Length(max=NAME_LIMIT)])
    due_on = DateField(_("办结期限"), [InputRequired(_("请填写办结期限。"))])


class CardStepForm(Form):
    """What is written at one step of a supervision card; a new date only where it goes back to the unit."""

    text = TextAreaField(
        _("办理情况"), [InputRequired(_("请填写这一栏，再提交。")), Length(max=STEP_LENGTH)], render_kw={"rows": 5}
    )
    due_on = DateField(_("新的办结期限"), [Optional()])

"""Forms of what units are asked for: answers for who has not completed, and supervision cards."""

from typing import Any

from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from core.forms import Form
from core.texts import lazy_gettext as _
from exam.non_completion import ABSENCE_REASON_NAMES, WORDS_LENGTH, AbsenceReason, AnswerDraft
from exam.supervision import ANSWER_LENGTH, MATTER_LENGTH, NAME_LENGTH, REQUIREMENT_LENGTH


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
    owner_name = StringField(_("责任人姓名"), [InputRequired(_("请填写责任人姓名。")), Length(max=NAME_LENGTH)])
    owner_post = StringField(_("责任人职务"), [InputRequired(_("请填写责任人职务。")), Length(max=NAME_LENGTH)])
    due_on = DateField(_("办结期限"), [InputRequired(_("请填写办结期限。"))])


class CardStepForm(Form):
    """What is written at one step of a supervision card; a new date only where it goes back to the unit."""

    text = TextAreaField(
        _("办理情况"),
        [InputRequired(_("请填写这一栏，再提交。")), Length(max=ANSWER_LENGTH)],
        render_kw={"rows": 5},
    )
    due_on = DateField(_("新的办结期限"), [Optional()])

"""Forms of credentials: what an act rests on, and the clean-up's rounds, decisions and flags."""

from collections.abc import Mapping
from typing import Any

from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from certificates.acts import BASIS, LONGEST_BASIS, LONGEST_PAPER, LONGEST_REASON
from certificates.review import QUESTION_NAMES, ReviewQuestion
from core.forms import Form
from core.texts import lazy_gettext as _


class ConfirmForm(Form):
    """Nothing but the token: one button that does one thing."""


class RoundForm(Form):
    """The name of a new round."""

    title = StringField(
        _("批次名称"),
        [InputRequired(_("请填写清理批次的名称。")), Length(max=80)],
        description=_("例如“2026 年行政执法人员资格清理”。"),
    )


class DecisionForm(Form):
    """Why somebody is kept or removed."""

    reason = TextAreaField(
        _("处理理由"),
        [InputRequired(_("请填写处理理由。")), Length(max=500)],
        description=_("写明核实的情况和依据，存入档案，不对外公开。"),
        render_kw={"rows": 3},
    )


class FlagForm(Form):
    """A ground that somebody reports, and what it rests on."""

    round = SelectField(_("清理批次"))
    ground = SelectField(_("清理情形"))
    evidence = TextAreaField(
        _("依据"),
        [InputRequired(_("请写明依据，例如来文名称和日期。")), Length(max=200)],
        description=_("写明依据的文件、单位报告或核实情况，不对外公开。"),
        render_kw={"rows": 3},
    )


_ANSWERS: dict[bool | None, str] = {True: "yes", False: "no"}


class WarrantForm(Form):
    """What an act rests on; whether a paper is wanted depends on the act."""

    ground = SelectField(_("办理情形"), validate_choice=False)
    basis = StringField(
        _("法律依据"),
        [Length(max=LONGEST_BASIS)],
        default=BASIS,
        description=_("请写明适用的条款。"),
    )
    paper = StringField(
        _("文号"),
        [Length(max=LONGEST_PAPER)],
        description=_("作出决定的文件，例如“×法治办〔2026〕8号”。"),
    )
    reason = TextAreaField(
        _("情况说明"),
        [Length(max=LONGEST_REASON)],
        description=_("写明核实的情况，存入档案，不对外公开。"),
        render_kw={"rows": 3},
    )


class SuspensionForm(WarrantForm):
    """A suspension also has its last day."""

    until = DateField(
        _("暂扣截止日期"),
        [Optional()],
        description=_("截止日期当天仍在暂扣，次日自动恢复。"),
    )


class ExchangeForm(WarrantForm):
    """An exchange also says what is to stand on the new card."""

    name = StringField(_("姓名"), [InputRequired(_("请填写姓名。")), Length(max=50)])
    organisation = SelectField(_("单位"))
    category = StringField(_("执法类别"), [InputRequired(_("请填写执法类别。")), Length(max=30)])
    area = StringField(_("执法区域"), [InputRequired(_("请填写执法区域。")), Length(max=60)])


class LossForm(Form):
    """How one's own card was lost."""

    words = TextAreaField(
        _("遗失经过"),
        [InputRequired(_("请写明遗失的时间、地点和经过。")), Length(max=LONGEST_REASON)],
        description=_("写明时间、地点和经过，供发证机关核实，不对外公开。"),
        render_kw={"rows": 4},
    )


class RejectionForm(Form):
    """Why a proposed revocation is turned down."""

    reason = TextAreaField(
        _("不批准的理由"), [InputRequired(_("请写明不批准的理由。")), Length(max=500)], render_kw={"rows": 3}
    )


class OnDayForm(Form):
    """A number and a day; read from the address, so that an answer can be sent on."""

    class Meta(Form.Meta):
        csrf = False

    number = StringField(_("执法证号"), [InputRequired(_("请填写执法证号。")), Length(max=60)])
    day = DateField(_("日期"), [InputRequired(_("请填写日期，例如 2026-03-02。"))])


def review_form(known: Mapping[ReviewQuestion, bool]) -> Form:
    """Return the form of an annual review with an answer for each question, filled in where it is known."""
    fields: dict[str, Any] = {
        str(question): SelectField(
            text,
            [InputRequired(_("请选择“是”或“否”。"))],
            default=_ANSWERS.get(known.get(question), ""),
        )
        for question, text in QUESTION_NAMES.items()
    }
    fields["note"] = TextAreaField(
        _("说明"),
        [Length(max=LONGEST_REASON)],
        description=_("有一项选“否”的，写明情况和处理意见。"),
        render_kw={"rows": 3},
    )
    form: Form = type("ReviewForm", (Form,), fields)()
    for question in QUESTION_NAMES:
        form[question].choices = [("", _("请选择")), ("yes", _("是")), ("no", _("否"))]
    return form

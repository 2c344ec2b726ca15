"""Forms of the clean-up: a round, a decision, a flag by hand."""

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

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

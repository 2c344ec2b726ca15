"""Forms of the clean-up, of photos and of recorders."""

from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from certificates.recorders import MOST
from core.forms import Form
from core.texts import lazy_gettext as _


def within_reason(_form: Form, field: IntegerField) -> None:
    """Refuse a count that cannot be; what is no number at all has been told of already."""
    if field.data is not None and not 0 <= field.data <= MOST:
        raise ValidationError(str(_("请填写 0 至 %(max)s 之间的整数。", max=MOST)))


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


class ArchiveForm(Form):
    """An archive of photos."""

    file = FileField(
        _("照片压缩包（ZIP）"),
        [FileRequired(_("请选择照片压缩包。"))],
        description=_("照片为 JPEG 或 PNG 格式的竖版证件照，文件名为执法证号、准考证号，或“单位_姓名”。"),
        render_kw={"accept": ".zip,application/zip"},
    )


class PhotoForm(Form):
    """One photo of one officer."""

    file = FileField(
        _("照片"),
        [FileRequired(_("请选择照片。"))],
        description=_("JPEG 或 PNG 格式的竖版证件照，至少宽 295 像素、高 413 像素，不超过 5 MB。"),
        render_kw={"accept": "image/jpeg,image/png"},
    )


class RecorderClassForm(Form):
    """The class of a unit; in class C with a figure and what it rests on."""

    recorder_class = SelectField(_("配备类别"), validate_choice=True)
    minimum = IntegerField(
        _("核定最低台数"),
        [Optional(), within_reason],
        description=_("只有 C 类填写；A、B 类按持证人数计算。"),
    )
    basis = StringField(
        _("核定依据"),
        [Length(max=200)],
        description=_("只有 C 类填写，例如“2017 年 6 月 19 日配备方案”。"),
    )


class RecorderStockForm(Form):
    """What a unit has of recorders."""

    usable = IntegerField(
        _("可用台数"),
        [
            InputRequired(_("请填写可用的台数，没有的填 0。")),
            within_reason,
        ],
    )
    broken = IntegerField(
        _("停用、待修台数"),
        [
            InputRequired(_("请填写停用、待修的台数，没有的填 0。")),
            within_reason,
        ],
        default=0,
    )
    note = StringField(_("备注"), [Length(max=200)])

"""Forms of the clean-up, of photos and recorders, and of the lookup: the check, doubts, portals' keys."""

from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from certificates.doubts import CERT_NO_LENGTH, CONTACT_LENGTH, TEXT_LENGTH as DOUBT_LENGTH
from certificates.portals import DEFAULT_PER_HOUR, MOST_PER_HOUR
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


class CheckForm(Form):
    """The answer to the check, with what was asked for, so that the answer follows at once."""

    q = HiddenField()
    unit = HiddenField()
    word = HiddenField()
    answer = StringField(
        _("您的回答"),
        description=_("填一个数，例如 12 或 十二。"),
        render_kw={"autocomplete": "off", "inputmode": "text", "maxlength": 20},
    )


class DoubtForm(Form):
    """A doubt by anybody; the last field is for machines, people never see it."""

    cert_no = StringField(
        _("执法证号"),
        description=_("证件上有证号的请填写；没有看到的可以不填。"),
        render_kw={"autocomplete": "off", "maxlength": CERT_NO_LENGTH},
    )
    text = TextAreaField(
        _("您看到的情况"),
        description=_("写明时间、地点、对方说了什么、您为什么有疑问，不超过 %(limit)s 个字。", limit=DOUBT_LENGTH),
        render_kw={"rows": 6},
    )
    contact = StringField(
        _("联系方式"),
        description=_("电话或电子邮箱，只用于核实时与您联系，加密保存，不会公开。不填也会核实。"),
        render_kw={"maxlength": CONTACT_LENGTH},
    )
    website = StringField(_("请不要填写此项"), render_kw={"autocomplete": "off", "tabindex": "-1"})


class DoubtReceiptForm(Form):
    """The two parts of a receipt."""

    number = StringField(_("受理编号"), [InputRequired(_("请填写受理编号。"))], render_kw={"autocomplete": "off"})
    code = StringField(_("查询码"), [InputRequired(_("请填写查询码。"))], render_kw={"autocomplete": "off"})


class DoubtAnswerForm(Form):
    """What a doubt came to."""

    answer = TextAreaField(
        _("核实情况"), description=_("反映人凭回执可以看到全文。不要写个人隐私。"), render_kw={"rows": 5}
    )


class PortalKeyForm(Form):
    """A portal that is to be given a key."""

    portal = StringField(
        _("网站或系统名称"), [InputRequired(_("请填写网站或系统的名称和主办单位。")), Length(max=80)]
    )
    contact = StringField(
        _("联系人"),
        [InputRequired(_("请填写联系人和电话，密钥出现问题时联系。")), Length(max=100)],
        description=_("姓名、部门和办公电话，不对外公开。"),
    )
    hourly_limit = IntegerField(
        _("每小时查询次数上限"),
        [InputRequired(_("请填写 1 到 %(limit)s 之间的整数。", limit=MOST_PER_HOUR))],
        default=DEFAULT_PER_HOUR,
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

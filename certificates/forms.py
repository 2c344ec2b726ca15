"""Forms of the clean-up and of the lookup: rounds and decisions, the check, doubts, portals' keys."""

from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from certificates.doubts import CERT_NO_LENGTH, CONTACT_LENGTH, TEXT_LENGTH as DOUBT_LENGTH
from certificates.portals import DEFAULT_PER_HOUR, MOST_PER_HOUR
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

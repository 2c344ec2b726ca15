"""Forms of people: signing in, passwords, a person's post."""

from typing import Any

from wtforms import DateField, HiddenField, PasswordField, SelectField, StringField, SubmitField
from wtforms.validators import EqualTo, InputRequired, Length

from core.forms import Form
from core.texts import lazy_gettext as _
from people.mail_addresses import ADDRESS_LENGTH, MAIL_LANGUAGE_NAMES


class SignInForm(Form):
    """Name and password."""

    username = StringField(
        _("用户名"),
        [InputRequired(_("请输入用户名。")), Length(max=60)],
        render_kw={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"},
    )
    password = PasswordField(
        _("密码"),
        [InputRequired(_("请输入密码。")), Length(max=200)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()
    submit = SubmitField(_("登录"))


class PasswordForm(Form):
    """The old password, and the new one twice."""

    current = PasswordField(
        _("当前密码"),
        [InputRequired(_("请输入当前密码。"))],
        render_kw={"autocomplete": "current-password"},
    )
    chosen = PasswordField(
        _("新密码"),
        [InputRequired(_("请输入新密码。")), Length(max=200)],
        description=_("至少 10 个字符，可以用几个词连成一句。"),
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _("再输一遍新密码"),
        [EqualTo("chosen", _("两次输入的新密码不一致，请重新输入。"))],
        render_kw={"autocomplete": "new-password"},
    )
    submit = SubmitField(_("修改密码"))


class ContactForm(Form):
    """Where the account's reminders go, and in what language they are."""

    email = StringField(
        _("电子邮箱"),
        [Length(max=ADDRESS_LENGTH)],
        description=_("单位有工作临近期限或逾期时，发邮件到这里；留空则不发。"),
        render_kw={"type": "email", "autocomplete": "email", "inputmode": "email", "autocapitalize": "none"},
    )
    language = SelectField(_("邮件语言"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = [(str(one), name) for one, name in MAIL_LANGUAGE_NAMES.items()]


class OfficerForm(Form):
    """One person, entered by hand."""

    name = StringField(_("姓名"), [InputRequired(_("请填写姓名。")), Length(max=50)])
    document_kind = SelectField(_("证件类型"))
    document_number = StringField(
        _("证件号码"),
        [InputRequired(_("请填写证件号码。")), Length(max=30)],
        description=_("18 位居民身份证号码，末位字母 X 大小写均可。"),
    )
    organisation = SelectField(_("单位"))
    employment = SelectField(_("人员性质"))
    enforcement_category = StringField(_("执法类别"), [Length(max=30)], description=_("不填则按单位的执法类别。"))
    enforcement_area = StringField(_("执法区域"), [Length(max=60)])
    submit = SubmitField(_("录入"))


class PostForm(Form):
    """What became of a person's post, and since when."""

    post = SelectField(_("变动后的岗位状态"), [InputRequired(_("请选择变动后的岗位状态。"))])
    since = DateField(_("变动日期"), [InputRequired(_("请填写变动日期。"))])
    submit = SubmitField(_("登记变动"))


class ConfirmForm(Form):
    """Nothing but the token: one button that does one thing."""

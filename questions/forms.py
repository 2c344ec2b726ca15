"""Forms of the question bank: a new version of an item, and single buttons."""

from wtforms import SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length

from core.forms import Form
from core.texts import lazy_gettext as _
from questions.items import LIMITS, Part

_ROWS = {"rows": 3}


def _option(letter: str) -> StringField:
    return StringField(_("选项 %(letter)s", letter=letter), [Length(max=LIMITS[Part.OPTION])])


class ItemForm(Form):
    """The wording, the options, the key and the ground of one item."""

    subject = SelectField(_("科目"))
    stem = TextAreaField(
        _("题干"), [InputRequired(_("请填写题干。")), Length(max=LIMITS[Part.STEM])], render_kw=_ROWS
    )
    option_a = _option("A")
    option_b = _option("B")
    option_c = _option("C")
    option_d = _option("D")
    option_e = _option("E")
    option_f = _option("F")
    key = StringField(_("答案"), [InputRequired(_("请填写答案。"))])
    law = StringField(_("法律"), [InputRequired(_("请填写法律名称。")), Length(max=LIMITS[Part.LAW])])
    article = StringField(_("条款"), [InputRequired(_("请填写条款。")), Length(max=LIMITS[Part.ARTICLE])])
    explanation = TextAreaField(_("解析"), [Length(max=LIMITS[Part.EXPLANATION])], render_kw=_ROWS)
    submit = SubmitField(_("存为新版本"))

    @property
    def options(self) -> tuple[StringField, ...]:
        """Return the fields of the options in the order of the letters."""
        return (self.option_a, self.option_b, self.option_c, self.option_d, self.option_e, self.option_f)


class ConfirmForm(Form):
    """Nothing but the token: one button that does one thing."""

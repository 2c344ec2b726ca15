"""Forms of training: a new course, hours for one person, a correction."""

from wtforms import DateField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length

from core.forms import Form
from core.texts import lazy_gettext as _
from training.courses import DESCRIPTION_LENGTH, TITLE_LENGTH
from training.hours import NOTE_LENGTH


class CourseForm(Form):
    """A course and the hours it asks for."""

    title = StringField(_("课程名称"), [InputRequired(_("请填写课程名称。")), Length(max=TITLE_LENGTH)])
    required_hours = StringField(
        _("应修学时"),
        [InputRequired(_("请填写应修学时。"))],
        description=_("1 学时为 45 分钟，以 0.5 学时为单位。修满才能参加指定了本课程的考试。"),
        render_kw={"inputmode": "decimal"},
    )
    starts_on = DateField(_("开始日期"), [InputRequired(_("请填写开始日期。"))])
    ends_on = DateField(_("结束日期"), [InputRequired(_("请填写结束日期。"))])
    description = TextAreaField(_("说明"), [Length(max=DESCRIPTION_LENGTH)], render_kw={"rows": 4})
    submit = SubmitField(_("新建课程"))


class HoursForm(Form):
    """Hours of one day for one person."""

    hours = StringField(
        _("学时"),
        [InputRequired(_("请填写学时。"))],
        description=_("以 0.5 学时为单位，同一天最多 12 学时。"),
        render_kw={"inputmode": "decimal"},
    )
    source = SelectField(_("方式"))
    held_on = DateField(_("培训日期"), [InputRequired(_("请填写培训日期。"))])
    note = StringField(_("备注"), [Length(max=NOTE_LENGTH)])
    submit = SubmitField(_("登记学时"))


class CorrectionForm(Form):
    """How many hours of which day are taken back, and why."""

    day = SelectField(_("更正哪一天的学时"))
    hours = StringField(
        _("扣减学时"),
        [InputRequired(_("请填写扣减的学时。"))],
        description=_("填正数；最多扣到当天为 0。"),
        render_kw={"inputmode": "decimal"},
    )
    note = StringField(_("更正原因"), [InputRequired(_("请写明更正的原因。")), Length(max=NOTE_LENGTH)])
    submit = SubmitField(_("登记更正"))

"""Forms of the exam's planning: a blueprint, a sitting, a change of standing."""

from typing import Any

import wtforms
from wtforms import (
    DateTimeLocalField,
    FieldList,
    FormField,
    IntegerField,
    SelectField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length

from core.errors import InvalidError
from core.forms import Form
from core.texts import lazy_gettext as _
from exam.blueprints import ANY_SUBJECT, Cell
from exam.registration import REASON_LENGTH
from exam.sittings import TITLE_LENGTH
from questions.kinds import KIND_NAMES, SUBJECT_NAMES, ItemKind, Subject

OFFERED_ROWS = 6
NUMBER = {"inputmode": "numeric", "size": 5}


class CellForm(wtforms.Form):
    """One row of a blueprint; a row without a kind is left out."""

    kind = SelectField(_("题型"))
    subject = SelectField(_("科目"))
    item_count = StringField(_("题数"), render_kw=NUMBER)
    marks_each = StringField(_("每题分值"), render_kw=NUMBER)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [("", _("（不用）")), *((str(kind), name) for kind, name in KIND_NAMES.items())]
        self.subject.choices = [("", ANY_SUBJECT), *((str(one), name) for one, name in SUBJECT_NAMES.items())]

    @property
    def is_blank(self) -> bool:
        """Say whether the row was left empty."""
        return not any((field.data or "").strip() for field in (self.kind, self.item_count, self.marks_each))


class BlueprintForm(Form):
    """A blueprint: its title, its rows, its time and its cut score."""

    title = StringField(_("方案名称"), [InputRequired(_("请填写方案名称。")), Length(max=TITLE_LENGTH)])
    cells = FieldList(FormField(CellForm), min_entries=OFFERED_ROWS)
    duration_minutes = IntegerField(_("考试时长（分钟）"), [InputRequired(_("请填写考试时长。"))])
    cut_score = IntegerField(
        _("合格分数线"),
        [InputRequired(_("请填写合格分数线。"))],
        description=_("达到这个分数即为合格。"),
    )
    submit = SubmitField(_("新建组卷方案"))

    def drafted_cells(self) -> tuple[Cell, ...]:
        """Return the rows that were filled in, or say which row cannot be read."""
        rows = enumerate((entry.form for entry in self.cells), start=1)
        return tuple(_cell_of(number, row) for number, row in rows if not row.is_blank)


class SittingForm(Form):
    """A sitting: its title, its blueprint, the course it asks for, its window."""

    title = StringField(_("考试名称"), [InputRequired(_("请填写考试名称。")), Length(max=TITLE_LENGTH)])
    blueprint = SelectField(_("组卷方案"))
    course = SelectField(_("要求修满的课程"), description=_("修满该课程的学时才能进入考试。"))
    opens_at = DateTimeLocalField(
        _("开考时间"), [InputRequired(_("请填写开始时间。"))], description=_("北京时间。")
    )
    closes_at = DateTimeLocalField(
        _("结束时间"),
        [InputRequired(_("请填写结束时间。"))],
        description=_("北京时间。到时未交的试卷按已保存的作答自动交卷。"),
    )
    submit = SubmitField(_("新建考试"))


class StandingForm(Form):
    """What becomes of a candidate's standing, and why."""

    standing = SelectField(_("改为"))
    reason = TextAreaField(
        _("原因"),
        [InputRequired(_("请写明原因，例如批准文件或依据。")), Length(max=REASON_LENGTH)],
        render_kw={"rows": 3},
    )
    submit = SubmitField(_("办理"))


class ConfirmForm(Form):
    """Nothing but the token: one button that does one thing."""


def _cell_of(number: int, row: CellForm) -> Cell:
    if not row.kind.data:
        raise InvalidError(_("第 %(row)s 行没有选择题型，请选择或清空这一行。", row=number))
    subject = Subject(row.subject.data) if row.subject.data else None
    counts = [_whole_number(number, field.data or "") for field in (row.item_count, row.marks_each)]
    return Cell(ItemKind(row.kind.data), subject, *counts)


def _whole_number(row: int, text: str) -> int:
    cleaned = text.strip()
    if not (cleaned.isascii() and cleaned.isdigit() and len(cleaned) <= 4):
        raise InvalidError(_("第 %(row)s 行的题数和每题分值请填写整数。", row=row))
    return int(cleaned)

"""Forms of the exam's planning: a blueprint, a sitting, a change of standing."""

from typing import Any

import wtforms
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    FieldList,
    FormField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length

from core.errors import InvalidError
from core.forms import Form
from core.texts import lazy_gettext as _
from exam.blueprints import ANY_SUBJECT, MULTIPLE_RULE_NAMES, Cell
from exam.corrections import REASON_LENGTH as CORRECTION_LENGTH, parsed_choices
from exam.marking import Accepted
from exam.registration import REASON_LENGTH
from exam.score_checks import ANSWER_LENGTH, REQUEST_LENGTH
from exam.sittings import TITLE_LENGTH
from exam.states import CHECK_FINDING_NAMES, SITTING_KIND_NAMES
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
    multiple_rule = SelectField(
        _("多选题计分"), description=_("选择得一半分的，多选题每题分值须为偶数；有错选的不得分。")
    )
    submit = SubmitField(_("新建组卷方案"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.multiple_rule.choices = [(str(rule), name) for rule, name in MULTIPLE_RULE_NAMES.items()]

    def drafted_cells(self) -> tuple[Cell, ...]:
        """Return the rows that were filled in, or say which row cannot be read."""
        rows = enumerate((entry.form for entry in self.cells), start=1)
        return tuple(_cell_of(number, row) for number, row in rows if not row.is_blank)


class SittingForm(Form):
    """A sitting: its title, its blueprint, the course it asks for, its window."""

    title = StringField(_("考试名称"), [InputRequired(_("请填写考试名称。")), Length(max=TITLE_LENGTH)])
    kind = SelectField(_("考试类别"), description=_("模拟考试供考生自行练习，不限次数，不计成绩，也不要求学时。"))
    first_sitting = SelectField(_("首次考试"), description=_("只有补考需要选择：是哪一场考试的补考。"))
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(str(kind), name) for kind, name in SITTING_KIND_NAMES.items()]


class StandingForm(Form):
    """What becomes of a candidate's standing, and why."""

    standing = SelectField(_("改为"))
    reason = TextAreaField(
        _("原因"),
        [InputRequired(_("请写明原因，例如批准文件或依据。")), Length(max=REASON_LENGTH)],
        render_kw={"rows": 3},
    )
    submit = SubmitField(_("办理"))


class CorrectionForm(Form):
    """Which choices of an item count as right from now on, and why."""

    accepted = SelectMultipleField(_("认可的答案"))
    others = StringField(
        _("其他答案"),
        [Length(max=200)],
        description=_("上面没有列出的，填在这里，用空格分开，如 ABD ACD。"),
    )
    everybody = BooleanField(_("题目无法作答，抽到此题的人都得满分"))
    reason = TextAreaField(
        _("更正理由"),
        [InputRequired(_("请写明理由，例如法律条文或专家意见。")), Length(max=CORRECTION_LENGTH)],
        description=_("批准人和受影响的考生都会看到。"),
        render_kw={"rows": 3},
    )

    def accepted_choices(self, kind: ItemKind) -> Accepted:
        """Return what was ticked and written, or say what is missing; everybody is no choice at all."""
        choices = frozenset(self.accepted.data or ()) | parsed_choices(kind, self.others.data or "")
        if self.everybody.data and choices:
            raise InvalidError(_("请在“都得满分”和具体答案之间选择一种，不要同时选。"))
        if not self.everybody.data and not choices:
            raise InvalidError(_("请至少选择一个认可的答案，或选择“都得满分”。"))
        return choices


class RejectionForm(Form):
    """Why a proposed key is turned down."""

    reason = TextAreaField(
        _("不批准的理由"),
        [InputRequired(_("请写明不批准的理由。")), Length(max=CORRECTION_LENGTH)],
        render_kw={"rows": 3},
    )


class ScoreCheckForm(Form):
    """What a candidate doubts about the score."""

    request = TextAreaField(
        _("申请内容"),
        [InputRequired(_("请写明对哪些题目或哪部分成绩有疑问。")), Length(max=REQUEST_LENGTH)],
        description=_("写明有疑问的题目和理由。每场考试只能申请一次。"),
        render_kw={"rows": 5},
    )


class AnswerForm(Form):
    """What a score check came to."""

    finding = SelectField(_("复核结论"))
    answer = TextAreaField(
        _("答复"),
        [InputRequired(_("请写明复核的经过和结论。")), Length(max=ANSWER_LENGTH)],
        description=_("考生会看到全文。"),
        render_kw={"rows": 5},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.finding.choices = [(str(finding), name) for finding, name in CHECK_FINDING_NAMES.items()]


class ReceiptForm(Form):
    """A receipt, pasted or as the file that was handed out."""

    receipt = TextAreaField(
        _("回执内容"),
        description=_("粘贴回执文件的全部内容，或在下面选择文件。"),
        render_kw={"rows": 6, "spellcheck": "false"},
    )
    file = FileField(_("回执文件"))


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

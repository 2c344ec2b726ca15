"""Forms of the exam: its planning, and what the staff does in the room."""

from typing import Any

import wtforms
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from core.errors import InvalidError
from core.forms import Form
from core.texts import lazy_gettext as _
from exam.accommodations import ACCOMMODATION_NAMES, LONGEST_EVIDENCE
from exam.blueprints import ANY_SUBJECT, MULTIPLE_RULE_NAMES, Cell
from exam.corrections import REASON_LENGTH as CORRECTION_LENGTH, parsed_choices
from exam.events import IRREGULARITY_NAMES, LONGEST_REASON
from exam.marking import Accepted
from exam.registration import REASON_LENGTH
from exam.rooms import NAME_LENGTH
from exam.score_checks import ANSWER_LENGTH, REQUEST_LENGTH
from exam.sittings import DEFAULT_CHECK_DAYS, DEFAULT_GRACE_SECONDS, DEFAULT_LEAVE_LIMIT, TITLE_LENGTH
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
    grace_seconds = IntegerField(
        _("迟到作答宽限（秒）"),
        [InputRequired(_("请填写宽限秒数，不宽限填 0。")), NumberRange(0, 600, _("宽限应为 0 到 600 秒。"))],
        default=DEFAULT_GRACE_SECONDS,
        description=_("截止前写下、因网络迟到的作答，在宽限内自动接收；超过的由人员决定是否采纳。"),
    )
    leave_limit = IntegerField(
        _("离开页面次数上限"),
        [InputRequired(_("请填写次数，不限制填 0。")), NumberRange(0, 50, _("次数应为 0 到 50，0 为不限制。"))],
        default=DEFAULT_LEAVE_LIMIT,
        description=_("离开作答页面达到这个次数时自动交卷并标为异常；填 0 不限制。"),
    )
    check_days = IntegerField(
        _("成绩复核申请期（天）"),
        [InputRequired(_("请填写天数，不受理填 0。")), NumberRange(0, 30, _("天数应为 0 到 30。"))],
        default=DEFAULT_CHECK_DAYS,
        description=_("成绩确定后，考生可以在这些天内申请复核。"),
    )
    submit = SubmitField(_("新建考试"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(str(kind), name) for kind, name in SITTING_KIND_NAMES.items()]


class ActForm(Form):
    """What an invigilator does to whom, and why. What was chosen travels along with the form."""

    act = HiddenField()
    people = HiddenField()
    decided_at = HiddenField()
    done = HiddenField()
    refused = HiddenField()
    minutes = IntegerField(_("分钟数"), [Optional()], render_kw=NUMBER)
    category = SelectField(_("异常类别"), validate_choice=False)
    reason = TextAreaField(
        _("原因"),
        [InputRequired(_("请写明原因，以便事后查考。")), Length(max=LONGEST_REASON)],
        description=_("写入考场记录，事后可以查考。"),
        render_kw={"rows": 3},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(str(one), name) for one, name in IRREGULARITY_NAMES.items()]
        self.category.choices = [("", _("请选择")), *names]


class DecisionForm(Form):
    """What becomes of responses that came too late, and why."""

    reason = TextAreaField(
        _("理由"),
        [InputRequired(_("请写明理由，例如断网的经过和核实情况。")), Length(max=LONGEST_REASON)],
        render_kw={"rows": 2},
    )


class HandInFileForm(Form):
    """The sealed file that a candidate without a network saved."""

    file = FileField(
        _("离线作答文件"),
        [FileRequired(_("请选择考生保存的离线作答文件。"))],
        description=_("由考生页面在断网时保存的文件，不要打开或修改。"),
    )


class RoomForm(Form):
    """A room: its name and the addresses it is entered from."""

    name = StringField(_("考场名称"), [InputRequired(_("请填写考场名称。")), Length(max=NAME_LENGTH)])
    networks = TextAreaField(
        _("地址段"),
        description=_("一行一个，如 192.168.1.0/24。填写后，考生只能从这些地址进入；不填不限制。"),
        render_kw={"rows": 3},
    )


class AccommodationForm(Form):
    """What is granted to a candidate, and on what evidence."""

    kind = SelectField(_("便利"))
    minutes = IntegerField(
        _("延长分钟数"), [Optional()], description=_("只在延长考试时间时填写。"), render_kw=NUMBER
    )
    evidence = TextAreaField(
        _("证明材料"),
        [InputRequired(_("请写明证明材料，例如证明名称和编号。")), Length(max=LONGEST_EVIDENCE)],
        description=_("只有市级管理员可以看到。"),
        render_kw={"rows": 3},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(str(one), name) for one, name in ACCOMMODATION_NAMES.items()]


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

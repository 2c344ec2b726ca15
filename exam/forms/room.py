"""Forms of the room and of what comes after it: acts, late answers, corrected keys, score checks, receipts."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from core.errors import InvalidError
from core.forms import Form
from core.texts import lazy_gettext as _
from exam.corrections import REASON_LENGTH as CORRECTION_LENGTH, parsed_choices
from exam.events import IRREGULARITY_NAMES, LONGEST_REASON
from exam.marking import Accepted
from exam.score_checks import ANSWER_LENGTH, REQUEST_LENGTH
from exam.states import CHECK_FINDING_NAMES
from questions.kinds import ItemKind

NUMBER = {"inputmode": "numeric", "size": 5}


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

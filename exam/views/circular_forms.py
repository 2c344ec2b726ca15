"""Forms of snapshots and circulars; the figures of an exam have no field in any of them."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import DateField, DecimalField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, StopValidation

from core.errors import DomainError
from core.forms import Form
from core.texts import Text, lazy_gettext as _
from exam.circulars import (
    REASON_LENGTH,
    TITLE_LENGTH,
    WORD_NAMES,
    CircularDraft,
    CircularWords,
    Thresholds,
)
from exam.cut_offs import Cut

HUNDRED = Decimal(100)
MOST_PEOPLE = 100_000


def _percentage(_form: Any, field: Any) -> None:
    """Take a percentage with at most one decimal; whatever else was typed gets one sentence."""
    number = field.data
    if number is None or not number.is_finite() or not 0 <= number <= HUNDRED or number != round(number, 1):
        _stop(field, _("请填写 0 到 100 之间的百分数，最多一位小数。"))


def _people(_form: Any, field: Any) -> None:
    if field.data is None or not 0 <= field.data <= MOST_PEOPLE:
        _stop(field, _("请填写人数，可以填 0。"))


def _stop(field: Any, sentence: Text) -> None:
    field.errors[:] = []
    raise StopValidation(sentence)


class SnapshotForm(Form):
    """Up to where results count in the snapshot."""

    cut = HiddenField()

    @property
    def chosen(self) -> Cut:
        """Return the cut-off whose button was pressed; the first sitting where none is named."""
        return Cut(self.cut.data) if self.cut.data in set(Cut) else Cut.FIRST


class StepForm(Form):
    """One step of a circular, taken on the revision that was read."""

    revision = HiddenField()

    @property
    def read_revision(self) -> int:
        """Return the revision that was read; 0, which is none, where the page sent nothing of the kind."""
        text = self.revision.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class CircularForm(StepForm):
    """The words and thresholds of a circular; the figures have no field."""

    snapshot = SelectField(_("统计快照"))
    title = StringField(_("标题"), render_kw={"maxlength": TITLE_LENGTH})
    document_no = StringField(_("发文字号"), description=_("例如：×法治办〔2017〕8号。"))
    dated_on = DateField(_("成文日期"), [InputRequired(_("请填写成文日期。"))])
    addressees = TextAreaField(WORD_NAMES["addressees"], render_kw={"rows": 2})
    opening = TextAreaField(WORD_NAMES["opening"], render_kw={"rows": 4})
    basics = TextAreaField(WORD_NAMES["basics"], render_kw={"rows": 3})
    achievements = TextAreaField(WORD_NAMES["achievements"], render_kw={"rows": 3})
    problems = TextAreaField(WORD_NAMES["problems"], render_kw={"rows": 3})
    requirements = TextAreaField(WORD_NAMES["requirements"], render_kw={"rows": 8})
    closing = TextAreaField(WORD_NAMES["closing"], render_kw={"rows": 2})
    issuer_name = StringField(WORD_NAMES["issuer_name"])
    signer = StringField(WORD_NAMES["signer"])
    copy_to = StringField(WORD_NAMES["copy_to"])
    kept_numbers = StringField(
        WORD_NAMES["kept_numbers"],
        description=_(
            "正文中确需手工填写、与考试统计无关的数字，包括工作要求中的目标，用顿号隔开，例如：3名、95%。批准人会看到。"
        ),
    )
    good_participation = DecimalField(_("表扬：参考率不低于（%）"), [_percentage])
    good_pass = DecimalField(_("表扬：合格率不低于（%）"), [_percentage])
    poor_not_completed = IntegerField(_("批评：未按要求完成人数多于"), [_people])
    poor_pass = DecimalField(
        _("批评：合格率低于（%）"), [Optional(), _percentage], description=_("留空表示低于全市合格率。")
    )

    def refuse(self, error: DomainError) -> None:
        """Show every reason above the fields; what was typed stays."""
        self.form_errors.extend(map(str, error.sentences))

    def fill(self, draft: CircularDraft) -> None:
        """Show a draft in the fields."""
        values = {**vars(draft.words), **vars(draft.thresholds)}
        values |= {"title": draft.title, "document_no": draft.document_no, "dated_on": draft.dated_on}
        for name, value in values.items():
            self[name].data = value

    def draft(self) -> CircularDraft:
        """Return what was typed."""
        words = {one.name: self[one.name].data or "" for one in fields(CircularWords)}
        limits = {one.name: self[one.name].data for one in fields(Thresholds)}
        return CircularDraft(
            self.title.data or "",
            self.document_no.data or "",
            self.dated_on.data or date.min,
            CircularWords(**words),
            Thresholds(**limits),
        )


class CircularCorrectionForm(Form):
    """Why an issued circular is corrected, and from which figures."""

    snapshot = SelectField(_("统计快照"))
    reason = TextAreaField(
        _("更正原因"),
        [InputRequired(_("请写明更正的原因。")), Length(max=REASON_LENGTH)],
        description=_("写入更正通报。数字的变动由系统对照两份快照自动列出，不必在这里填写。"),
        render_kw={"rows": 3},
    )

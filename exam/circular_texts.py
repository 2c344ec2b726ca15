"""A circular put together: sentences made from the figures, the writer's own words round them, the tables.

Pure: equal snapshot and equal draft give an equal letter, and every figure in it is marked as one. The words
are Chinese in every language of the pages, for an official document has one wording.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from exam.circular_figures import Run, chinese_date, city_day, filled, places, written_rate
from exam.circular_tables import Attachment, attachments
from exam.circulars import (
    CircularDraft,
    CircularWords,
    Judged,
    Thresholds,
    judged,
    poor_bar,
)
from exam.cut_offs import Cut
from exam.pass_rates import UnitFigures, UnitRow
from exam.ranking import SMALLEST_RANKED
from exam.snapshots import Snapshot

CORRECTED = "（更正）"
SAMPLE_MARK, DRAFT_MARK = "演示样稿 SAMPLE", "送审稿"
CHARTS_TITLE = "各单位合格率和成绩分布图"
HEADINGS = ("一、基本情况", "二、主要成绩", "三、存在的问题", "四、工作要求")
_CHANGED = {
    "due": "应参加",
    "participated": "参加考试",
    "passed": "合格",
    "failed": "未合格",
    "not_completed": "未按要求完成",
    "training_not_started": "未参加培训",
    "training_short": "学时不足",
    "exam_absent": "学时已满未参加考试",
}
_PERIODS = {Cut.FIRST: "首次考试", Cut.WITH_MAKE_UP: "首次考试和已结束的补考（每人只计一次，取最好的结果）"}


class ParagraphKind(StrEnum):
    """How a paragraph is set."""

    ADDRESSEES = "addressees"
    HEADING = "heading"
    BODY = "body"


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of the letter."""

    kind: ParagraphKind
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """Return the whole paragraph."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True)
class Correction:
    """What a version corrects, and why."""

    title: str
    document_no: str
    dated_on: date
    reason: str
    changes: tuple[tuple[str, UnitFigures, UnitFigures], ...] = ()


@dataclass(frozen=True)
class Letter:
    """Everything that is printed; ``mark`` stands on every page where it is not a document in force."""

    title: str
    document_no: str
    paragraphs: tuple[Paragraph, ...]
    attachments: tuple[Attachment, ...]
    issuer_name: str
    dated_on: date
    signer: str
    copy_to: str
    source: str
    snapshot: Snapshot
    mark: str = ""

    @property
    def announced(self) -> list[str]:
        """Return the names of the attachments as the letter announces them; no mark ends them."""
        names = [f"{one.number}．{one.title}" for one in self.attachments]
        return [*names, f"{self.charts_number}．{CHARTS_TITLE}"]

    @property
    def charts_number(self) -> int:
        """Return the number of the attachment that holds the charts."""
        return len(self.attachments) + 1

    @property
    def text(self) -> str:
        """Return title and paragraphs, one a line."""
        return "\n".join([self.title, *(one.text for one in self.paragraphs)])


def default_draft(snapshot: Snapshot, today: date) -> CircularDraft:
    """Return what a new circular starts from."""
    year = city_day(snapshot.head.opens_at).year
    return CircularDraft(
        title=f"关于{year}年度{snapshot.head.sitting_title}情况的通报",
        document_no="",
        dated_on=today,
        words=CircularWords(
            addressees="各县区人民政府，市直各行政执法部门：",
            opening=(
                "按照行政执法人员持证上岗和资格管理制度的要求，{考试时间}，{发文机关}组织开展了{考试名称}。"
                "现将有关情况通报如下："
            ),
            requirements=(
                "（一）认真组织补考。各单位要组织未合格人员认真学习，按通知规定的时间参加补考。\n"
                "（二）严格持证上岗。未取得行政执法资格的人员，不得从事行政执法工作；调离执法岗位的，"
                "要及时交回行政执法证件。\n"
                "（三）逐人说明原因。有人员未按要求完成培训考试的单位，要逐人查明原因，及时报送书面说明。"
            ),
            closing="特此通报。",
            issuer_name=snapshot.head.issuer_name,
        ),
        thresholds=Thresholds(),
    )


def letter(
    snapshot: Snapshot, digest: str, draft: CircularDraft, *, correction: Correction | None = None, mark: str = ""
) -> Letter:
    """Return the circular as it is printed."""
    named = judged(snapshot, draft.thresholds)
    words, names = draft.words, places(snapshot)
    own = {
        name: _own(getattr(words, name), names) for name in ("basics", "achievements", "problems", "requirements")
    }
    return Letter(
        title=_title(draft.title, names, correction),
        document_no=draft.document_no,
        paragraphs=(
            *_own(words.addressees, names, ParagraphKind.ADDRESSEES),
            *(_corrects(correction, names) if correction else []),
            *_own(words.opening, names),
            *_section(0, _basics(snapshot), own["basics"]),
            *_section(1, _achievements(snapshot, draft.thresholds, named), own["achievements"]),
            *_section(2, _problems(snapshot, draft.thresholds, named), own["problems"]),
            *_section(3, [], own["requirements"]),
            *_own(words.closing, names),
        ),
        attachments=attachments(snapshot),
        issuer_name=words.issuer_name,
        dated_on=draft.dated_on,
        signer=words.signer,
        copy_to=words.copy_to,
        source=source_line(snapshot, digest),
        snapshot=snapshot,
        mark=mark,
    )


def source_line(snapshot: Snapshot, digest: str) -> str:
    """Return the line that says where the figures come from, under every table."""
    head = snapshot.head
    return f"数据来源：{head.sitting_title}统计快照第{head.number}号，SHA-256：{digest}"


def _title(title: str, names: dict[str, str], correction: Correction | None) -> str:
    plain = "".join(run.text for run in filled(title, names))
    return plain + CORRECTED if correction and not plain.endswith(CORRECTED) else plain


def _own(text: str, names: dict[str, str], kind: ParagraphKind = ParagraphKind.BODY) -> list[Paragraph]:
    lines = [line.strip() for line in text.splitlines()]
    return [Paragraph(kind, filled(line, names)) for line in lines if line]


def _section(number: int, sentences: Sequence[Paragraph], own: Sequence[Paragraph]) -> list[Paragraph]:
    heading = Paragraph(ParagraphKind.HEADING, (Run(HEADINGS[number]),))
    return [heading, *sentences, *own] if sentences or own else []


def _corrects(correction: Correction, names: dict[str, str]) -> list[Paragraph]:
    named = f"《{correction.title}》（{correction.document_no}，{chinese_date(correction.dated_on)}）"
    reason = filled(correction.reason.strip().rstrip("。"), names)
    start, end = Run(f"本通报是对{named}的更正。更正原因："), Run("。自本通报印发之日起，以本通报为准。")
    notice = Paragraph(ParagraphKind.BODY, (start, *reason, end))
    changes = "；".join(_change(*one) for one in correction.changes)
    return [notice, *([_said(f"与原通报相比，数字变动如下：{changes}。")] if changes else [])]


def _change(name: str, before: UnitFigures, after: UnitFigures) -> str:
    """Say what became of each figure of a unit that is another now."""
    pairs = [(words, getattr(before, one), getattr(after, one)) for one, words in _CHANGED.items()]
    return name + "，".join(f"{words}由⟦{old}⟧人改为⟦{new}⟧人" for words, old, new in pairs if old != new)


def _basics(snapshot: Snapshot) -> list[Paragraph]:
    total, table = snapshot.table.total, snapshot.table
    parts = [
        _part(f"{len(rows)}个{name}", figures)
        for rows, name, figures in (
            (table.counties, "县区", table.county_subtotal),
            (table.departments, "市直部门", table.department_subtotal),
        )
        if rows
    ]
    return [
        _said(
            f"本次培训考试应参加⟦{total.due}⟧人，参加考试⟦{total.participated}⟧人，"
            f"参考率⟦{written_rate(total.participation_rate)}⟧。参加考试人员中，合格⟦{total.passed}⟧人，"
            f"未合格⟦{total.failed}⟧人，合格率⟦{written_rate(total.pass_rate)}⟧（合格人数÷参加考试人数）；"
            f"合格人数占应参加人数的⟦{written_rate(total.overall_rate)}⟧。未按要求完成培训考试⟦{total.not_completed}⟧人"
            f"{_shortfalls(total)}。"
        ),
        _said("；".join(parts) + "。各单位情况见附件1、附件2。"),
        _said(
            f"以上为{_PERIODS[snapshot.head.cut]}的结果，统计截至⟦{chinese_date(city_day(snapshot.head.taken_at))}⟧，"
            f"取自统计快照第⟦{snapshot.head.number}⟧号。"
        ),
    ]


def _shortfalls(figures: UnitFigures) -> str:
    if figures.not_completed == 0:
        return ""
    return (
        f"，其中未参加培训⟦{figures.training_not_started}⟧人、学时不足⟦{figures.training_short}⟧人、"
        f"学时已满未参加考试⟦{figures.exam_absent}⟧人"
    )


def _part(name: str, figures: UnitFigures) -> str:
    return (
        f"{name}应参加⟦{figures.due}⟧人，参加考试⟦{figures.participated}⟧人，合格⟦{figures.passed}⟧人，"
        f"合格率⟦{written_rate(figures.pass_rate)}⟧，未按要求完成培训考试⟦{figures.not_completed}⟧人"
    )


def _achievements(snapshot: Snapshot, thresholds: Thresholds, named: Judged) -> list[Paragraph]:
    everybody = [row for row in snapshot.units if row.figures.due == row.figures.participated > 0]
    bars = f"参考率达到{_plain(thresholds.good_participation)}%且合格率达到{_plain(thresholds.good_pass)}%"
    full = f"应参加人员全部参加考试的单位有⟦{len(everybody)}⟧个。" if everybody else ""
    if not named.good:
        return [_said(f"{full}本次没有单位{bars}。")]
    listed = "、".join(
        f"{row.name}（参考率⟦{written_rate(row.figures.participation_rate)}⟧，"
        f"合格率⟦{written_rate(row.figures.pass_rate)}⟧）"
        for row in named.good
    )
    return [_said(f"{full}{bars}的单位有⟦{len(named.good)}⟧个：{listed}。上述单位组织有力，成效明显，予以表扬。")]


def _problems(snapshot: Snapshot, thresholds: Thresholds, named: Judged) -> list[Paragraph]:
    total, bar = snapshot.table.total, poor_bar(snapshot, thresholds)
    missing = [row for row in snapshot.units if row.figures.not_completed]
    found = []
    if missing:
        found.append(
            f"⟦{len(missing)}⟧个单位有人员未按要求完成培训考试，共⟦{total.not_completed}⟧人，各单位人数见附件3。"
        )
    if named.below and bar is not None:
        found.append(f"⟦{len(named.below)}⟧个单位的合格率低于{_bar_name(thresholds)}（⟦{written_rate(bar)}⟧）。")
    if named.poor:
        found.append(_criticism(snapshot, thresholds, named.poor))
    if named.too_small:
        found.append(f"参加考试不足{SMALLEST_RANKED}人的⟦{len(named.too_small)}⟧个单位，人数较少，不作评价。")
    return [_said(text) for text in found] or [_said("各单位应参加人员均已按要求完成培训考试。")]


def _criticism(snapshot: Snapshot, thresholds: Thresholds, poor: Sequence[UnitRow]) -> str:
    more = f"超过{thresholds.poor_not_completed}名" if thresholds.poor_not_completed else ""
    groups = [
        (name, [row for row in poor if row in rows])
        for name, rows in (("县区", snapshot.table.counties), ("市直部门", snapshot.table.departments))
    ]
    listed = "；".join(f"{name}：{'、'.join(map(_criticised, rows))}" for name, rows in groups if rows)
    return (
        f"下列⟦{len(poor)}⟧个单位有{more}人员未按要求完成培训考试，合格率又低于{_bar_name(thresholds)}，"
        f"组织不充分，对培训考试重视不够，予以批评：{listed}。"
    )


def _criticised(row: UnitRow) -> str:
    figures = row.figures
    return f"{row.name}（未按要求完成⟦{figures.not_completed}⟧人，合格率⟦{written_rate(figures.pass_rate)}⟧）"


def _plain(bar: Decimal) -> str:
    """Return a threshold without an idle zero."""
    return f"{bar.normalize():f}"


def _bar_name(thresholds: Thresholds) -> str:
    return "全市合格率" if thresholds.poor_pass is None else "规定标准"


def _said(sentence: str) -> Paragraph:
    """Return a sentence as a paragraph; what stands between the brackets ⟦ and ⟧ is a figure."""
    runs: list[Run] = []
    for part in sentence.split("⟦"):
        figure, bracket, rest = part.partition("⟧")
        runs += [Run(figure, is_figure=True), Run(rest)] if bracket else [Run(part)]
    return Paragraph(ParagraphKind.BODY, tuple(run for run in runs if run.text))

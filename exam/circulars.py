"""A circular as its writer holds it: the words, the thresholds, and who is named by them.

Units are named by rule and never by hand. A unit where fewer than five took part is not named: its rates say
more about single people than about the unit.
"""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from core.errors import Reason
from core.texts import Text, lazy_gettext as _
from exam.circular_figures import kept_numbers, places, reasons_against_aims, reasons_against_words
from exam.circular_states import CIRCULAR, CircularState
from exam.pass_rates import UnitRow
from exam.ranking import is_ranked
from exam.snapshots import Snapshot

TITLE_LENGTH, NUMBER_LENGTH, WORDS_LENGTH, REASON_LENGTH = 100, 40, 3000, 500
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Thresholds:
    """Who did well and who organised badly; rates in per cent as they are printed, with one decimal.

    Well: took part and passed at least so much. Badly: more not completed than so many, and passed below
    ``poor_pass``, which is the city's own rate where it is None.
    """

    good_participation: Decimal = Decimal("95.0")
    good_pass: Decimal = Decimal("90.0")
    poor_not_completed: int = 0
    poor_pass: Decimal | None = None


@dataclass(frozen=True)
class CircularWords:
    """Everything a writer may write; figures stand in it as named places only. Texts may have paragraphs."""

    addressees: str = ""
    opening: str = ""
    basics: str = ""
    achievements: str = ""
    problems: str = ""
    requirements: str = ""
    closing: str = ""
    issuer_name: str = ""
    signer: str = ""
    copy_to: str = ""
    kept_numbers: str = ""


@dataclass(frozen=True)
class CircularDraft:
    """A circular as it is written down: its heading, its words, its thresholds."""

    title: str
    document_no: str
    dated_on: date
    words: CircularWords
    thresholds: Thresholds


@dataclass(frozen=True)
class Judged:
    """Which units are named for what, in the order to name them; ``missing`` and ``below`` are only counted."""

    good: tuple[UnitRow, ...]
    missing: tuple[UnitRow, ...]
    below: tuple[UnitRow, ...]
    poor: tuple[UnitRow, ...]
    too_small: tuple[UnitRow, ...]


@dataclass(frozen=True)
class StepFacts:
    """What a step of a circular rests on: where it stands, whose text it is, and what stands beside it."""

    state: CircularState
    is_own_text: bool
    is_current_revision: bool = True
    has_number: bool = True
    is_corrected: bool = False
    corrected_is_issued: bool = True


WORD_NAMES: dict[str, Text] = {
    "addressees": _("主送机关"),
    "opening": _("开头"),
    "basics": _("“基本情况”补充"),
    "achievements": _("“主要成绩”补充"),
    "problems": _("“存在的问题”补充"),
    "requirements": _("工作要求"),
    "closing": _("结尾"),
    "issuer_name": _("发文机关署名"),
    "signer": _("签发人"),
    "copy_to": _("抄送"),
    "kept_numbers": _("与统计无关的数字"),
}
TITLE_NAME = _("标题")
_SHORT_WORDS = {"issuer_name": 60, "signer": 30, "copy_to": 500, "addressees": 500, "kept_numbers": 200}


def judged(snapshot: Snapshot, thresholds: Thresholds) -> Judged:
    """Return which units are named; what decides is the printed rate, which every reader can check."""
    large = [row for row in snapshot.units if is_ranked(row.figures)]
    bar = poor_bar(snapshot, thresholds)
    missing = [row for row in large if row.figures.not_completed > thresholds.poor_not_completed]
    below = [row for row in large if bar is not None and _pass(row) < bar]
    return Judged(
        good=tuple(sorted((row for row in large if _is_good(row, thresholds)), key=_best_first)),
        missing=tuple(missing),
        below=tuple(below),
        poor=tuple(sorted((row for row in below if row in missing), key=lambda row: (_pass(row), row.code))),
        too_small=tuple(row for row in snapshot.units if row not in large),
    )


def poor_bar(snapshot: Snapshot, thresholds: Thresholds) -> Decimal | None:
    """Return the pass rate below which a unit organised badly."""
    return snapshot.table.total.pass_rate if thresholds.poor_pass is None else thresholds.poor_pass


def reasons_against_draft(draft: CircularDraft, snapshot: Snapshot) -> list[Reason]:
    """Return every reason why a circular cannot be written down like this, in the order of its fields."""
    reasons = []
    if not 0 < len(draft.title) <= TITLE_LENGTH:
        text = _("请填写标题，不超过 %(limit)s 个字。", limit=TITLE_LENGTH)
        reasons.append(Reason("title_length", text))
    if len(draft.document_no) > NUMBER_LENGTH:
        text = _("发文字号请不要超过 %(limit)s 个字，例如：×法治办〔2017〕8号。", limit=NUMBER_LENGTH)
        reasons.append(Reason("number_length", text))
    names, kept = places(snapshot), kept_numbers(draft.words.kept_numbers)
    reasons += reasons_against_words(str(TITLE_NAME), draft.title, names, kept)
    for one in fields(draft.words):
        reasons += _reasons_against_field(one.name, getattr(draft.words, one.name), names, kept)
    return reasons + _reasons_against_thresholds(draft.thresholds, snapshot)


def reasons_against_step(facts: StepFacts, verb: str) -> list[Reason]:
    """Return every reason why a circular cannot be approved, sent back, issued, discarded or corrected."""
    reasons = CIRCULAR.reasons_against(facts.state, verb)
    if reasons:
        return reasons
    if not facts.is_current_revision:
        reasons.append(Reason("was_edited", _("您打开这一页之后，通报又被修改过。请重新阅读后再办理。")))
    if verb == "approve" and facts.is_own_text:
        reasons.append(Reason("own_text", _("文稿最后由您修改，须由另一名管理员批准。")))
    if verb in {"approve", "issue"} and not facts.has_number:
        reasons.append(Reason("no_number", _("还没有填写发文字号。请先修改文稿，填写发文字号。")))
    if verb in {"approve", "issue"} and not facts.corrected_is_issued:
        reasons.append(Reason("corrected_not_issued", _("所更正的通报尚未印发。")))
    if verb == "correct" and facts.is_corrected:
        reasons.append(Reason("is_corrected", _("这份通报已有更正。请在最新一版上更正。")))
    return reasons


def reasons_against_reason(reason: str) -> list[Reason]:
    """Return why the words do not say why a circular is corrected."""
    if 0 < len(reason.strip()) <= REASON_LENGTH:
        return []
    text = _("请写明更正的原因，不超过 %(limit)s 个字。", limit=REASON_LENGTH)
    return [Reason("correction_reason", text)]


def _reasons_against_field(name: str, text: str, names: dict[str, str], kept: frozenset[str]) -> list[Reason]:
    limit, label = _SHORT_WORDS.get(name, WORDS_LENGTH), str(WORD_NAMES[name])
    reasons = []
    if len(text) > limit:
        words = _("“%(label)s”请不要超过 %(limit)s 个字。", label=label, limit=limit)
        reasons.append(Reason("words_length", words))
    if name in {"addressees", "opening", "issuer_name"} and not text.strip():
        reasons.append(Reason("words_missing", _("请填写“%(label)s”。", label=label)))
    if name == "requirements":
        reasons += reasons_against_aims(label, text, names, kept)
    elif name != "kept_numbers":
        reasons += reasons_against_words(label, text, names, kept)
    return reasons


def _reasons_against_thresholds(thresholds: Thresholds, snapshot: Snapshot) -> list[Reason]:
    rates = (thresholds.good_participation, thresholds.good_pass, thresholds.poor_pass or Decimal(0))
    if not all(0 <= rate <= HUNDRED for rate in rates) or thresholds.poor_not_completed < 0:
        return [Reason("threshold_range", _("标准中的百分比应在 0 到 100 之间，人数不能小于 0。"))]
    bar = poor_bar(snapshot, thresholds)
    if bar is not None and bar > thresholds.good_pass:
        text = _(
            "批评的合格率标准（%(poor)s%%）高于表扬的标准（%(good)s%%），同一单位会既受表扬又受批评。请调整。",
            poor=bar,
            good=thresholds.good_pass,
        )
        return [Reason("thresholds_cross", text)]
    return []


def _is_good(row: UnitRow, thresholds: Thresholds) -> bool:
    rate = row.figures.participation_rate
    return rate is not None and rate >= thresholds.good_participation and _pass(row) >= thresholds.good_pass


def _pass(row: UnitRow) -> Decimal:
    """Return the pass rate of a unit where somebody took part."""
    rate = row.figures.pass_rate
    if rate is None:
        raise ValueError("nobody took part, so there is no rate")
    return rate


def _best_first(row: UnitRow) -> tuple[Decimal, Decimal, str]:
    return -(row.figures.participation_rate or Decimal(0)), -_pass(row), row.code

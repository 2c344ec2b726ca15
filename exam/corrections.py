"""Another key for an item of a sitting: what may be proposed, who may approve it, and what it would change.

The effect is computed before anything is stored, from the same marking that marks everybody.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from core.errors import InvalidError, Reason
from core.texts import lazy_gettext as _
from exam.marking import Accepted
from exam.outcomes import Decision
from exam.states import CORRECTION, CorrectionState, Outcome, SittingState
from questions.items import parsed_key, written_key
from questions.kinds import OPTION_LETTERS, ItemKind

REASON_LENGTH = 1000
MOST_KEYS = 63
_BETWEEN_KEYS = re.compile(r"[\s,;，；/]+")


@dataclass(frozen=True)
class ProposalFacts:
    """What proposing rests on: the sitting, the item as it was asked, and what is accepted at present."""

    state: SittingState
    is_in_bank: bool
    has_open_proposal: bool
    kind: ItemKind
    option_count: int
    accepted: Accepted


@dataclass(frozen=True)
class DecisionFacts:
    """What deciding rests on: where the proposal stands, and whether it is one's own."""

    state: CorrectionState
    is_own: bool


@dataclass(frozen=True)
class Rescored:
    """What the proposal does to one attempt that has the item; an outcome where the person was due."""

    candidate_id: UUID
    organisation_id: UUID
    score_before: int
    score_after: int
    before: Decision
    after: Decision

    @property
    def change(self) -> int:
        """Return how the score changes."""
        return self.score_after - self.score_before


@dataclass(frozen=True)
class UnitEffect:
    """What the proposal does to the people of one unit."""

    organisation_id: UUID
    attempts: int
    raised: int
    lowered: int
    to_passed: int
    from_passed: int


@dataclass(frozen=True)
class ScoreChange:
    """So many attempts change by so many marks."""

    change: int
    attempts: int


def reasons_against_proposal(facts: ProposalFacts, accepted: Accepted, reason: str) -> list[Reason]:
    """Return every reason why this key cannot be proposed; no choice at all gives everybody the marks."""
    reasons = []
    if facts.state is SittingState.DRAFT:
        reasons.append(Reason("is_draft", _("本场考试还没有开放，请直接在题库中修订试题。")))
    elif not facts.is_in_bank:
        reasons.append(Reason("not_in_bank", _("本场考试的题库中没有这道题。")))
    if facts.has_open_proposal:
        reasons.append(Reason("is_open", _("这道题已有一项更正在等待批准，请先处理。")))
    if accepted == facts.accepted:
        reasons.append(Reason("no_change", _("与现在认可的答案相同，没有需要更正的内容。")))
    for choice in sorted(accepted):
        reasons += _reasons_against_choice(facts, choice)
    return reasons + _reasons_against_text(reason)


def reasons_against_decision(facts: DecisionFacts, verb: str) -> list[Reason]:
    """Return why this person cannot approve or reject the proposal; nobody decides on their own."""
    reasons = CORRECTION.reasons_against(facts.state, verb)
    if facts.is_own:
        reasons.append(Reason("own_proposal", _("更正须由提出人以外的另一名管理员批准，请交由他人处理。")))
    return reasons


def reasons_against_rejection(reason: str) -> list[Reason]:
    """Return why what was written down as the reason of a rejection will not do."""
    return _reasons_against_text(reason)


def parsed_choices(kind: ItemKind, text: str) -> Accepted:
    """Return the choices a person wrote, several keys apart by blanks or commas."""
    parts = [part for part in _BETWEEN_KEYS.split(unicodedata.normalize("NFKC", text)) if part]
    if len(parts) > MOST_KEYS:
        raise InvalidError(_("认可的答案太多，请核对。"))
    return frozenset(parsed_key(kind, part) for part in parts)


def written_choices(kind: ItemKind, accepted: Iterable[str]) -> str:
    """Return choices as pages write them, none for everybody."""
    return "、".join(written_key(kind, choice) for choice in sorted(accepted, key=lambda one: (len(one), one)))


def moved(people: Iterable[Rescored], outcome: Outcome) -> list[Rescored]:
    """Return those who come to an outcome that they did not have before."""
    return [one for one in people if one.after.outcome is outcome and one.before.outcome is not outcome]


def left(people: Iterable[Rescored], outcome: Outcome) -> list[Rescored]:
    """Return those who had an outcome and lose it."""
    return [one for one in people if one.before.outcome is outcome and one.after.outcome is not outcome]


def by_unit(people: Iterable[Rescored]) -> list[UnitEffect]:
    """Return the effect unit by unit."""
    units: dict[UUID, list[Rescored]] = {}
    for one in people:
        units.setdefault(one.organisation_id, []).append(one)
    return [_unit_effect(organisation_id, own) for organisation_id, own in units.items()]


def by_change(people: Iterable[Rescored]) -> list[ScoreChange]:
    """Return how many attempts change by how many marks, the greatest gain first; none is left out."""
    counts: dict[int, int] = {}
    for one in people:
        counts[one.change] = counts.get(one.change, 0) + 1
    return [ScoreChange(change, counts[change]) for change in sorted(counts, reverse=True)]


def _unit_effect(organisation_id: UUID, own: Sequence[Rescored]) -> UnitEffect:
    return UnitEffect(
        organisation_id=organisation_id,
        attempts=len(own),
        raised=sum(1 for one in own if one.change > 0),
        lowered=sum(1 for one in own if one.change < 0),
        to_passed=len(moved(own, Outcome.PASSED)),
        from_passed=len(left(own, Outcome.PASSED)),
    )


def _reasons_against_choice(facts: ProposalFacts, choice: str) -> list[Reason]:
    offered = OPTION_LETTERS[: facts.option_count]
    if not choice or choice != "".join(letter for letter in offered if letter in choice):
        return [Reason("not_an_option", _("答案 %(choice)s 没有对应的选项，请核对。", choice=choice))]
    if len(choice) > 1 and facts.kind is not ItemKind.MULTIPLE:
        text = _("这种题型一次只选一项。认可几个答案的，请用空格分开填写。")
        return [Reason("one_letter", text)]
    return []


def _reasons_against_text(reason: str) -> list[Reason]:
    if not reason.strip():
        return [Reason("reason_missing", _("请写明理由，例如法律条文或专家意见。"))]
    if len(reason) > REASON_LENGTH:
        return [Reason("reason_length", _("理由超过 %(limit)s 个字，请精简。", limit=REASON_LENGTH))]
    return []

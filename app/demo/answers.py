"""What a made-up candidate answers: right with a certain chance at each item, drawn from a seed.

It aims at one side of the cut score and draws again until the marking rule, the same that marks
everybody, puts the paper on that side. It never writes a score.
"""

from collections.abc import Mapping, Sequence
from random import Random
from uuid import UUID

from exam.blueprints import MultipleRule
from exam.marking import keys_as_accepted, score
from exam.papers import PaperEntry
from questions.bank import BankItem
from questions.kinds import OPTION_LETTERS, ItemKind

ABLE, UNABLE = (0.64, 0.94), (0.25, 0.52)
SKIPPED = 0.01


def choices_for(
    entries: Sequence[PaperEntry],
    keys: Mapping[UUID, str],
    kinds: Mapping[UUID, BankItem],
    cut_score: int,
    *,
    passing: bool,
    random: Random,
) -> dict[int, str]:
    """Return the shown letters by place on the paper, from 1, on the wanted side of the cut score."""
    accepted = keys_as_accepted(keys)
    while True:
        chance = random.uniform(*(ABLE if passing else UNABLE))
        choices = {
            place: _choice(entry, keys[entry.version_id], kinds[entry.version_id], chance, random)
            for place, entry in enumerate(entries, start=1)
            if random.random() >= SKIPPED
        }
        if (score(entries, choices, accepted, MultipleRule.ALL_OR_NOTHING).score >= cut_score) is passing:
            return choices


def _choice(entry: PaperEntry, key: str, item: BankItem, chance: float, random: Random) -> str:
    right = "".join(sorted(OPTION_LETTERS[entry.order.index(letter)] for letter in key))
    if random.random() < chance:
        return right
    letters = OPTION_LETTERS[: item.option_count]
    size = random.randint(1, item.option_count - 1) if item.kind is ItemKind.MULTIPLE else 1
    return "".join(sorted(random.sample(letters, size)))

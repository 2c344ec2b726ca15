"""The check that comes after twenty answers an hour: a small question in words, answered with a number.

It is plain text, so a screen reader says it and braille shows it; there is nothing to see or hear. It does
not keep out a machine that was built for it: it makes each twenty answers cost an answer of its own, and
what is in the lookup is public anyhow.
"""

import random
import re
import unicodedata
from dataclasses import dataclass

from core.texts import Text, lazy_gettext as _

_NUMERALS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_NUMBER = re.compile(r"[零〇一二两三四五六七八九十百]+")
_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class Question:
    """One question and the number that answers it."""

    text: Text
    answer: int


def question(seed: int) -> Question:
    """Return the question of a seed."""
    dice = random.Random(seed)
    return dice.choice((_hall, _boxes, _shares, _weeks, _largest, _ages))(dice)


def number_in(typed: str) -> int | None:
    """Return the one number in what was typed, in digits of any width or in Chinese numerals; else None."""
    text = unicodedata.normalize("NFKC", typed)[:40]
    found = [int(one) for one in _DIGITS.findall(text)] or [_value(one) for one in _HAN_NUMBER.findall(text)]
    return found[0] if len(found) == 1 else None


def _hall(dice: random.Random) -> Question:
    first, more, fewer = dice.randint(11, 40), dice.randint(2, 19), dice.randint(2, 9)
    text = _(
        "大厅里有 %(first)s 个人，又进来 %(more)s 个人，后来走了 %(fewer)s 个人。现在大厅里有几个人？",
        first=first,
        more=more,
        fewer=fewer,
    )
    return Question(text, first + more - fewer)


def _boxes(dice: random.Random) -> Question:
    each, count = dice.randint(3, 12), dice.randint(2, 9)
    return Question(
        _("一个箱子里有 %(each)s 本书，%(count)s 个箱子一共有多少本书？", each=each, count=count), each * count
    )


def _shares(dice: random.Random) -> Question:
    people, each = dice.randint(2, 9), dice.randint(2, 9)
    text = _("%(apples)s 个苹果平均分给 %(people)s 个人，每人分到几个苹果？", apples=people * each, people=people)
    return Question(text, each)


def _weeks(dice: random.Random) -> Question:
    weeks, days = dice.randint(2, 9), dice.randint(2, 6)
    return Question(_("%(weeks)s 个星期零 %(days)s 天，一共是多少天？", weeks=weeks, days=days), 7 * weeks + days)


def _largest(dice: random.Random) -> Question:
    first, second, third = dice.sample(range(11, 99), 3)
    text = _("下面三个数，哪一个最大：%(first)s、%(second)s、%(third)s？", first=first, second=second, third=third)
    return Question(text, max(first, second, third))


def _ages(dice: random.Random) -> Question:
    younger, more = dice.randint(18, 45), dice.randint(2, 15)
    text = _("小王今年 %(younger)s 岁，小李比小王大 %(more)s 岁。小李今年几岁？", younger=younger, more=more)
    return Question(text, younger + more)


def _value(numerals: str) -> int:
    """Return the value of a Chinese numeral below a thousand: 三十七, 一百零二, 十二."""
    hundreds, found, rest = numerals.rpartition("百")
    total = 100 * (_NUMERALS.get(hundreds, 1) if found else 0)
    tens, found, units = rest.rpartition("十")
    total += 10 * (_NUMERALS.get(tens.lstrip("零〇"), 1) if found else 0)
    return total + sum(_NUMERALS.get(one, 0) for one in units[-1:])

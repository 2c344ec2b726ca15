"""A person's name: its one written form, what cannot be part of it, and how much of it to show.

It counts code points and takes every Han character there is or will be, because GB 18030-2022 goes on
growing; a list of allowed characters would refuse real people.
"""

import re
import unicodedata

from core.errors import Reason
from core.texts import lazy_gettext as _

MIDDLE_DOT = "\u00b7"
MAX_LENGTH = 50

# Bullet, katakana dots, hyphenation point, full-width stop, bullet and dot operators: all typed for one dot.
_DOTS = re.compile(r"\s*[\u00b7\u2022\u30fb\uff65\u2027\uff0e\u2219\u22c5]\s*")
_UNSEEN = re.compile(r"[\u00ad\u200b\u2060\ufeff]")
_HAN = (
    r"\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    r"\ufe00-\ufe0f\U000e0100-\U000e01ef"  # the variant chosen of the character before
)
_SPACES_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
_SPACES = re.compile(r"\s+")
_REPLACEMENT = "\ufffd"
_CONTROL_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})
_DIGIT_CATEGORIES = frozenset({"Nd", "No"})  # not Nl: 〇 is a letter of names
_PRIVATE_CATEGORY = "Co"


def normalised(name: str) -> str:
    """Return the name in its one written form: NFC, one kind of dot, no spaces between Han characters."""
    name = unicodedata.normalize("NFC", _UNSEEN.sub("", name))
    name = _SPACES_BETWEEN_HAN.sub("", _DOTS.sub(MIDDLE_DOT, name))
    return unicodedata.normalize("NFC", _SPACES.sub(" ", name).strip())


def reasons_against(name: str) -> list[Reason]:
    """Return every reason why this cannot be a person's name; the name is brought into its form first."""
    name = normalised(name)
    if not name:
        return [Reason("name_empty", _("请填写姓名。"))]
    categories = {unicodedata.category(character) for character in name}
    reasons = []
    if len(name) > MAX_LENGTH:
        text = _("姓名超过 %(limit)s 个字。请只填写姓名，不要填写其他内容。", limit=MAX_LENGTH)
        reasons.append(Reason("name_length", text))
    if categories & _CONTROL_CATEGORIES:
        reasons.append(Reason("name_control", _("姓名中有不可见的控制字符。请删去后重新输入。")))
    if categories & _DIGIT_CATEGORIES:
        reasons.append(Reason("name_digits", _("姓名中有数字。请只填写姓名，不要填写编号。")))
    if _PRIVATE_CATEGORY in categories or _REPLACEMENT in name:
        text = _("姓名中有无法识别的字，换一台电脑会显示成别的字或空白。请用支持生僻字的输入法重新输入。")
        reasons.append(Reason("name_unencoded", text))
    return reasons


def masked(name: str) -> str:
    """Show the first character and a star for each of the others."""
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*" * len(name)

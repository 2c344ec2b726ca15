"""Numbers of credentials: their one written form, what a profile allows, and those given here.

Nothing is ever read out of a number: how real numbers are made up is not published, and a unit may be
renamed or merged while its people keep theirs.
"""

import re
from enum import StrEnum

from core import typed_numbers
from core.errors import Reason
from core.texts import lazy_gettext as _

LONGEST = 30
LAST_SERIAL = 99_999
# No province has the ordinal 99, so a number given here cannot be taken for one of the national kind.
OWN_START = "99"

_NATIONAL = re.compile(r"[0-9]{11}")
_DASHES = re.compile(r"[\u2010-\u2015\u2212\u30fc\ufe63\uff0d]")


class Profile(StrEnum):
    """Which rules a credential follows: the provincial ones of 2007 or the national ones of 2021."""

    HEBEI_2007 = "hebei_2007"
    NATIONAL_2021 = "national_2021"


def normalised(typed: str) -> str:
    """Return a number in its one written form: half-width capitals, one kind of dash, no blanks."""
    return _DASHES.sub("-", typed_numbers.written(typed))


def reasons_against(cert_no: str, profile: Profile) -> list[Reason]:
    """Return why this cannot be the number of a credential; it is taken as it stands."""
    if not cert_no:
        return [Reason("number_empty", _("请填写执法证号。"))]
    if len(cert_no) > LONGEST:
        return [Reason("number_length", _("执法证号超过 %(limit)s 个字符，请核对。", limit=LONGEST))]
    if cert_no != normalised(cert_no) or not cert_no.isprintable():
        return [Reason("number_characters", _("执法证号中有空格、全角字符或不可见字符，请重新输入。"))]
    if profile is Profile.NATIONAL_2021 and not _NATIONAL.fullmatch(cert_no):
        return [Reason("number_national", _("全国统一样式的执法证号应为 11 位数字，请核对。"))]
    return []


def series_prefix(unit_code: str) -> str:
    """Return what the numbers given to a unit begin with: C01 gives 991001, M01 gives 992001.

    Two units may share a prefix; they then share the series, and no number comes twice.
    """
    digits = "".join(character for character in unit_code if character in "0123456789")[-3:]
    return f"{OWN_START}{'1' if unit_code.startswith('C') else '2'}{digits:0>3}"


def written(prefix: str, serial: int) -> str:
    """Return the number of one place in a series."""
    if not 0 < serial <= LAST_SERIAL:
        raise ValueError(f"a series holds {LAST_SERIAL} numbers, not {serial}")
    return f"{prefix}{serial:05d}"

"""Numbers that have no place in anything public: resident IDs and mobile telephones.

Public pages are built from allow-listed fields; what people type freely into one of those is held
against this before it is taken.
"""

import re

from core.errors import Reason
from core.texts import lazy_gettext as _

_RESIDENT_ID = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{15})(?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")


def private_numbers(text: str) -> list[str]:
    """Return every resident ID (15 or 18 digits) and mobile number (11 digits) in a text."""
    return [*_RESIDENT_ID.findall(text), *_MOBILE.findall(text)]


def reasons_against_making_public(text: str) -> list[Reason]:
    """Return why a text may not stand on a public page."""
    if not private_numbers(text):
        return []
    words = _("公开的内容中不能有身份证件号码或手机号码，请删去；联系电话请填写固定电话。")
    return [Reason("private_number", words)]

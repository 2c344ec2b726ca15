"""Mail addresses as accounts give them, and the language a mail is written in."""

import re
from enum import StrEnum

from core.errors import Reason
from core.texts import Text, lazy_gettext as _

ADDRESS_LENGTH = 254  # as long as a mail server takes it (RFC 5321)
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(rf"(?=.{{3,{ADDRESS_LENGTH}}}\Z)(?=[^@]{{1,64}}@){_LOCAL}@{_LABEL}(?:\.{_LABEL})+")


class MailLanguage(StrEnum):
    """What language an account's mails are in."""

    CHINESE = "zh"
    ENGLISH = "en"


MAIL_LANGUAGE_NAMES: dict[MailLanguage, Text] = {
    MailLanguage.CHINESE: _("中文"),
    MailLanguage.ENGLISH: _("英文"),
}


def reasons_against_address(address: str) -> list[Reason]:
    """Return why mails cannot go to this address; an empty one gets none."""
    if not address or ADDRESS.fullmatch(address):
        return []
    text = _("电子邮箱的写法不对，请填写完整地址，例如 zhang@example.cn；不需要邮件提醒的，请留空。")
    return [Reason("address", text)]

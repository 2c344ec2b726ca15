"""What a new password must look like."""

from core.errors import Reason
from core.texts import lazy_gettext as _

MIN_LENGTH = 10


def reasons_against(password: str, username: str) -> list[Reason]:
    """Return why this may not be a password."""
    reasons = []
    if len(password) < MIN_LENGTH:
        reasons.append(Reason("too_short", _("密码至少要有 %(count)s 个字符。", count=MIN_LENGTH)))
    if len(set(password)) < 5:
        reasons.append(Reason("too_plain", _("密码重复的字符太多，请换一个不易猜到的密码。")))
    if username and username.lower() in password.lower():
        reasons.append(Reason("holds_username", _("密码里不能包含用户名。")))
    return reasons

"""The four ways to say no, and the reasons that go with them.

An error carries a sentence for the person who meets it: what is wrong and what to do. Only the edge
(``app/errors.py``) knows which HTTP number or exit code belongs to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.texts import Text, lazy_gettext as _


@dataclass(frozen=True)
class Reason:
    """One reason why not: a stable code for code and tests, a sentence for the person."""

    code: str
    text: Text


class DomainError(Exception):
    """Something the person can be told about; the message ends with a full stop."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message

    @property
    def sentences(self) -> tuple[Text, ...]:
        """Return every sentence to show, in order."""
        return (self.message,)

    def __str__(self) -> str:
        return " ".join(map(str, self.sentences))


class NotFoundError(DomainError):
    """There is no such thing, or the person may not know that there is."""

    def __init__(self, message: Text | None = None) -> None:
        super().__init__(message or _("没有找到您要的内容，请核对网址或返回上一页。"))


class ForbiddenError(DomainError):
    """The person's role does not allow this."""

    def __init__(self, message: Text | None = None) -> None:
        super().__init__(message or _("您的账号没有这项权限。如确需办理，请联系管理员。"))


class InvalidError(DomainError):
    """What was handed in cannot be read or does not make sense."""


class RefusedError(DomainError):
    """A rule stands against it; every reason is given, in the order to show them."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        if not reasons:
            raise ValueError("a refusal needs at least one reason")
        super().__init__(reasons[0].text)
        self.reasons = tuple(reasons)

    @property
    def sentences(self) -> tuple[Text, ...]:
        """Return one sentence for each reason."""
        return tuple(reason.text for reason in self.reasons)


def refuse_if(reasons: Sequence[Reason]) -> None:
    """Raise the refusal when any reason stands against it."""
    if reasons:
        raise RefusedError(reasons)

"""Life cycles of a credential and of a clean-up case, and the words the lookup answers with."""

from datetime import date
from enum import StrEnum

from core.lifecycle import Lifecycle, move
from core.texts import Text, lazy_gettext as _


class CredentialState(StrEnum):
    """What was decided of a credential; that it has run out is computed, never stored."""

    RESERVED = "reserved"
    ACTIVE = "active"
    CANCELLED = "cancelled"


class CredentialStatus(StrEnum):
    """What a credential is worth on one day."""

    NOT_ISSUED = "not_issued"
    VALID = "valid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class CredentialSource(StrEnum):
    """Where a credential comes from."""

    EXAM = "exam"
    TAKEN_OVER = "taken_over"


class CaseState(StrEnum):
    """Where a clean-up case stands."""

    OPEN = "open"
    KEPT = "kept"
    REMOVED = "removed"


class RoundState(StrEnum):
    """Where a clean-up round stands."""

    OPEN = "open"
    CLOSED = "closed"


CREDENTIAL = Lifecycle[CredentialState](
    moves={
        "issue": move({CredentialState.RESERVED}, CredentialState.ACTIVE),
        "cancel": move({CredentialState.ACTIVE}, CredentialState.CANCELLED),
    },
    words={
        CredentialState.RESERVED: _("已编号，未核发"),
        CredentialState.ACTIVE: _("已核发"),
        CredentialState.CANCELLED: _("已注销"),
    },
)

CASE = Lifecycle[CaseState](
    moves={
        "keep": move({CaseState.OPEN}, CaseState.KEPT),
        "remove": move({CaseState.OPEN}, CaseState.REMOVED),
    },
    words={
        CaseState.OPEN: _("待处理"),
        CaseState.KEPT: _("已保留"),
        CaseState.REMOVED: _("已清理"),
    },
)

ROUND = Lifecycle[RoundState](
    moves={"close": move({RoundState.OPEN}, RoundState.CLOSED)},
    words={RoundState.OPEN: _("进行中"), RoundState.CLOSED: _("已结束")},
)

STATUS_NAMES: dict[CredentialStatus, Text] = {
    CredentialStatus.NOT_ISSUED: _("未核发"),
    CredentialStatus.VALID: _("有效"),
    CredentialStatus.EXPIRED: _("已过期"),
    CredentialStatus.CANCELLED: _("已注销"),
}


def status_on(day: date, state: CredentialState, valid_from: date, valid_until: date) -> CredentialStatus:
    """Return what a credential is worth on a day; it is valid through the whole of its last day."""
    if state is CredentialState.CANCELLED:
        return CredentialStatus.CANCELLED
    if state is CredentialState.RESERVED or day < valid_from:
        return CredentialStatus.NOT_ISSUED
    return CredentialStatus.EXPIRED if day > valid_until else CredentialStatus.VALID

"""Life cycles of a person's qualification, of a credential and of a clean-up case, and the lookup's words.

The person and the card are two things: a lost card leaves its holder qualified, and whoever is disqualified
holds no card that is worth anything. That a credential has run out, or that a suspension is over, is
computed from the day; what was decided is stored.
"""

from datetime import date
from enum import StrEnum

from core.lifecycle import Lifecycle, move
from core.texts import Text, lazy_gettext as _


class QualificationState(StrEnum):
    """Whether a person may be given a credential at all; a bar of two years is beside it, a date."""

    APPLICANT = "applicant"
    QUALIFIED = "qualified"
    DISQUALIFIED = "disqualified"


class CredentialState(StrEnum):
    """What was decided of a credential; that it has run out is computed, never stored."""

    RESERVED = "reserved"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    VOID = "void"


class CredentialStatus(StrEnum):
    """What a credential is worth on one day."""

    NOT_ISSUED = "not_issued"
    VALID = "valid"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    VOID = "void"


class CredentialSource(StrEnum):
    """Where a credential comes from; the last three replace an older one."""

    EXAM = "exam"
    TAKEN_OVER = "taken_over"
    RENEWED = "renewed"
    REISSUED = "reissued"
    EXCHANGED = "exchanged"


class ProposalState(StrEnum):
    """Where a revocation stands that one person proposed and another decides on."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


class CaseState(StrEnum):
    """Where a clean-up case stands."""

    OPEN = "open"
    KEPT = "kept"
    REMOVED = "removed"


class RoundState(StrEnum):
    """Where a clean-up round stands."""

    OPEN = "open"
    CLOSED = "closed"


# A card that its holder has, whatever it is worth today.
STANDING = frozenset({CredentialState.ACTIVE, CredentialState.SUSPENDED})
_ENDED = {
    CredentialState.CANCELLED: CredentialStatus.CANCELLED,
    CredentialState.REVOKED: CredentialStatus.REVOKED,
    CredentialState.VOID: CredentialStatus.VOID,
}

# A verb starts from the state on its day: a suspension that is over leaves an active card.
CREDENTIAL = Lifecycle[CredentialState](
    moves={
        "issue": move({CredentialState.RESERVED}, CredentialState.ACTIVE),
        "suspend": move({CredentialState.ACTIVE}, CredentialState.SUSPENDED),
        "extend": move({CredentialState.SUSPENDED}, CredentialState.SUSPENDED),
        "lift": move({CredentialState.SUSPENDED}, CredentialState.ACTIVE),
        "cancel": move(set(STANDING), CredentialState.CANCELLED),
        "revoke": move(set(STANDING), CredentialState.REVOKED),
        "void": move(set(STANDING), CredentialState.VOID),
    },
    words={
        CredentialState.RESERVED: _("已编号，未核发"),
        CredentialState.ACTIVE: _("已核发"),
        CredentialState.SUSPENDED: _("暂扣中"),
        CredentialState.CANCELLED: _("已注销"),
        CredentialState.REVOKED: _("已吊销"),
        CredentialState.VOID: _("遗失作废"),
    },
)

QUALIFICATION = Lifecycle[QualificationState](
    moves={
        "qualify": move(set(QualificationState), QualificationState.QUALIFIED),
        "disqualify": move(set(QualificationState), QualificationState.DISQUALIFIED),
    },
    words={
        QualificationState.APPLICANT: _("尚未取得资格"),
        QualificationState.QUALIFIED: _("具有执法资格"),
        QualificationState.DISQUALIFIED: _("执法资格已取消"),
    },
)

PROPOSAL = Lifecycle[ProposalState](
    moves={
        "approve": move({ProposalState.PROPOSED}, ProposalState.APPROVED),
        "reject": move({ProposalState.PROPOSED}, ProposalState.REJECTED),
    },
    words={
        ProposalState.PROPOSED: _("待批准"),
        ProposalState.APPROVED: _("已批准"),
        ProposalState.REJECTED: _("未批准"),
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
    CredentialStatus.SUSPENDED: _("暂扣中"),
    CredentialStatus.EXPIRED: _("已过期"),
    CredentialStatus.CANCELLED: _("已注销"),
    CredentialStatus.REVOKED: _("已吊销"),
    CredentialStatus.VOID: _("遗失作废"),
}


def status_on(
    day: date,
    state: CredentialState,
    valid_from: date,
    valid_until: date,
    suspended_until: date | None = None,
) -> CredentialStatus:
    """Return what a credential is worth on a day; it is valid through the whole of its last day.

    A suspension is over by itself when its last day is.
    """
    state = state_on(day, state, suspended_until)
    if ended := _ENDED.get(state):
        return ended
    if state is CredentialState.RESERVED or day < valid_from:
        return CredentialStatus.NOT_ISSUED
    if day > valid_until:
        return CredentialStatus.EXPIRED
    return CredentialStatus.SUSPENDED if state is CredentialState.SUSPENDED else CredentialStatus.VALID


def state_on(day: date, state: CredentialState, suspended_until: date | None) -> CredentialState:
    """Return the state a credential is in on a day, with a suspension that has run out taken as lifted."""
    is_over = suspended_until is not None and day > suspended_until
    return CredentialState.ACTIVE if state is CredentialState.SUSPENDED and is_over else state

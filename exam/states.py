"""Life cycles of a sitting and of an attempt, and the words for where people stand.

Two things are decided here and nowhere else: which verb follows which state, and what the outcomes
of a sitting are called.
"""

from enum import StrEnum

from core.lifecycle import Lifecycle, move
from core.texts import Text, lazy_gettext as _


class SittingState(StrEnum):
    """Where a sitting stands."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class SittingKind(StrEnum):
    """What a sitting is held for; a mock exam never counts."""

    REGULAR = "regular"
    MAKE_UP = "make_up"
    MOCK = "mock"


class AttemptState(StrEnum):
    """Where one candidate's attempt stands."""

    ANSWERING = "answering"
    PAUSED = "paused"
    HANDED_IN = "handed_in"


class FinishKind(StrEnum):
    """What ended an attempt."""

    CANDIDATE = "candidate"
    DEADLINE = "deadline"
    INVIGILATOR = "invigilator"
    LEAVE_LIMIT = "leave_limit"


class HeldSource(StrEnum):
    """How a response that came too late reached us."""

    ROOM = "room"
    FILE = "file"


class HeldDecision(StrEnum):
    """What a person decided on a response that came too late."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class MarkCause(StrEnum):
    """What made us mark an attempt, or settle a result, once more."""

    HAND_IN = "hand_in"
    LET_IN = "let_in"
    LATE_RESPONSES = "late_responses"
    KEY_CORRECTION = "key_correction"


class CorrectionState(StrEnum):
    """Where a proposed key stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


class CheckFinding(StrEnum):
    """What a score check came to."""

    UPHELD = "upheld"
    CORRECTED = "corrected"


class Standing(StrEnum):
    """Whether a candidate counts; the last two are outside every denominator."""

    REGISTERED = "registered"
    EXEMPT = "exempt"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """What became of a candidate who was due; exactly one each."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_COMPLETED = "not_completed"


class Shortfall(StrEnum):
    """Why a candidate has not completed."""

    TRAINING_NOT_STARTED = "training_not_started"
    TRAINING_SHORT = "training_short"
    EXAM_ABSENT = "exam_absent"


SITTING = Lifecycle[SittingState](
    moves={
        "open": move({SittingState.DRAFT}, SittingState.OPEN),
        "close": move({SittingState.OPEN}, SittingState.CLOSED),
        "publish": move({SittingState.CLOSED}, SittingState.CLOSED),
    },
    words={
        SittingState.DRAFT: _("筹备中"),
        SittingState.OPEN: _("进行中"),
        SittingState.CLOSED: _("已结束"),
    },
)

ATTEMPT = Lifecycle[AttemptState](
    moves={
        "answer": move({AttemptState.ANSWERING}, AttemptState.ANSWERING),
        "pause": move({AttemptState.ANSWERING}, AttemptState.PAUSED),
        "resume": move({AttemptState.PAUSED}, AttemptState.ANSWERING),
        "hand_in": move({AttemptState.ANSWERING, AttemptState.PAUSED}, AttemptState.HANDED_IN),
        "let_in": move({AttemptState.HANDED_IN}, AttemptState.ANSWERING),
    },
    words={
        AttemptState.ANSWERING: _("作答中"),
        AttemptState.PAUSED: _("已暂停"),
        AttemptState.HANDED_IN: _("已交卷"),
    },
)

CORRECTION = Lifecycle[CorrectionState](
    moves={
        "approve": move({CorrectionState.PROPOSED}, CorrectionState.APPROVED),
        "reject": move({CorrectionState.PROPOSED}, CorrectionState.REJECTED),
    },
    words={
        CorrectionState.PROPOSED: _("待批准"),
        CorrectionState.APPROVED: _("已批准"),
        CorrectionState.REJECTED: _("未批准"),
    },
)

SITTING_KIND_NAMES: dict[SittingKind, Text] = {
    SittingKind.REGULAR: _("正式考试"),
    SittingKind.MAKE_UP: _("补考"),
    SittingKind.MOCK: _("模拟考试"),
}

FINISH_NAMES: dict[FinishKind, Text] = {
    FinishKind.CANDIDATE: _("考生交卷"),
    FinishKind.DEADLINE: _("时间到，自动交卷"),
    FinishKind.INVIGILATOR: _("监考人员代为交卷"),
    FinishKind.LEAVE_LIMIT: _("离开页面次数达到上限，自动交卷"),
}

CHECK_FINDING_NAMES: dict[CheckFinding, Text] = {
    CheckFinding.UPHELD: _("成绩无误"),
    CheckFinding.CORRECTED: _("成绩已更正"),
}

OUTCOME_NAMES: dict[Outcome, Text] = {
    Outcome.PASSED: _("合格"),
    Outcome.FAILED: _("未合格"),
    Outcome.NOT_COMPLETED: _("未按要求完成"),
}

SHORTFALL_NAMES: dict[Shortfall, Text] = {
    Shortfall.TRAINING_NOT_STARTED: _("未参加培训"),
    Shortfall.TRAINING_SHORT: _("学时不足"),
    Shortfall.EXAM_ABSENT: _("学时已满，未参加考试"),
}

STANDING_NAMES: dict[Standing, Text] = {
    Standing.REGISTERED: _("应参加"),
    Standing.EXEMPT: _("免考"),
    Standing.WITHDRAWN: _("已退出"),
}

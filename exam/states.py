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


class AttemptState(StrEnum):
    """Where one candidate's attempt stands."""

    ANSWERING = "answering"
    HANDED_IN = "handed_in"


class FinishKind(StrEnum):
    """What ended an attempt."""

    CANDIDATE = "candidate"
    DEADLINE = "deadline"


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
        "hand_in": move({AttemptState.ANSWERING}, AttemptState.HANDED_IN),
    },
    words={
        AttemptState.ANSWERING: _("作答中"),
        AttemptState.HANDED_IN: _("已交卷"),
    },
)

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

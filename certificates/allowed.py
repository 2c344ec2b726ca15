"""Which acts a credential allows on a day, and why not the others.

The same rule greys the button and guards the door. It looks at card, person and roll; what the act is to
cite is checked beside it (``certificates/acts.py``).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from certificates.acts import ActKind
from certificates.exchange import LEFT_FOR_ANOTHER
from certificates.grounds import GROUNDS
from certificates.life import MOVES
from certificates.renewal import reasons_against_renewal
from certificates.review import ReviewFacts, ReviewOutcome, reasons_against_review
from certificates.states import (
    CREDENTIAL,
    STANDING,
    STATUS_NAMES,
    CredentialState,
    CredentialStatus,
    QualificationState,
    state_on,
    status_on,
)
from certificates.suspension import MOST_EXTENSIONS
from core.errors import Reason
from core.texts import lazy_gettext as _

# The acts that are offered on a credential, in the order in which they are shown.
OFFERED = (
    ActKind.REVIEW,
    ActKind.RENEW,
    ActKind.EXCHANGE,
    ActKind.REISSUE,
    ActKind.SUSPEND,
    ActKind.EXTEND,
    ActKind.LIFT,
    ActKind.VOID,
    ActKind.CANCEL,
    ActKind.REVOKE,
)


@dataclass(frozen=True)
class CardFacts:
    """What is known of a card, its holder and the roll on the day of an act.

    ``extensions`` counts those of the suspension that runs; ``roll_grounds`` are codes of what the roll
    says against the holder; ``held_no`` is another standing card of the same person.
    """

    state: CredentialState
    suspended_until: date | None
    valid_from: date
    valid_until: date
    registered_on: date
    qualification: QualificationState = QualificationState.QUALIFIED
    is_replaced: bool = False
    extensions: int = 0
    roll_grounds: tuple[str, ...] = ()
    hours_done: Decimal = Decimal(0)
    reviewed: ReviewOutcome | None = None
    is_proposed: bool = False
    held_no: str = ""

    @property
    def review(self) -> ReviewFacts:
        """Return what the review of the year rests on."""
        return ReviewFacts(self.valid_from, self.valid_until, self.registered_on, self.reviewed)


def reasons_against(kind: ActKind, facts: CardFacts, today: date) -> list[Reason]:
    """Return why an act is not done about a card on a day, in the order to show them."""
    return _RULES[kind](facts, today)


def _moved_by(kind: ActKind) -> Callable[[CardFacts, date], list[Reason]]:
    def reasons(facts: CardFacts, today: date) -> list[Reason]:
        return CREDENTIAL.reasons_against(state_on(today, facts.state, facts.suspended_until), MOVES[kind])

    return reasons


def _suspending(facts: CardFacts, today: date) -> list[Reason]:
    return _moved_by(ActKind.SUSPEND)(facts, today) or _expired(facts, today)


def _extending(facts: CardFacts, today: date) -> list[Reason]:
    reasons = _moved_by(ActKind.EXTEND)(facts, today)
    if not reasons and facts.extensions >= MOST_EXTENSIONS:
        reasons.append(Reason("extended", _("暂扣只能延长一次，本次暂扣已经延长过。")))
    return reasons


def _revoking(facts: CardFacts, today: date) -> list[Reason]:
    reasons = _moved_by(ActKind.REVOKE)(facts, today)
    if facts.is_proposed:
        reasons.append(Reason("proposed", _("已有人提请吊销，正待批准。")))
    return reasons


def _renewing(facts: CardFacts, today: date) -> list[Reason]:
    if facts.state not in STANDING:
        return _not_valid(facts, today)
    window = reasons_against_renewal(facts.valid_until, facts.hours_done, today)
    suspended = [] if today > facts.valid_until else _not_valid(facts, today)
    return [*suspended, *window, *_holder(facts)]


def _exchanging(facts: CardFacts, today: date) -> list[Reason]:
    staying = tuple(code for code in facts.roll_grounds if code != LEFT_FOR_ANOTHER)
    return [*_not_valid(facts, today), *_holder(replace(facts, roll_grounds=staying))]


def _reissuing(facts: CardFacts, today: date) -> list[Reason]:
    if facts.state is not CredentialState.VOID:
        return [Reason("not_lost", _("只有已声明遗失作废的证件才能补办。"))]
    if facts.is_replaced:
        return [Reason("replaced", _("已补办新证，不能重复补办。"))]
    held = [Reason("holds_one", _("已持有证件 %(number)s，一人不能有两证。", number=facts.held_no))]
    return [*_expired(facts, today), *_holder(facts), *(held if facts.held_no else [])]


def _reviewing(facts: CardFacts, today: date) -> list[Reason]:
    if facts.state not in STANDING:
        return _not_valid(facts, today)
    return _expired(facts, today) or reasons_against_review(facts.review, today)


def _not_valid(facts: CardFacts, today: date) -> list[Reason]:
    status = status_on(today, facts.state, facts.valid_from, facts.valid_until, facts.suspended_until)
    if status is CredentialStatus.VALID:
        return []
    text = _("证件当前为“%(status)s”，不能办理。", status=STATUS_NAMES[status])
    return [Reason("not_valid", text)]


def _expired(facts: CardFacts, today: date) -> list[Reason]:
    return [Reason("expired", _("证件已过期，不能办理。"))] if today > facts.valid_until else []


def _holder(facts: CardFacts) -> list[Reason]:
    """Return why the person may not be given a new card in place of an old one."""
    reasons = [
        Reason(f"ground_{code}", _("名册登记为：%(ground)s。", ground=GROUNDS[code].text))
        for code in facts.roll_grounds
    ]
    if facts.qualification is not QualificationState.QUALIFIED:
        reasons.append(Reason("not_qualified", _("持证人的执法资格已取消，不能再发证件。")))
    return reasons


_RULES: dict[ActKind, Callable[[CardFacts, date], list[Reason]]] = {
    ActKind.REVIEW: _reviewing,
    ActKind.RENEW: _renewing,
    ActKind.EXCHANGE: _exchanging,
    ActKind.REISSUE: _reissuing,
    ActKind.SUSPEND: _suspending,
    ActKind.EXTEND: _extending,
    ActKind.LIFT: _moved_by(ActKind.LIFT),
    ActKind.VOID: _moved_by(ActKind.VOID),
    ActKind.CANCEL: _moved_by(ActKind.CANCEL),
    ActKind.REVOKE: _revoking,
}

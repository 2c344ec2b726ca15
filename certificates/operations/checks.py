"""The verb of the check: a question is answered once, rightly or wrongly, and then gone."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from certificates.check_tokens import Asking
from core import clock
from core.db import is_postgresql
from core.models import SpentCheck


def take_answer(session: Session, asking: Asking, number: int | None) -> bool:
    """Spend a question and say whether it was answered; one that was spent before is not.

    Two processes that are handed the same answer at once settle it by the table's key.
    """
    dialect = postgresql if is_postgresql(session) else sqlite
    spending = dialect.insert(SpentCheck).values(nonce=asking.nonce, spent_at=clock.now())
    is_fresh = session.execute(spending.on_conflict_do_nothing().returning(SpentCheck.nonce)).scalar_one_or_none()
    return is_fresh is not None and asking.is_answered_by(number)

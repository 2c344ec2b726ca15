"""An audit of the public log in sentences: of the log itself first, then of everything that was published."""

from sqlalchemy.orm import Session

from app.log_words import FAULT_TEXTS, UNLIKE_TEXTS
from certificates.queries.logged import unlike_log
from core.queries import log_misfit
from core.texts import lazy_gettext as _

NAMED = 20


def faults_in_log(session: Session) -> list[str]:
    """Return what does not hold; of many things that are not as the log says the first and their count.

    What was published is held against the log only where the log itself is whole.
    """
    misfit = log_misfit(session)
    if misfit is not None:
        return [str(FAULT_TEXTS[misfit.fault]) % {"first": misfit.first, "last": misfit.last}]
    unlike = list(unlike_log(session))
    named = [str(UNLIKE_TEXTS[one.kind]) % {"name": one.name} for one in unlike[:NAMED]]
    return [*named, str(_("共 %(count)s 项与公开日志不符。", count=len(unlike)))] if unlike else []

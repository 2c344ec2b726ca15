"""The one place that asks by which working day something is due."""

from datetime import date

from sqlalchemy.orm import Session

from exam.due_days import working_day_after


def due_day(_session: Session, day: date, count: int) -> date:
    """Return the day that is so many working days after a day.

    The session is asked for because a city's working days are data; Monday to Friday asks nothing of it.
    """
    return working_day_after(day, count)

"""The one place that asks by which working day of the city something is due."""

from datetime import date

from sqlalchemy.orm import Session

from core.calendars import working_calendar
from core.working_days import working_day_after


def due_day(session: Session, day: date, count: int) -> date:
    """Return the day that is so many working days after a day."""
    return working_day_after(day, count, working_calendar(session)).day

"""By which day something is due: so many working days after a day.

Until the city's calendar of working days is asked, every Monday to Friday counts as one.
"""

from datetime import date, timedelta

SATURDAY = 5


def working_day_after(day: date, count: int) -> date:
    """Return the day that is so many working days after a day; counting begins on the next working day."""
    while count > 0:
        day += timedelta(days=1)
        count -= _is_working_day(day)
    return day


def _is_working_day(day: date) -> bool:
    return day.weekday() < SATURDAY

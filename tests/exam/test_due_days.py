from datetime import date

from exam.due_days import working_day_after

FRIDAY = date(2026, 3, 6)


def test_counting_begins_on_the_next_working_day_and_leaves_weekends_out():
    assert working_day_after(FRIDAY, 1) == date(2026, 3, 9)
    assert working_day_after(FRIDAY, 5) == date(2026, 3, 13)
    assert working_day_after(date(2026, 3, 7), 1) == date(2026, 3, 9)
    assert working_day_after(FRIDAY, 0) == FRIDAY

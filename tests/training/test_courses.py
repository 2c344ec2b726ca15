from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from training.courses import CourseDraft, reasons_against

SOUND = CourseDraft("新申领人员培训", Decimal(24), date(2026, 3, 1), date(2026, 3, 1))


def test_a_sound_course_of_one_day_has_nothing_against_it():
    assert reasons_against(SOUND) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": ""}, "title_length"),
        ({"title": "长" * 81}, "title_length"),
        ({"description": "长" * 501}, "description_length"),
        ({"required_hours": Decimal(0)}, "required_hours"),
        ({"required_hours": Decimal("24.2")}, "required_hours"),
        ({"required_hours": Decimal("500.5")}, "required_hours"),
        ({"ends_on": date(2026, 2, 28)}, "days"),
    ],
)
def test_each_reason_against_a_course(changes, code):
    assert [reason.code for reason in reasons_against(replace(SOUND, **changes))] == [code]

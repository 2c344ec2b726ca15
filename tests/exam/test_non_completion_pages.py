from datetime import timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from core import clock
from core.db import reading, transaction
from exam.models.duties import NonCompletionAnswer
from exam.models.planning import Candidate, Sitting
from exam.operations.closing import close_sitting
from people.permissions import Role
from tests.factories import ACTOR, make_candidate, make_city, make_officer, make_sitting
from tests.forms_browser import FormsBrowser


@pytest.fixture
def sitting(database):
    """A sitting closed yesterday: three of the county stayed away, one of the department."""
    opens_at = clock.now() - timedelta(days=2)
    with clock.at(opens_at), transaction() as session:
        city = make_city(session)
        made = make_sitting(session, title="春季考试")
        for number, (name, unit) in enumerate((("县甲", 0), ("县乙", 0), ("县丙", 0), ("局丁", 1))):
            officer = make_officer(session, (city.county, city.department)[unit], name=name)
            make_candidate(session, made, officer, candidate_no=f"2600{number}")
    with clock.at(opens_at + timedelta(hours=9)), transaction() as session:
        close_sitting(session, session.get_one(Sitting, made.id), ACTOR)
    return made.id


def ticks(browser: FormsBrowser) -> list[str]:
    return [box["value"] for box in browser.page.select("input[name=person]")]


def stored() -> list[NonCompletionAnswer]:
    with reading() as session:
        return list(session.scalars(select(NonCompletionAnswer).order_by(NonCompletionAnswer.id)))


def test_a_unit_answers_for_several_and_then_adds_to_one(sitting, signed_in):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open(f"/results/{sitting}")
    browser.open(browser.link("未按要求完成人员"))
    assert "局丁" not in browser.text()
    assert "各单位答复情况" not in browser.text()
    chosen = ticks(browser)[:2]
    browser.submit({"person": chosen, "reason": "illness", "words": "住院"}, action=f"/not-completed/{sitting}")
    assert "已填写 2 人的未完成原因" in browser.text()
    assert [one.reason for one in stored()] == ["illness", "illness"]
    browser.open(browser.link("县甲"))
    browser.submit({"reason": "left_unit", "words": "", "plan": "交回证件", "plan_until": "2099-01-02"})
    assert "现答复" in browser.text()
    assert "住院" in browser.text()
    assert [(one.number, one.reason) for one in stored()][-1] == (2, "left_unit")


def test_what_was_typed_and_ticked_stays_when_it_will_not_do(sitting, signed_in):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open(f"/not-completed/{sitting}")
    values = {"person": ticks(browser)[:1], "reason": "other", "words": "", "plan": "参加补考"}
    browser.submit(values, action=f"/not-completed/{sitting}")
    assert "请在“情况说明”中写明具体原因" in browser.text()
    assert browser.page.select_one("textarea[name=plan]").get_text().strip() == "参加补考"
    assert browser.page.select_one("option[value=other]").has_attr("selected")
    assert [box["value"] for box in browser.page.select("input[name=person][checked]")] == values["person"]
    browser.submit({"reason": "", "person": values["person"]}, action=f"/not-completed/{sitting}")
    assert "请选择原因" in browser.text()
    browser.submit({"reason": "leave", "plan_until": "三月"}, action=f"/not-completed/{sitting}")
    browser.open(f"/not-completed/{sitting}")
    browser.submit({"reason": "leave"}, action=f"/not-completed/{sitting}")
    assert "请先勾选要填写原因的人员" in browser.text()
    assert stored() == []


def test_a_stale_page_does_not_bury_an_answer_given_meanwhile(sitting, signed_in):
    first, second = signed_in(Role.UNIT_ADMINISTRATOR), signed_in(Role.UNIT_ADMINISTRATOR)
    for browser in (first, second):
        browser.open(f"/not-completed/{sitting}")
    action = f"/not-completed/{sitting}"
    first.submit({"person": ticks(first)[:1], "reason": "duty", "words": "先答"}, action=action)
    second.submit({"person": ticks(second)[:1], "reason": "leave", "words": "后答"}, action=action)
    assert "刚刚已有人填写" in second.text()
    assert "先答" in second.text()
    assert second.page.select_one("textarea[name=words]").get_text().strip() == "后答"
    assert [one.words for one in stored()] == ["先答"]
    second.submit({"person": ticks(second)[-1:], "reason": "leave", "words": "后答"}, action=action)
    assert [(one.number, one.words) for one in stored()] == [(1, "先答"), (2, "后答")]


def test_a_unit_cannot_answer_for_another_units_person(sitting, signed_in):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    with reading() as session:
        other = session.scalars(select(Candidate).where(Candidate.candidate_no == "26003")).one()
    browser.open(f"/not-completed/{sitting}/{other.id}", status=404)
    browser.open(f"/not-completed/{sitting}")
    values = {"person": [f"{other.id}:0"], "reason": "leave"}
    browser.submit(values, action=f"/not-completed/{sitting}", status=404)
    browser.open(f"/not-completed/{sitting}")
    browser.submit({"person": ["nonsense"], "reason": "leave"}, action=f"/not-completed/{sitting}", status=404)
    assert stored() == []


def test_the_city_sees_by_unit_who_has_answered_and_answers_for_nobody(sitting, signed_in):
    unit, city = signed_in(Role.UNIT_ADMINISTRATOR), signed_in(Role.ADMINISTRATOR)
    unit.open(f"/not-completed/{sitting}")
    unit.submit({"person": ticks(unit), "reason": "illness"}, action=f"/not-completed/{sitting}")
    city.open(f"/not-completed/{sitting}")
    assert "各单位答复情况" in city.text()
    assert "已全部答复" in city.text()
    assert "待答复" in city.text()
    assert ticks(city) == []
    rows = {
        row.th.get_text(strip=True): [c.get_text(strip=True) for c in row.find_all("td")]
        for row in city.page.select("table.list")[0].select("tbody tr")
    }
    assert rows["海东区"][:4] == ["3", "3", "0", "0"]
    assert rows["市公安局"][:4] == ["1", "0", "0", "1"]
    assert rows["合计"][:4] == ["4", "3", "0", "1"]
    city.open(f"/not-completed/{sitting}?answered=no")
    assert "局丁" in city.text()
    assert "县甲" not in city.text()


def test_the_sheet_holds_what_the_page_shows_within_the_scope(sitting, signed_in):
    unit, city = signed_in(Role.UNIT_ADMINISTRATOR), signed_in(Role.ADMINISTRATOR)
    unit.open(f"/not-completed/{sitting}")
    unit.submit({"person": ticks(unit)[:1], "reason": "other", "words": "=1+1"}, action=f"/not-completed/{sitting}")

    def rows(browser, number):
        data = browser.fetch(f"/not-completed/{sitting}/sheet.xlsx").data
        return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(number).to_python()

    people = {row[1]: row for row in rows(city, 0)[1:]}
    assert sorted(people) == sorted(["县甲", "县乙", "县丙", "局丁"])
    assert people["县甲"][7:9] == ["其他", "=1+1"]
    assert [row[1] for row in rows(unit, 0)[1:]] == ["县乙", "县丙", "县甲"]
    assert rows(city, 1)[1:] == [["海东区", 3, 1, 0, 2], ["市公安局", 1, 0, 0, 1]]


def test_before_the_closing_there_is_no_such_page(database, signed_in):
    with transaction() as session:
        running = make_sitting(session)
    signed_in(Role.ADMINISTRATOR).open(f"/not-completed/{running.id}", status=404)


def test_the_names_are_for_the_unit_and_the_city_alone(sitting, signed_in):
    for role in (Role.CANDIDATE, Role.HR, Role.INVIGILATOR):
        signed_in(role).open(f"/not-completed/{sitting}", status=403)
    public = signed_in(Role.PUBLIC)
    for path in (f"/not-completed/{sitting}", f"/not-completed/{sitting}/sheet.xlsx"):
        assert public.client.get(path).location.startswith("/sign-in")

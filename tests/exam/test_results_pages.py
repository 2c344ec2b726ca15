"""The pages of figures: their views, their order, the cut-offs, and what each scope may see."""

import io
from datetime import UTC, datetime

import pytest
from python_calamine import CalamineWorkbook

from core import clock
from core.db import transaction
from core.sheets import read_sheet
from exam.endings import End
from exam.operations.closing import close_sitting
from exam.operations.tallying import ask_for_tally
from exam.states import SittingKind
from people.permissions import Role
from people.posts import EmploymentType, OrganisationKind
from tests.factories import (
    ACTOR,
    make_account,
    make_answered,
    make_candidate,
    make_city,
    make_officer,
    make_organisation,
    make_sitting,
)
from tests.forms_browser import FormsBrowser
from tests.settled import make_closed_make_up, make_closed_sitting, make_result, make_settled, work_all

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
VIEWS = ("units", "employment", "subjects", "scores", "sittings")


@pytest.fixture(autouse=True)
def spring():
    with clock.at(NOW):
        yield


@pytest.fixture
def place(database):
    """A sitting with a make-up, a second sitting, a county with one body, and departments to rank."""
    with transaction() as session:
        city = make_city(session)
        body = make_organisation(
            session, kind=OrganisationKind.COUNTY_BODY, parent_id=city.county.id, name="海东区公安局", code="B01"
        )
        small = make_organisation(session, name="市小局", code="M02")
        sitting = make_closed_sitting(session, title="春季考试")
        make_up = make_closed_make_up(session, sitting, title="春季补考")
        other = make_closed_sitting(session, title="去年考试")
        ends = {
            city.county: [End.PASSED] * 6 + [End.FAILED] * 2 + [End.EXAM_ABSENT],
            body: [End.PASSED] * 2 + [End.PASSED_PENDING_TRAINING],
            city.department: [End.PASSED] * 5 + [End.FAILED],
            small: [End.PASSED, End.TRAINING_NOT_STARTED],
        }
        made = [(end, make_settled(session, sitting, unit, end)) for unit, found in ends.items() for end in found]
        again = next(officer for end, officer in made if end is End.FAILED)
        make_result(session, make_candidate(session, make_up, again), End.PASSED)
        for _copy in range(4):
            make_settled(session, other, city.department, End.PASSED)
        make_settled(session, sitting, small, End.FAILED, employment=EmploymentType.CONTRACT)
        return sitting, city, body


def rows(browser, place=0):
    table = browser.page.select("table.list")[place]
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])] for row in table.select("tbody tr")
    ]


def figures(browser):
    return {node["data-figure"]: node.get_text(strip=True) for node in browser.page.select("[data-figure]")}


def opened(browser, place, **asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return browser.open(f"/results/{place[0].id}?{query}")


@pytest.fixture
def office(signed_in, place):
    return signed_in(Role.ADMINISTRATOR)


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_has_its_tab_and_says_which_one_is_open(office, place, view):
    opened(office, place, view=view)
    tabs = office.page.select("nav.tabs a")
    assert len(tabs) == len(VIEWS)
    [current] = [tab for tab in tabs if tab.get("aria-current") == "page"]
    assert f"view={view}" in current["href"]
    for tab in tabs:
        office.open(tab["href"])


def test_every_rate_stands_beside_its_definition(office, place):
    opened(office, place)
    tiles = {tile.dt.get_text(strip=True): tile.get_text(" ", strip=True) for tile in office.page.select(".figure")}
    for name, meaning in (
        ("参考率", "参加考试 ÷ 应参加"),
        ("合格率", "合格 ÷ 参加考试"),
        ("总体合格率", "合格 ÷ 应参加"),
    ):
        assert meaning in tiles[name]
        [head] = [node for node in office.page.select("thead th") if node.a.get_text(strip=True) == name]
        assert head.small.get_text(strip=True) == meaning


def test_units_are_ranked_and_few_participants_are_not(office, place):
    opened(office, place)
    found = {row[0]: row[1] for row in rows(office)}
    assert found == {
        "海东区": "1",
        "县区小计": "",
        "市公安局": "1",
        "市小局": "—",
        "市直部门小计": "",
        "合计": "",
    }
    assert "不足 5 人的单位不参加排名" in office.text()


def test_a_head_sorts_its_part_of_the_table_and_says_so(office, place):
    opened(office, place)
    office.open(next(node for node in office.page.select("a.sort") if node.get_text() == "未按要求完成")["href"])
    assert [row[0] for row in rows(office)][2:4] == ["市小局", "市公安局"]
    heads = {node.a.get_text(strip=True): node["aria-sort"] for node in office.page.select("thead th")}
    assert heads["未按要求完成"] == "descending"
    assert set(heads.values()) == {"descending", "none"}
    office.open(next(node for node in office.page.select("a.sort") if node.get_text() == "未按要求完成")["href"])
    assert [row[0] for row in rows(office)][2:4] == ["市公安局", "市小局"]


def test_a_county_opens_into_its_bodies_which_add_up_to_it(office, place):
    opened(office, place)
    county = figures(office)
    office.open(office.page.find("a", string="海东区")["href"])
    found = rows(office)
    assert [row[0] for row in found] == ["海东区公安局", "海东区（直接登记的人员）", "海东区合计"]
    inside = figures(office)
    for name in ("due", "participated", "passed", "failed", "not_completed"):
        assert inside[f"C01:{name}"] == county[f"C01:{name}"]
        assert int(inside[f"B01:{name}"]) + int(inside[f"C01-own:{name}"]) == int(inside[f"C01:{name}"])


@pytest.mark.parametrize("cut", ["first", "with_make_up"])
@pytest.mark.parametrize("view", ["units", "employment", "county"])
def test_every_figure_leads_to_as_many_people(office, place, view, cut):
    opened(office, place, view=view, cut=cut, county=place[1].county.id)
    links = [(node.get_text(strip=True), node.a["href"]) for node in office.page.select("[data-figure]") if node.a]
    assert len(links) > 15
    for number, href in links:
        office.open(href)
        shown = rows(office) if office.page.select("table.list") else []
        assert len(shown) == int(number), href


def test_the_two_cut_offs_are_named_and_count_nobody_twice(office, place):
    opened(office, place)
    first = figures(office)
    switch = {node.get_text(strip=True): node for node in office.page.select("nav.switch a")}
    assert list(switch) == ["首考（截至 2026年3月2日）", "含补考（截至 2026年3月2日）"]
    office.open(switch["含补考（截至 2026年3月2日）"]["href"])
    later = figures(office)
    assert first["total:due"] == later["total:due"]
    assert int(later["total:passed"]) == int(first["total:passed"]) + 1
    assert int(later["total:failed"]) == int(first["total:failed"]) - 1
    assert "参加过补考的人员只计一次" in office.text()


def test_a_cut_off_that_there_is_not_is_not_found(office, place):
    with transaction() as session:
        alone = make_closed_sitting(session)
    office.open(f"/results/{alone.id}?cut=with_make_up", status=404)
    office.open(f"/results/{alone.id}")
    assert office.page.select("nav.switch") == []


def test_whoever_passed_with_hours_short_is_visible_as_such(office, place):
    opened(office, place)
    assert figures(office)["total:passed_pending_training"] == "1"
    office.open(f"/results/{place[0].id}/people?group=passed_pending_training")
    assert rows(office)[0][-1] == "考试合格，学时未满"


def test_the_employment_counted_is_that_of_the_registration(office, place):
    opened(office, place, view="employment")
    assert [row[0] for row in rows(office)] == ["在编", "合同工", "合计"]
    shown = figures(office)
    assert int(shown["establishment:due"]) + int(shown["contract:due"]) == int(shown["all:due"])


def test_scores_are_shown_with_the_cut_score_and_add_up(office, place):
    opened(office, place, view="scores")
    total = sum(int(row[1]) for row in rows(office))
    assert total == 6 + 2 + 2 + 1 + 6 + 1 + 1
    assert "合格分数线 3 分" in office.page.find("img")["alt"]
    svg = office.fetch(f"/results/{place[0].id}/chart.svg?of=scores").get_data(as_text=True)
    assert "合格分数线 3 分" in svg
    for number, href in [(node.get_text(), node.a["href"]) for node in office.page.select("[data-figure^=scores]")]:
        office.open(href)
        shown = rows(office) if office.page.select("table.list") else []
        assert len(shown) == int(number), href


def test_subjects_are_shown_once_they_are_added_up(office, database):
    with transaction() as session:
        city, sitting = make_city(session), make_sitting(session, title="科目考试")
        make_answered(session, make_candidate(session, sitting, make_officer(session, city.county)))
        with clock.at(sitting.closes_at):
            close_sitting(session, sitting, ACTOR)
    office.open(f"/results/{sitting.id}?view=subjects")
    assert "正在统计科目得分" in office.text()
    work_all()
    office.open(f"/results/{sitting.id}?view=subjects")
    assert rows(office) == [["行政处罚法", "5", "5", "100.0%"]]
    with transaction() as session:
        ask_for_tally(session, sitting)
    office.open(f"/results/{sitting.id}?view=subjects&sort=-share")
    assert len(rows(office)) == 1


def test_sittings_stand_beside_each_other(office, place):
    opened(office, place, view="sittings")
    found = {row[0]: row for row in rows(office)}
    assert set(found) == {"春季考试", "春季补考", "去年考试"}
    assert found["去年考试"][3:] == ["4", "4", "100.0%", "4", "100.0%", "—", "—"]
    assert int(found["春季考试"][8]) == int(found["春季考试"][6]) + 1
    svg = office.fetch(f"/results/{place[0].id}/chart.svg?of=trend").get_data(as_text=True)
    assert "春季补考" not in svg
    assert "去年考试" in svg


def test_two_sittings_are_compared_unit_by_unit(office, place):
    opened(office, place, view="sittings")
    form = office.page.select_one("form.filters")
    other = form.find("option", string="去年考试")["value"]
    opened(office, place, view="sittings", **{"with": other})
    found = {row[0]: row[1:] for row in rows(office, 1)}
    assert found["市公安局"] == ["4", "4", "100.0%", "6", "5", "83.3%", "-16.7"]
    assert found["市小局"][:3] == ["—", "—", "—"]
    assert found["市小局"][-1] == "—"


def test_the_workbook_has_a_sheet_for_every_view(office, place):
    data = office.fetch(f"/results/{place[0].id}/table.xlsx?cut=with_make_up").data
    names = CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names
    assert names == ["培训考试情况统计表", "海东区", "按人员性质", "成绩分布", "历次考试", "口径说明"]
    opened(office, place, cut="with_make_up")
    first = read_sheet("t.xlsx", data)
    assert first.rows[-1].cells[4] == figures(office)["total:passed"]


def test_a_unit_sees_its_own_figures_in_every_view(app, place):
    with transaction() as session:
        department = make_account(session, Role.UNIT_ADMINISTRATOR, place[1].department)
    browser = FormsBrowser(app)
    browser.sign_in(department)
    for view in VIEWS:
        opened(browser, place, view=view)
        for name in ("海东区", "市小局", "海东区公安局"):
            assert name not in browser.text(), view
    opened(browser, place)
    assert [row[0] for row in rows(browser)] == ["市公安局"]
    assert figures(browser)["total:due"] == "6"
    opened(browser, place, view="scores")
    assert sum(int(row[1]) for row in rows(browser)) == 6
    opened(browser, place, view="sittings")
    assert {row[0]: row[3] for row in rows(browser)} == {"春季考试": "6", "春季补考": "0", "去年考试": "4"}
    for of in ("counties", "departments", "scores", "trend"):
        svg = browser.fetch(f"/results/{place[0].id}/chart.svg?of={of}").get_data(as_text=True)
        assert "海东区" not in svg
        assert "市小局" not in svg
    browser.open(f"/results/{place[0].id}?view=county&county={place[1].county.id}", status=404)
    browser.fetch(f"/results/{place[0].id}/chart.svg?of=county&county={place[1].county.id}", status=404)
    for organisation in (place[1].county.id, place[2].id):
        browser.open(f"/results/{place[0].id}/people?organisation={organisation}", status=404)


def test_a_county_sees_the_bodies_under_it_and_their_people_by_name(signed_in, place):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    opened(browser, place)
    assert figures(browser)["total:due"] == "12"
    browser.open(browser.page.find("a", string="海东区")["href"])
    assert rows(browser)[0][0] == "海东区公安局"
    browser.open(f"/results/{place[0].id}/people?organisation={place[2].id}")
    assert len(rows(browser)) == 3
    assert browser.page.select("tbody th a") == []


def test_a_mock_exam_has_no_figures(office, database):
    with transaction() as session:
        mock = make_closed_sitting(session, kind=SittingKind.MOCK)
    office.open(f"/results/{mock.id}")
    assert "模拟考试不计成绩" in office.text()
    office.fetch(f"/results/{mock.id}/table.xlsx", status=404)


@pytest.mark.parametrize(
    "query", ["view=nonsense", "cut=nonsense", "sort=nonsense", "with=nonsense", "view=sittings&with=1"]
)
def test_an_address_that_asks_for_nonsense_shows_the_usual_page(office, place, query):
    office.open(f"/results/{place[0].id}?{query}")
    assert "成绩统计" in office.text()

import hashlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import PurePath

import pytest
from sqlalchemy import select

from core import clock
from core.db import reading, transaction
from core.sheets import read_sheet, write_csv
from exam.candidate_sheet import COLUMNS
from exam.models.planning import Candidate, Sitting
from exam.models.results import PassList
from exam.operations.closing import close_sitting
from exam.operations.planning import register_candidates
from exam.states import SittingState, Standing
from people.permissions import Role
from people.posts import EmploymentType
from questions.kinds import ItemKind
from tests.factories import (
    ACTOR,
    draft_list,
    make_attempt,
    make_candidate,
    make_city,
    make_item,
    make_officer,
    make_sitting,
    publish_list,
)
from tests.forms_browser import file_field

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
PRIVATE = re.compile(r"DEMO-\d{6}|\d{17}[\dX]")


@pytest.fixture(autouse=True)
def spring():
    with clock.at(NOW):
        yield


@pytest.fixture
def running(database):
    """An open sitting with one candidate of the county and one of the department."""
    with transaction() as session:
        city, sitting = make_city(session), make_sitting(session, title="春季考试")
        own = make_candidate(session, sitting, make_officer(session, city.county, name="区里人"))
        other = make_candidate(session, sitting, make_officer(session, city.department, name="局里人"))
        return sitting, own, other


@pytest.fixture
def closed(database):
    """A closed sitting: in the county one passed, one failed, one stayed away; in the department one passed."""
    with transaction() as session:
        city, sitting = make_city(session), make_sitting(session, title="春季考试")
        people = [("区合格", city.county, 80), ("区未合格", city.county, 40), ("区缺考", city.county, None)]
        made = {}
        for name, unit, score in [*people, ("局合格", city.department, 90)]:
            officer = make_officer(session, unit, name=name)
            register_candidates(session, sitting, [officer], ACTOR)
            made[name] = session.scalars(select(Candidate).where(Candidate.officer_id == officer.id)).one()
            if score is not None:
                make_attempt(session, made[name], score)
        with clock.at(NOW + timedelta(hours=9)):
            close_sitting(session, sitting, ACTOR)
        return sitting, made


@pytest.fixture
def pass_list(closed):
    with transaction() as session:
        return publish_list(session, session.get_one(Sitting, closed[0].id))


def cells(browser):
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
        for row in browser.page.select("tbody tr")
    ]


def figures(browser):
    return {node["data-figure"]: node.get_text(strip=True) for node in browser.page.select("[data-figure]")}


def test_a_blueprint_is_made_up_row_by_row(signed_in, database):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/blueprints/")
    assert "还没有组卷方案" in browser.text()
    browser.open(browser.link("新建组卷方案"))
    browser.submit({"title": "标准卷", "cut_score": "101"})
    assert "合格分数线 101 分超过了满分 100 分" in browser.text()
    browser.submit(
        {"cut_score": "60", "cells-3-kind": "single", "cells-3-item_count": "五", "cells-3-marks_each": "1"}
    )
    assert "第 4 行的题数和每题分值请填写整数。" in browser.text()
    browser.submit({"cells-3-kind": "", "cells-3-item_count": "5"})
    assert "第 4 行没有选择题型" in browser.text()
    browser.submit({"cells-3-kind": "single", "cells-3-subject": "行政处罚法"})
    assert "已新建组卷方案“标准卷”。" in browser.text()
    assert [row[:3] for row in cells(browser)][3:] == [["单选题", "行政处罚法", "5"], ["合计", "", "85"]]
    assert "题库不足：判断题（不限科目）需要 20 道，可用 0 道" in browser.text()


def test_a_sitting_is_planned_filled_opened_and_closed(signed_in, database):
    with transaction() as session:
        city = make_city(session)
        make_sitting(session, title="别的考试")
        for name in ("甲", "乙"):
            make_officer(session, city.county, name=name)
        make_officer(session, city.county, name="合同工丙", employment=EmploymentType.CONTRACT)
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/sittings/new")
    window = {"opens_at": "2026-03-03T08:00", "closes_at": "2026-03-03T07:00"}
    browser.submit({"title": "春季考试", **window})
    assert "结束时间应晚于开始时间。" in browser.text()
    browser.submit({"closes_at": "2026-03-03T20:00", "grace_seconds": "601", "check_days": "31", "leave_limit": ""})
    for text in ("宽限应为 0 到 600 秒。", "天数应为 0 到 30。", "请填写次数，不限制填 0。"):
        assert text in browser.text()
    browser.submit({"grace_seconds": "90", "check_days": "0", "leave_limit": "0"})
    assert "已新建考试“春季考试”" in browser.text()
    for text in ("90 秒", "不限制", "不受理"):
        assert text in browser.text()
    assert "还没有应参加的考生" in browser.text()
    assert browser.page.find("button", string="开放考试").has_attr("disabled")
    browser.open(browser.link("登记考生"))
    browser.submit({"organisation": str(city.county.id)})
    ticked = [node["value"] for node in browser.page.select("input[name=officer]:checked")]
    assert len(ticked) == 2
    assert "合同工丙 的人员性质为“合同工”，不是在编人员" in browser.text()
    browser.submit({"officer": ticked}, action="register?organisation=" + str(city.county.id))
    assert "已登记 2 名考生。" in browser.text()
    browser.submit(action="/open")
    assert "“春季考试”已开放" in browser.text()
    assert browser.page.find("button", string="结束考试").has_attr("disabled")
    assert "还有 2 人可以在 2026-03-03 20:00 截止前参加考试，现在不能结束。" in browser.text()
    with clock.at(NOW + timedelta(days=2)):
        browser.open(browser.response.request.path)
        assert "考试已于 2026-03-03 20:00 截止，考生名单不能再改动。" not in browser.text()
        browser.submit(action="/close")
        assert "“春季考试”已结束，成绩已确定。" in browser.text()
    assert figures(browser)["total:not_completed"] == "2"


def test_steps_that_are_refused_change_nothing(signed_in, running):
    browser = signed_in(Role.ADMINISTRATOR)
    path = f"/sittings/{running[0].id}"
    browser.open(path)
    token = browser.page.find("input", attrs={"name": "csrf_token"})["value"]
    for step in ("open", "close"):
        assert browser.client.post(f"{path}/{step}", data={"csrf_token": token}).status_code == 409
    terms = {"csrf_token": token, "mode": "publish_effective", "basis": "openness_2019"}
    draft = browser.client.post(f"/pass-lists/publish/{running[0].id}", data=terms)
    assert "当前状态为“进行中”" in draft.get_data(as_text=True)
    with reading() as session:
        assert session.get_one(Sitting, running[0].id).state == SittingState.OPEN
        assert session.scalars(select(PassList)).all() == []


def test_one_person_is_found_by_name_and_registered(signed_in, running):
    with transaction() as session:
        make_officer(session, make_city(session).department, name="晚到的人")
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/sittings/{running[0].id}/register")
    assert "请选择单位或输入姓名" in browser.text()
    browser.submit({"text": "里人"})
    assert "没有可以登记的人员" in browser.text()
    browser.open(f"/sittings/{running[0].id}/register?text=晚到")
    [box] = browser.page.select("input[name=officer]")
    assert not box.has_attr("checked")
    form = browser.page.select_one("form[method=post][action*=register]")
    browser.submit(action=form["action"])
    assert "没有勾选人员" in browser.text()
    browser.submit({"officer": box["value"]}, action=form["action"])
    assert "已登记 1 名考生。" in browser.text()


def test_candidates_come_in_by_sheet(signed_in, running):
    with transaction() as session:
        make_officer(session, make_city(session).county, name="张三", document_number="DEMO-900001")
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/sittings/import")
    sheet = write_csv([column.name for column in COLUMNS], [["春季考试", "张三", "DEMO-900001", "海东区"]])
    browser.submit({"file": file_field(PurePath("list.csv"), sheet)})
    browser.submit()
    assert "已登记 1 名考生。" in browser.text()


def test_a_candidate_is_exempted_with_a_reason_and_brought_back(signed_in, running):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/sittings/{running[0].id}?text=区里")
    browser.open(browser.link("区里人"))
    browser.submit({"standing": "exempt", "reason": " "})
    assert "请写明原因" in browser.text()
    browser.submit({"reason": "已持部发证件"})
    assert "已为 区里人 办理：免考。" in browser.text()
    assert "免考：已持部发证件" in browser.text()
    with reading() as session:
        assert session.get_one(Candidate, running[1].id).standing == Standing.EXEMPT
    browser.submit({"reason": "核对有误"})
    assert "办理：恢复应参加" in browser.text()


def test_nobody_who_has_begun_can_leave(signed_in, running):
    with transaction() as session:
        make_attempt(session, session.get_one(Candidate, running[1].id))
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/sittings/{running[0].id}/candidates/{running[1].id}")
    assert "该考生已经开始考试，不能再改为免考或退出。" in browser.text()
    assert browser.page.find("select", attrs={"name": "standing"}) is None


def test_a_unit_sees_every_sitting_and_its_own_people_alone(signed_in, running):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open("/sittings/")
    assert cells(browser)[0][0] == "春季考试"
    assert cells(browser)[0][4:] == ["1", "0"]
    browser.open(browser.link("春季考试"))
    assert [row[0] for row in cells(browser)] == ["区里人"]
    assert "局里人" not in browser.text()
    browser.open(f"/sittings/{running[0].id}?organisation={running[2].organisation_id}")
    assert "没有符合条件的考生" in browser.text()
    browser.open(f"/sittings/{running[0].id}/candidates/{running[1].id}")
    browser.open(f"/sittings/{running[0].id}/candidates/{running[2].id}", status=404)


def test_a_candidate_belongs_to_one_sitting(signed_in, running):
    with transaction() as session:
        other = make_sitting(session)
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/sittings/{other.id}/candidates/{running[1].id}", status=404)


@pytest.mark.parametrize("path", ["new", "import"])
def test_only_the_city_plans(signed_in, running, path):
    signed_in(Role.UNIT_ADMINISTRATOR).open("/sittings/" + path.format(running[0].id), status=403)


def test_a_unit_can_take_no_step(signed_in, running):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open("/sittings/")
    token = browser.page.find("input", attrs={"name": "csrf_token"})["value"]
    sitting, own, _other = running
    steps = [f"{sitting.id}/{step}" for step in ("open", "close", "register-make-up", f"candidates/{own.id}")]
    for step in steps:
        answer = browser.client.post(
            f"/sittings/{step}", data={"csrf_token": token, "officer": str(own.officer_id)}
        )
        assert answer.status_code == 403
    assert browser.client.post(f"/pass-lists/publish/{sitting.id}", data={"csrf_token": token}).status_code == 403
    assert browser.client.get("/blueprints/").status_code == 403


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.HR])
def test_candidates_and_hr_have_no_business_with_lists_and_results(signed_in, closed, role):
    browser = signed_in(role)
    for path in ("/sittings/", f"/sittings/{closed[0].id}", f"/results/{closed[0].id}"):
        browser.open(path, status=403)


def test_the_public_is_asked_to_sign_in(browser, closed):
    browser.open(f"/results/{closed[0].id}")
    assert browser.page.h1.get_text(strip=True) == "登录"


def test_results_show_figures_that_add_up(signed_in, closed):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/results/{closed[0].id}")
    shown = figures(browser)
    assert {key: shown[f"total:{key}"] for key in ("due", "participated", "passed", "failed", "not_completed")} == {
        "due": "4",
        "participated": "3",
        "passed": "2",
        "failed": "1",
        "not_completed": "1",
    }
    assert (shown["total:pass_rate"], shown["counties"], shown["departments"]) == ("66.7%", "1", "1")
    assert cells(browser) == [
        ["海东区", "—", "3", "2", "66.7%", "1", "1", "50.0%", "33.3%", "1"],
        ["县区小计", "", "3", "2", "66.7%", "1", "1", "50.0%", "33.3%", "1"],
        ["市公安局", "—", "1", "1", "100.0%", "1", "0", "100.0%", "100.0%", "0"],
        ["市直部门小计", "", "1", "1", "100.0%", "1", "0", "100.0%", "100.0%", "0"],
        ["合计", "", "4", "3", "75.0%", "2", "1", "66.7%", "50.0%", "1"],
    ]
    assert (shown["C01:passed"], shown["M01:failed"]) == ("1", "0")


def test_every_figure_leads_to_as_many_people(signed_in, closed):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/results/{closed[0].id}")
    links = {
        node["data-figure"]: (node.get_text(strip=True), node.a["href"])
        for node in browser.page.select("[data-figure]")
        if node.a
    }
    assert len(links) == 5 + 4 + 5 * 5
    for number, href in links.values():
        browser.open(href)
        assert len(cells(browser)) == int(number), href


def test_a_unit_sees_its_own_results_alone(signed_in, closed):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open(f"/results/{closed[0].id}")
    assert [row[0] for row in cells(browser)] == ["海东区"]
    assert figures(browser)["total:due"] == "3"
    assert browser.page.select("img") == []
    assert "市公安局" not in browser.text()
    browser.open(f"/results/{closed[0].id}/people")
    assert {row[0] for row in cells(browser)} == {"区合格", "区未合格", "区缺考"}
    department = closed[1]["局合格"].organisation_id
    browser.open(f"/results/{closed[0].id}/people?organisation={department}", status=404)
    svg = browser.fetch(f"/results/{closed[0].id}/chart.svg").get_data(as_text=True)
    assert "市公安局" not in svg
    table = read_sheet("t.xlsx", browser.fetch(f"/results/{closed[0].id}/table.xlsx").data)
    assert "市公安局" not in {row.cells[0] for row in table.rows}


def test_people_are_found_by_name_and_unit(signed_in, closed):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/results/{closed[0].id}/people?group=passed&text=局")
    assert [row[:2] for row in cells(browser)] == [["局合格", "市公安局"]]
    browser.open(f"/results/{closed[0].id}/people?group=passed&text=没有这个人")
    assert "没有符合条件的人员" in browser.text()
    browser.open(f"/results/{closed[0].id}/people?group=nonsense")
    assert len(cells(browser)) == 4


def test_there_are_no_results_before_the_end(signed_in, running):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/results/{running[0].id}")
    assert "考试结束后才能统计成绩。" in browser.text()
    browser.fetch(f"/results/{running[0].id}/chart.svg", status=404)
    browser.fetch(f"/results/{running[0].id}/table.xlsx", status=404)


def test_the_chart_and_the_sheet_say_what_the_page_says(signed_in, closed):
    browser = signed_in(Role.ADMINISTRATOR)
    chart = browser.fetch(f"/results/{closed[0].id}/chart.svg")
    assert chart.mimetype == "image/svg+xml"
    assert "50.0%（1/2）" in chart.get_data(as_text=True)
    sheet = read_sheet("t.xlsx", browser.fetch(f"/results/{closed[0].id}/table.xlsx").data)
    rows = [row.cells[:8] for row in sheet.rows]
    assert rows[0] == ("海东区", "3", "2", "66.7", "1", "1", "50", "1")
    assert rows[-1][:3] == ("合计", "4", "3")
    assert len(rows) == 5


def test_a_list_is_drafted_approved_by_another_and_then_published(signed_in, browser, closed):
    office, second = signed_in(Role.ADMINISTRATOR), signed_in(Role.ADMINISTRATOR)
    office.open(f"/results/{closed[0].id}")
    office.open(office.link("预览并公布名单"))
    assert [row[1] for row in cells(office)] == ["区合格", "局合格"]
    office.submit({"mode": "notice_then_effective", "contact": ""}, action=f"/publish/{closed[0].id}")
    assert "请填写公布机关的联系方式" in office.text()
    office.submit({"contact": "执法监督科，0335-1234567"}, action=f"/publish/{closed[0].id}")
    assert "名单已起草，共 2 人，须由另一名管理员批准。" in office.text()
    assert "名单由您起草，须由另一名管理员批准。" in office.text()
    assert office.page.select("form[action$='/approve']") == []
    second.open(office.response.request.path)
    second.submit(action="/approve")
    browser.open("/pass-lists/")
    assert "还没有公布名单" in browser.text()
    second.submit(action="/publish")
    assert "名单已公布，共 2 人，已写入公开日志。" in second.text()
    assert "公示至 2026年3月9日" in second.text()
    office.open(f"/pass-lists/publish/{closed[0].id}")
    assert "没有需要更正的内容" in office.text()


def test_a_draft_is_put_back_and_discarded_with_a_reason(signed_in, closed):
    with transaction() as session:
        drafted = draft_list(session, session.get_one(Sitting, closed[0].id))
    office = signed_in(Role.ADMINISTRATOR)
    office.open(f"/pass-lists/drafts/{drafted.id}")
    office.submit(action="/approve")
    office.submit({"remark": ""}, action="/discard")
    assert "请写明原因。" in office.text()
    form = office.page.select_one("form[action$='/discard']")
    token = form.select_one("input[name=csrf_token]")["value"]
    path = form.select_one("button[formaction]")["formaction"]
    office.client.post(path, data={"csrf_token": token, "remark": "先核对单位名称"})
    office.open(f"/pass-lists/drafts/{drafted.id}")
    assert "先核对单位名称" in office.text()
    assert "下一步：批准" in office.text()
    office.submit({"remark": "单位名称有误"}, action="/discard")
    assert "这份名单已作废，可以重新起草。" in office.text()
    office.open(f"/pass-lists/publish/{closed[0].id}")
    assert "单位名称有误" in office.text()
    assert office.page.select("form[action*='/publish/']")


def test_anybody_may_read_the_list_and_only_what_is_public(browser, pass_list, closed):
    browser.open("/")
    browser.open(browser.link("春季考试合格人员名单"))
    assert figures(browser) == {"passed": "2", "units": "2", "participated": "3"}
    with reading() as session:
        numbers = sorted(
            session.get_one(Candidate, closed[1][name].id).candidate_no for name in ("区合格", "局合格")
        )
    assert cells(browser) == [["1", "区合格", "海东区", numbers[0]], ["2", "局合格", "市公安局", numbers[1]]]
    assert pass_list.digest in browser.text()
    assert "示范市人民政府法制办公室" in browser.text()
    whole = browser.response.get_data(as_text=True)
    assert not PRIVATE.search(re.sub(pass_list.digest, "", whole))
    assert "区未合格" not in whole
    assert "核发" not in whole


def test_the_downloaded_list_has_the_digest_of_the_page(browser, pass_list):
    answer = browser.fetch(f"/pass-lists/{pass_list.id}/list.json")
    assert hashlib.sha256(answer.data).hexdigest() == pass_list.digest
    assert not PRIVATE.search(answer.get_data(as_text=True))


def test_the_list_is_narrowed_by_unit_and_name(browser, pass_list):
    browser.open(f"/pass-lists/{pass_list.id}?unit=M01")
    assert [row[1] for row in cells(browser)] == ["局合格"]
    browser.submit({"text": "没有", "unit": ""})
    assert "名单上没有符合条件的人员" in browser.text()
    browser.open(browser.link("显示全部名单"))
    assert len(cells(browser)) == 2


def test_the_office_goes_on_from_the_list_to_the_credentials(signed_in, pass_list):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/pass-lists/{pass_list.id}")
    assert "/credentials/" in browser.link("按名单核发证件")


def test_pages_speak_english_too(signed_in, closed, pass_list):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/language/en")
    for path in ("/sittings/", f"/sittings/{closed[0].id}", f"/results/{closed[0].id}", "/blueprints/new"):
        browser.open(path)
    browser.open(f"/results/{closed[0].id}")
    assert "Haidong District" in browser.text()


def test_a_bank_is_enough_or_says_what_is_missing(signed_in, running):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open(f"/blueprints/{running[0].blueprint_id}")
    assert "题库能否满足" not in browser.text()
    with transaction() as session:
        make_item(session, ItemKind.SINGLE, "A")
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/blueprints/{running[0].blueprint_id}")
    assert "题量充足" in browser.text()


def test_an_invigilator_sees_a_closed_sitting_without_outcomes_or_scores(signed_in, closed):
    browser = signed_in(Role.INVIGILATOR)
    with reading() as session:
        sitting = session.scalars(select(Sitting).where(Sitting.state == SittingState.CLOSED)).one()
        candidate = session.scalars(select(Candidate).where(Candidate.sitting_id == sitting.id)).first()
    for path in ("", "?outcome=passed", f"/candidates/{candidate.id}"):
        browser.open(f"/sittings/{sitting.id}{path}")
        for word in ("未按要求完成", "满分", "80 分", "结果"):
            assert word not in browser.text(), (path, word)
    browser.open(f"/sittings/{sitting.id}?outcome=passed")
    for name in ("区合格", "区未合格", "区缺考"):
        assert name in browser.text()

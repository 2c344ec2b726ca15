import pytest
from sqlalchemy import select

from certificates.models import CleanupCase, CleanupRound, Credential
from certificates.operations.clean_up import flag_lapsed, keep_case, open_round, remove_case
from certificates.states import CaseState, CredentialState, RoundState
from core import clock
from core.db import reading, transaction
from people.permissions import Role
from people.posts import EmploymentType, PostState
from tests.factories import ACTOR, make_city, make_credential, make_officer

REASON = "经单位核实，情形属实。"


@pytest.fixture
def round_(database):
    """A round with three cases in the county and one in the department; one holder is in order."""
    with transaction() as session:
        city = make_city(session)
        for name in ("退休甲", "退休乙", "退休丙"):
            make_credential(session, make_officer(session, city.county, name=name, post=PostState.RETIRED))
        contract = make_officer(session, city.department, name="合同丁", employment=EmploymentType.CONTRACT)
        make_credential(session, contract)
        make_credential(session, make_officer(session, city.county, name="在岗戊"))
        opened = open_round(session, "2026 年清理", ACTOR)
        flag_lapsed(session, opened, ACTOR, clock.today())
        return opened


def cases():
    with reading() as session:
        rows = session.scalars(select(CleanupCase).order_by(CleanupCase.opened_at, CleanupCase.id)).unique()
        return {case.credential.holder_name: case for case in rows}


def state_of(name):
    with reading() as session:
        query = select(Credential).where(Credential.holder_name == name)
        return session.scalars(query).unique().one().state


def press(browser, decision, action, **values):
    """Press one of the two buttons of a decision."""
    return browser.submit({"decision": decision, **values}, action=action)


def test_hr_opens_a_round_and_lets_the_rule_look_at_everybody(signed_in, database):
    with transaction() as session:
        city = make_city(session)
        make_credential(session, make_officer(session, city.county, name="退休甲", post=PostState.RETIRED))
        make_credential(session, make_officer(session, city.county, name="在岗戊"))
    browser = signed_in(Role.HR)
    browser.open("/cleanup/")
    assert "还没有清理批次" in browser.text()
    browser.submit({"title": "2026 年清理"})
    assert "还没有列入清理的人员" in browser.text()
    browser.submit(action="/check")
    assert "新列入 1 人" in browser.text()
    assert "退休甲" in browser.text()
    assert "岗位状态：退休" in browser.text()
    assert "在岗戊" not in browser.text()


def test_a_round_without_a_name_is_refused_and_says_so(signed_in, round_):
    browser = signed_in(Role.HR)
    browser.open("/cleanup/")
    browser.submit({"title": " "})
    assert "请填写清理批次的名称" in browser.text()
    browser.submit({"title": "2026 年清理"})
    assert "已有同名的清理批次" in browser.text()


def test_hr_removes_one_with_a_reason_and_comes_to_the_next(signed_in, round_, browser):
    hr = signed_in(Role.HR)
    hr.open(f"/cleanup/{round_.id}")
    hr.open(hr.link("退休甲"))
    assert "岗位状态：退休" in hr.text()
    assert "规则" in hr.text()
    path = f"/cases/{cases()['退休甲'].id}"
    press(hr, "remove", path, reason=REASON)
    assert "已清理 退休甲" in hr.text()
    assert hr.page.h1.get_text(strip=True) == "退休乙"
    one = cases()["退休甲"]
    assert (one.state, one.reason) == (CaseState.REMOVED, REASON)
    assert one.decided_by is not None
    browser.open(f"/lookup?q={one.credential.cert_no}")
    assert "已注销" in browser.text()


def test_hr_keeps_one_and_the_credential_stays(signed_in, round_):
    hr = signed_in(Role.HR)
    one = cases()["合同丁"]
    hr.open(f"/cleanup/cases/{one.id}")
    press(hr, "keep", f"/cases/{one.id}", reason="名册有误，系在编人员。")
    assert "已保留 合同丁" in hr.text()
    assert state_of("合同丁") == CredentialState.ACTIVE
    hr.open(f"/cleanup/cases/{one.id}")
    assert "名册有误，系在编人员。" in hr.text()
    assert "测试账号" in hr.text()
    assert hr.page.select("button[name=decision]") == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"decision": "remove", "reason": " "}, "请填写处理理由"),
        ({"decision": "suspend", "reason": REASON}, "请选择"),
        ({"reason": REASON}, "请选择"),
    ],
)
def test_a_decision_without_reason_or_sense_changes_nothing(signed_in, round_, values, words):
    hr = signed_in(Role.HR)
    one = cases()["退休甲"]
    hr.open(f"/cleanup/cases/{one.id}")
    hr.submit(values, action=f"/cases/{one.id}")
    assert words in hr.text()
    assert cases()["退休甲"].state == CaseState.OPEN
    assert state_of("退休甲") == CredentialState.ACTIVE


def test_an_old_page_does_not_decide_a_second_time(signed_in, round_):
    hr = signed_in(Role.HR)
    one = cases()["退休甲"]
    hr.open(f"/cleanup/cases/{one.id}")
    with transaction() as session:
        keep_case(session, session.get_one(CleanupCase, one.id), "先来的决定", ACTOR)
    press(hr, "remove", f"/cases/{one.id}", reason="后来的决定")
    assert "当前状态为“已保留”" in hr.text()
    assert cases()["退休甲"].reason == "先来的决定"
    assert state_of("退休甲") == CredentialState.ACTIVE


def test_hr_decides_several_of_the_queue_at_once(signed_in, round_):
    hr = signed_in(Role.HR)
    hr.open(f"/cleanup/{round_.id}?text=退休")
    chosen = [str(cases()[name].id) for name in ("退休甲", "退休丙")]
    action = hr.page.select_one("form[method=post] textarea").find_parent("form")["action"]
    press(hr, "remove", action, reason=REASON, case=chosen)
    assert "已处理 2 人" in hr.text()
    assert "退休乙" in hr.text()
    assert "合同丁" not in hr.text()  # the filter is still on
    assert [state_of(name) for name in ("退休甲", "退休乙", "退休丙")] == ["cancelled", "active", "cancelled"]


def test_nobody_ticked_is_told_and_a_foreign_case_is_not_found(signed_in, round_):
    hr = signed_in(Role.HR)
    hr.open(f"/cleanup/{round_.id}")
    press(hr, "remove", "/decide", reason=REASON)
    assert "请先勾选要处理的人员" in hr.text()
    with transaction() as session:
        other = open_round(session, "别次", ACTOR)
        flag_lapsed(session, other, ACTOR, clock.today())
        foreign = session.scalars(select(CleanupCase).where(CleanupCase.round_id == other.id)).unique().first()
    hr.open(f"/cleanup/{round_.id}")
    hr.submit({"decision": "remove", "reason": REASON, "case": [str(foreign.id)]}, action="/decide", status=404)
    hr.open(f"/cleanup/{round_.id}")
    hr.submit({"decision": "remove", "reason": REASON, "case": ["x"]}, action="/decide", status=404)


def test_the_queue_is_narrowed(signed_in, round_):
    hr = signed_in(Role.HR)
    with transaction() as session:
        remove_case(session, session.get_one(CleanupCase, cases()["退休乙"].id), REASON, ACTOR)
    for query, names in (
        ("", {"退休甲", "退休丙", "合同丁"}),
        ("?state=", {"退休甲", "退休乙", "退休丙", "合同丁"}),
        ("?state=removed", {"退休乙"}),
        ("?class=contract", {"合同丁"}),
        ("?ground=O3", {"退休甲", "退休丙"}),
        ("?text=退休甲", {"退休甲"}),
        (f"?organisation={cases()['合同丁'].organisation_id}", {"合同丁"}),
        ("?ground=X&class=Y&organisation=Z&page=0", {"退休甲", "退休丙", "合同丁"}),
    ):
        hr.open(f"/cleanup/{round_.id}{query}")
        shown = {anchor.get_text(strip=True) for anchor in hr.page.select("tbody th a")}
        assert shown == names, query


def test_a_holder_is_flagged_by_hand_from_the_credential(signed_in, round_):
    hr = signed_in(Role.HR)
    with reading() as session:
        credential = session.scalars(select(Credential).where(Credential.holder_name == "在岗戊")).unique().one()
    hr.open(f"/credentials/{credential.id}")
    hr.open(hr.link("列入清理"))
    hr.submit({"ground": "M2", "evidence": " "})
    assert "请写明依据" in hr.text()
    hr.submit({"ground": "M2", "evidence": "纪委第三号通报"})
    assert hr.page.h1.get_text(strip=True) == "在岗戊"
    assert "纪委第三号通报" in hr.text()
    assert "测试账号" in hr.text()
    hr.open(f"/cleanup/flag/{credential.id}")
    hr.submit({"ground": "M2", "evidence": "再来一次"})
    assert "已按此情形列入" in hr.text()


def test_a_round_ends_once_everybody_is_decided(signed_in, round_):
    hr = signed_in(Role.HR)
    hr.open(f"/cleanup/{round_.id}")
    assert "还有 4 人待处理" in hr.text()
    with transaction() as session:
        for case in session.scalars(select(CleanupCase)).unique().all():
            remove_case(session, case, REASON, ACTOR)
    hr.open(f"/cleanup/{round_.id}?state=")
    hr.submit(action="/close")
    assert hr.page.h1.get_text(strip=True) == "清理统计"
    with reading() as session:
        assert session.scalars(select(CleanupRound)).one().state == RoundState.CLOSED
    hr.open(f"/cleanup/{round_.id}?state=")
    assert hr.page.select("main form[method=post]") == []


def test_the_figures_add_up_on_the_page(signed_in, round_):
    with transaction() as session:
        for name in ("退休甲", "退休乙", "合同丁"):
            remove_case(session, session.get_one(CleanupCase, cases()[name].id), REASON, ACTOR)
    for role in (Role.HR, Role.ADMINISTRATOR):
        browser = signed_in(role)
        browser.open(f"/cleanup/{round_.id}/totals")
        shown = {tag["data-figure"]: tag.get_text(strip=True) for tag in browser.page.select("[data-figure]")}
        assert shown == {
            "total:removed": "3",
            "departments:removed": "1",
            "counties:removed": "2",
            "C01:removed": "2",
            "M01:removed": "1",
        }
        rows = [
            [cell.get_text(strip=True) for cell in row.find_all(["th", "td"])]
            for row in browser.page.select("tbody tr")
        ]
        assert ["市直小计", "0", "1", "0", "0", "0", "1"] in rows
        assert ["县区小计", "2", "0", "0", "0", "0", "2"] in rows
        assert ["合计", "2", "1", "0", "0", "0", "3"] in rows
        assert "还有 1 人待处理" in browser.text()


def test_an_administrator_reads_and_does_not_decide(signed_in, round_):
    browser = signed_in(Role.ADMINISTRATOR)
    one = cases()["退休甲"]
    for path in ("/cleanup/", f"/cleanup/{round_.id}", f"/cleanup/cases/{one.id}"):
        browser.open(path)
        assert browser.page.select("main form[method=post]") == []
    assert "岗位状态：退休" in browser.text()
    browser.open("/password")
    token = browser.page.find("input", attrs={"name": "csrf_token"})["value"]
    for path in (
        "/cleanup/",
        f"/cleanup/{round_.id}/check",
        f"/cleanup/{round_.id}/decide",
        f"/cleanup/{round_.id}/close",
        f"/cleanup/cases/{one.id}",
        f"/cleanup/flag/{one.credential_id}",
    ):
        data = {"csrf_token": token, "decision": "remove", "reason": REASON, "case": str(one.id)}
        assert browser.client.post(path, data=data).status_code == 403, path
    assert state_of("退休甲") == CredentialState.ACTIVE


@pytest.mark.parametrize("role", [Role.UNIT_ADMINISTRATOR, Role.CANDIDATE])
def test_nobody_else_reads_a_case(signed_in, round_, role):
    browser = signed_in(role)
    one = cases()["退休甲"]
    for path in (f"/cleanup/{round_.id}", f"/cleanup/{round_.id}/totals", f"/cleanup/cases/{one.id}"):
        browser.open(path, status=403)


def test_a_unit_does_not_see_on_a_credential_why_somebody_may_have_to_go(signed_in, round_):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open(f"/credentials/{cases()['退休甲'].credential_id}")
    assert "清理" not in browser.text()


def test_a_whole_page_is_ticked_without_script(signed_in, round_):
    hr = signed_in(Role.HR)
    hr.open(f"/cleanup/{round_.id}?text=退休")
    hr.open(hr.link("全选本页"))
    boxes = hr.page.select("input[name=case]")
    assert len(boxes) == 3
    assert all(box.has_attr("checked") for box in boxes)

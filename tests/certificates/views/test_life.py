from datetime import date, timedelta

import pytest
from sqlalchemy import select

from certificates.models import Credential, RevocationProposal
from certificates.operations import life_acts
from certificates.states import CredentialState
from core import clock
from core.db import reading, transaction
from people.permissions import Role
from people.posts import PostState
from tests.factories import ACTOR, make_account, make_city, make_course, make_credential, make_hours, make_officer
from tests.forms_browser import FormsBrowser

CITED = {"paper": "×法治办〔2026〕8号", "reason": "经核实，情况属实。"}


@pytest.fixture
def credential(database):
    """A credential with hours for its renewal, two months before it runs out."""
    with transaction() as session:
        officer = make_officer(session, make_city(session).county, name="张三")
        course = make_course(session, starts_on=clock.today() - timedelta(days=30))
        make_hours(session, course, officer, 60)
        last = clock.today() + timedelta(days=60)
        first = last - timedelta(days=1800)
        return make_credential(session, officer, cert_no="N-1", valid_from=first, valid_until=last)


def state_of(credential):
    with reading() as session:
        return session.get_one(Credential, credential.id).state


def page_of(credential):
    return f"/credentials/{credential.id}"


def lookup_says(app):
    browser = FormsBrowser(app)
    browser.open("/lookup?q=N-1")
    return browser.page.find(class_="answer-status").get_text(strip=True)


def test_the_office_suspends_extends_and_lifts_and_the_page_tells_it(app, signed_in, credential):
    office = signed_in(Role.ADMINISTRATOR)
    office.open(page_of(credential))
    office.open(office.link("暂扣"))
    until = (clock.today() + timedelta(days=10)).isoformat()
    office.submit({"ground": "M1", "until": until, **CITED})
    assert lookup_says(app) == "暂扣中"
    assert "正在接受审查" in office.text()
    assert "×法治办〔2026〕8号" in office.text()
    office.open(office.link("延长暂扣"))
    office.submit({"ground": "E1", "until": (clock.today() + timedelta(days=20)).isoformat(), **CITED})
    office.open(office.link("解除暂扣"))
    office.submit({"ground": "L1", **CITED})
    assert lookup_says(app) == "有效"


def test_what_was_typed_stays_where_an_act_is_refused(signed_in, credential):
    office = signed_in(Role.HR)
    office.open(f"{page_of(credential)}/act/suspend")
    until = (clock.today() + timedelta(days=200)).isoformat()
    office.submit({"ground": "M1", "until": until, **CITED})
    assert "暂扣一次不超过 90 天" in office.text()
    assert office.page.find(attrs={"name": "paper"})["value"] == CITED["paper"]
    assert office.page.find(attrs={"name": "until"})["value"] == until
    assert state_of(credential) == CredentialState.ACTIVE


def test_an_act_that_is_not_allowed_says_why_and_offers_no_form(signed_in, credential):
    office = signed_in(Role.HR)
    office.open(f"{page_of(credential)}/act/lift")
    assert "不能进行这项操作" in office.text()
    assert office.page.find("textarea") is None
    office.open(f"{page_of(credential)}/act/dance", status=404)
    office.open(f"{page_of(credential)}/act/renew", status=404)


def test_a_unit_sees_the_acts_without_grounds_and_is_offered_none(app, signed_in, credential):
    with transaction() as session:
        one = session.get_one(Credential, credential.id)
        until = clock.today() + timedelta(days=5)
        warrant = life_acts.Warrant("M1", paper="机密文号", reason="机密缘由")
        life_acts.suspend(session, one, warrant, until, ACTOR)
    unit = signed_in(Role.UNIT_ADMINISTRATOR)
    unit.open(page_of(credential))
    assert "暂扣" in unit.text()
    for secret in ("正在接受审查", "机密文号", "机密缘由", "可以办理"):
        assert secret not in unit.text()
    browser = FormsBrowser(app)
    browser.open("/lookup?q=N-1")
    for secret in ("正在接受审查", "机密文号", "机密缘由"):
        assert secret not in browser.response.get_data(as_text=True)


def test_a_revocation_is_proposed_by_one_and_approved_by_another(app, signed_in, credential):
    first, second = signed_in(Role.HR), signed_in(Role.ADMINISTRATOR)
    first.open(f"{page_of(credential)}/act/revoke")
    first.submit({"ground": "M4", **CITED})
    assert lookup_says(app) == "有效"
    first.open("/credentials/revocations")
    first.open(first.link("张三"))
    assert "另一人批准" in first.text()
    assert not first.page.find_all("form", action=lambda path: path and path.endswith("/approve"))
    second.open("/credentials/revocations")
    second.open(second.link("张三"))
    second.submit(action="/approve")
    assert lookup_says(app) == "已吊销"
    assert "不得重新申领" in second.text()


def test_a_revocation_can_be_turned_down(app, signed_in, credential):
    first, second = signed_in(Role.HR), signed_in(Role.HR)
    first.open(f"{page_of(credential)}/act/revoke")
    first.submit({"ground": "M5", **CITED})
    with reading() as session:
        proposal = session.scalars(select(RevocationProposal)).unique().one()
    second.open(f"/credentials/revocations/{proposal.id}")
    second.submit({"reason": " "}, action="/reject")
    assert "请写明不批准的理由" in second.text()
    second.submit({"reason": "证据不足。"}, action="/reject")
    assert state_of(credential) == CredentialState.ACTIVE


def test_the_office_renews_a_credential(app, signed_in, credential):
    office = signed_in(Role.ADMINISTRATOR)
    office.open(page_of(credential))
    office.open(office.link("到期换发"))
    office.submit({})
    assert "99100100001" in office.text()
    assert lookup_says(app) == "已注销"
    office.fetch(office.link("资格证书（A4）"))


def test_the_office_exchanges_a_credential_for_another_unit(signed_in, credential):
    office = signed_in(Role.ADMINISTRATOR)
    with reading() as session:
        department = make_city(session).department
    office.open(f"{page_of(credential)}/new/exchange")
    office.submit({"ground": "R3"})
    assert "没有变更" in office.text()
    office.submit({"ground": "R3", "organisation": str(department.id), "category": "公安"})
    assert "市公安局" in office.text()
    assert "N-1" in office.text()


def own_browser(app, credential):
    with transaction() as session:
        one = session.get_one(Credential, credential.id)
        account = make_account(session, Role.CANDIDATE, one.organisation, officer=one.officer)
    browser = FormsBrowser(app)
    browser.sign_in(account)
    return browser


def test_a_holder_sees_what_is_to_come_and_reports_a_loss(app, signed_in, credential):
    own = own_browser(app, credential)
    own.open("/credentials/mine")
    assert "到期换发" in own.text()
    assert "年度审验" in own.text()
    own.open(own.link("报失"))
    own.submit({"words": ""})
    assert "请写明遗失的时间" in own.text()
    own.submit({"words": "昨日在公交车上遗失。"})
    assert "遗失作废" in own.text()
    assert lookup_says(app) == "遗失作废"
    anybody = FormsBrowser(app)
    anybody.open("/credentials/lost")
    assert "N-1" in anybody.text()
    assert "张三" not in anybody.text()
    assert "公交车" not in anybody.text()
    office = signed_in(Role.ADMINISTRATOR)
    office.open(f"{page_of(credential)}/new/reissue")
    office.submit({})
    own.open("/credentials/mine")
    assert "有效" in own.text()


def test_nobody_reports_the_loss_of_anothers_card(app, signed_in, credential):
    signed_in(Role.CANDIDATE).open(f"/credentials/mine/{credential.id}/loss", status=404)


def test_a_suspended_card_is_not_handed_out_to_its_holder(app, credential):
    with transaction() as session:
        one = session.get_one(Credential, credential.id)
        until = clock.today() + timedelta(days=5)
        life_acts.suspend(session, one, life_acts.Warrant("M1", paper="文", reason="因"), until, ACTOR)
    own = own_browser(app, credential)
    own.open("/credentials/mine")
    assert "暂扣至" in own.text()
    assert "资格证书" not in own.text()
    own.fetch(f"/credentials/mine/{credential.id}/certificate.pdf", status=409)


MARCH = clock.at_city_time(date(2026, 3, 10), 9)


@pytest.fixture
def due(database):
    """Three cards of last year in the middle of March: one whole, one without hours, one whose holder retired."""
    with clock.at(clock.at_city_time(date(2025, 6, 1), 9)), transaction() as session:
        county = make_city(session).county
        course = make_course(session, starts_on=date(2025, 9, 1))
        made = {}
        for name in ("全合", "缺时", "退休"):
            officer = make_officer(session, county, name=name)
            made[name] = make_credential(session, officer, category="综合执法")
            if name != "缺时":
                make_hours(session, course, officer, 60)
            if name == "退休":
                officer.post = PostState.RETIRED
        return made


def test_the_review_list_ticks_who_is_whole_and_names_what_speaks_against_the_others(signed_in, due):
    with clock.at(MARCH):
        office = signed_in(Role.ADMINISTRATOR)
        office.open("/credentials/reviews?tick=all")
        ticks = [one["value"] for one in office.page.find_all("input", attrs={"name": "credential"})]
        assert ticks == [str(due["全合"].id)]
        assert "不符合 近一年培训学时达到要求" in office.text()
        assert "不符合 仍在本单位执法岗位" in office.text()
        office.submit({"credential": ticks[0]}, action="/reviews")
        assert "已审验通过 1 本证件" in office.text()
        assert figure(office, "passed") == "1"
        assert figure(office, "open") == "2"


@pytest.mark.parametrize("name", ["缺时", "退休"])
def test_who_is_not_whole_cannot_be_ticked_from_elsewhere(signed_in, due, name):
    with clock.at(MARCH):
        office = signed_in(Role.ADMINISTRATOR)
        office.open("/credentials/reviews")
        office.submit({"credential": str(due[name].id)}, action="/reviews")
        assert "请单独审验" in office.text()
        assert figure(office, "open") == "3"


def test_one_card_is_reviewed_by_itself_with_the_known_answers_filled_in(signed_in, due):
    with clock.at(MARCH):
        office = signed_in(Role.ADMINISTRATOR)
        office.open(f"/credentials/{due['缺时'].id}/review")
        assert office.page.find("select", attrs={"name": "hours_met"}).find(selected=True)["value"] == "no"
        office.submit({"clean": "yes", "card_whole": "yes"})
        assert "请在说明中写明情况" in office.text()
        office.submit({"clean": "yes", "card_whole": "yes", "note": "学时不足，限期补足。"})
        assert "审验未通过" in office.text()
        assert figure(office.open("/credentials/reviews") and office, "failed") == "1"


def test_before_march_nobody_is_ticked(signed_in, due):
    with clock.at(clock.at_city_time(date(2026, 2, 27), 9)):
        office = signed_in(Role.ADMINISTRATOR)
        office.open("/credentials/reviews")
        assert office.page.find("input", attrs={"name": "credential"}) is None


def figure(browser, name):
    return browser.page.find(attrs={"data-figure": name}).get_text(strip=True)


def test_a_past_day_is_answered_with_its_grounds(signed_in, credential):
    office = signed_in(Role.UNIT_ADMINISTRATOR)
    office.open("/credentials/on-day")
    office.submit({"number": "N-1", "day": clock.today().isoformat()}, action=None)
    assert "当日部分时间有执法资格" in office.text()
    assert "已验证" in office.text()
    statement = office.fetch(office.link("当时登记内容原文"))
    assert statement.json["cert_no"] == "N-1"
    office.fetch(office.link("收录证明"))
    office.open("/credentials/on-day?number=N-1&day=" + (clock.today() + timedelta(days=1)).isoformat())
    assert "只能查询今天和以前" in office.text()
    office.open("/credentials/on-day?number=N-9&day=2026-01-01")
    assert "没有找到" in office.text()
    office.open("/credentials/on-day?number=N-1&day=yesterday")
    assert office.page.find(class_="answer") is None
    assert office.page.find(class_="error-summary") is not None


def test_a_day_before_the_register_is_not_answered_for(signed_in, credential):
    office = signed_in(Role.ADMINISTRATOR)
    day = (clock.today() - timedelta(days=5)).isoformat()
    office.open(f"/credentials/on-day?number=N-1&day={day}")
    assert "此前情况请查原发证机关" in office.text()

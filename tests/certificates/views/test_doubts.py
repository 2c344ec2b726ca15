import pytest
from sqlalchemy import select

from certificates.doubts import PER_ADDRESS
from certificates.models import DoubtReport
from core.db import reading, transaction
from core.models import AuditEntry
from people.permissions import Role
from tests.factories import make_city, make_credential, make_officer
from tests.forms_browser import FormsBrowser

SAID = "11 月 25 日在市场里出示此证，照片不是本人。"


@pytest.fixture
def credential(database):
    with transaction() as session:
        officer = make_officer(session, make_city(session).county, name="张三")
        return make_credential(session, officer, cert_no="99100100001")


def report(browser, **values):
    browser.open("/doubts/new?number=99100100001")
    browser.submit({"text": SAID, "contact": "0311-000", **values})
    return [one.get_text() for one in browser.page.select("dd.mono")]


def stored():
    with reading() as session:
        return list(session.scalars(select(DoubtReport).order_by(DoubtReport.made_at)))


def test_a_doubt_is_reported_read_answered_and_followed(app, browser, credential, signed_in):
    number, code = report(browser)
    assert "您反映的情况已收到" in browser.text()
    office = signed_in(Role.ADMINISTRATOR)
    office.open("/doubts/")
    office.open(office.link(number))
    for shown in (SAID, "0311-000", "99100100001", "待核实"):
        assert shown in office.text()
    assert office.link("99100100001") == f"/credentials/{credential.id}"
    office.submit({"answer": "照片已核实，系本人。"})
    assert "已答复" in office.text()
    browser.open("/doubts/receipt")
    assert "您反映的情况已收到" not in browser.text()
    browser.submit({"number": number, "code": code.lower()})
    assert "照片已核实，系本人。" in browser.text()
    with reading() as session:
        verbs = session.scalars(select(AuditEntry.verb).where(AuditEntry.verb.like("certificates:doubt%"))).all()
    assert verbs == ["certificates:doubt:report", "certificates:doubt:answer"]


def test_a_report_says_something_or_keeps_what_was_typed(browser, credential):
    report(browser, text=" ", contact="王先生")
    assert "请写明您看到的情况和疑问" in browser.text()
    assert browser.page.find(id="contact")["value"] == "王先生"
    report(browser, text="x" * 1001)
    assert "超过 1000 个字" in browser.text()
    assert browser.page.find(id="text").get_text().strip() == "x" * 1001
    assert stored() == []


def test_a_report_needs_neither_number_nor_contact(browser, credential):
    report(browser, cert_no="", contact="")
    report(browser, cert_no="12345")
    first, second = stored()
    assert (first.cert_no, first.credential_id) == ("", None)
    assert (second.cert_no, second.credential_id) == ("12345", None)


def test_what_is_reported_is_sealed(browser, credential):
    report(browser)
    (one,) = stored()
    assert one.credential_id == credential.id
    assert SAID.encode() not in one.text_sealed
    assert b"0311" not in one.contact_sealed


def test_one_address_reports_five_times_a_day(app, credential):
    browser = FormsBrowser(app)
    for _each in range(PER_ADDRESS):
        report(browser)
    report(browser)
    assert "一天内最多提交 5 件" in browser.text()
    assert browser.page.find(id="text").get_text().strip() == SAID
    other = FormsBrowser(app)
    other.client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    report(other)
    assert len(stored()) == PER_ADDRESS + 1


def test_a_machine_that_fills_in_the_hidden_field_is_thanked_and_nothing_is_stored(browser, credential):
    report(browser, website="http://x")
    assert "您反映的情况已收到" in browser.text()
    assert stored() == []


def test_a_receipt_opens_its_own_report_alone(browser, credential):
    number, _code = report(browser)
    _number, code = report(browser)
    browser.open("/doubts/receipt")
    browser.submit({"number": number, "code": code})
    assert "没有找到这件反映" in browser.text()


def test_an_answer_is_written_and_is_the_last(browser, credential, signed_in):
    report(browser)
    office = signed_in(Role.ADMINISTRATOR)
    path = f"/doubts/{stored()[0].id}"
    office.open(path)
    office.submit({"answer": ""})
    assert "请写明核实的情况" in office.text()
    token = office.page.find("input", attrs={"name": "csrf_token"})["value"]
    office.submit({"answer": "已核实。"})
    answer = office.client.post(path, data={"csrf_token": token, "answer": "另一答复"})
    assert "当前状态为“已答复”" in answer.get_data(as_text=True)
    assert stored()[0].answer == "已核实。"


def test_the_queue_is_narrowed_by_state(browser, credential, signed_in):
    report(browser)
    office = signed_in(Role.ADMINISTRATOR)
    office.open("/doubts/?state=open")
    assert "99100100001" in office.text()
    office.open("/doubts/?state=answered")
    assert "没有这样的反映" in office.text()

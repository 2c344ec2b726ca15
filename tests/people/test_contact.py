import pytest
from sqlalchemy import select

from core.db import reading
from core.models import AuditEntry
from people.mail_addresses import MailLanguage, reasons_against_address
from people.models import Account
from people.permissions import Role

GOOD = ("zhang@example.cn", "zhang.san+a@mail.gov.cn", "a@b.co", "x" * 64 + "@example.cn", "")
BAD = (
    "zhang",
    "zhang@",
    "@example.cn",
    "zhang@example",
    "zhang @example.cn",
    "zhang@exa mple.cn",
    "a@b.cn\nBcc: everybody@example.cn",
    "a@b.cn\n",
    "张三@example.cn",
    "a..b@example.cn",
    "a@-b.cn",
    "x" * 65 + "@example.cn",
    "a@" + "b" * 250 + ".cn",
    "a@b.cn,c@d.cn",
)


@pytest.mark.parametrize("address", GOOD)
def test_an_address_that_mail_can_go_to_is_taken(address):
    assert reasons_against_address(address) == []


@pytest.mark.parametrize("address", BAD)
def test_an_address_that_mail_cannot_go_to_is_refused(address):
    assert [reason.code for reason in reasons_against_address(address)] == ["address"]


def own_account():
    with reading() as session:
        return session.scalars(select(Account).where(Account.role == Role.UNIT_ADMINISTRATOR)).one()


def test_the_holder_sets_changes_and_clears_the_address(signed_in):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open("/")
    browser.open(browser.link("联系方式"))
    assert "没有设置邮件服务器" in browser.text()
    browser.submit({"email": " zhang@example.cn ", "language": "en"})
    assert "联系方式已保存" in browser.text()
    assert (own_account().email, own_account().mail_language) == ("zhang@example.cn", MailLanguage.ENGLISH)
    browser.submit({"email": "zhang@", "language": "zh"})
    assert "电子邮箱的写法不对" in browser.text()
    assert browser.page.select_one("input[name=email]")["value"] == "zhang@"
    assert own_account().email == "zhang@example.cn"
    browser.submit({"email": "", "language": "zh"})
    assert own_account().email == ""


def test_the_chain_says_that_it_changed_and_keeps_no_address(signed_in):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open("/contact")
    browser.submit({"email": "zhang@example.cn"})
    with reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "people:account:change_contact")).one()
    assert entry.detail == {"has_email": True, "language": "zh"}

from sqlalchemy import select

from core.db import reading
from core.models import AuditEntry
from people.models import PortalKey
from people.permissions import Role

PORTAL = {"portal": "省政务服务网（省政务办）", "contact": "王处长 0311-0000000", "hourly_limit": "5000"}


def keys():
    with reading() as session:
        return list(session.scalars(select(PortalKey)))


def test_a_key_is_given_shown_once_and_opens_the_interface(browser, signed_in):
    office = signed_in(Role.ADMINISTRATOR)
    office.open("/portals/")
    office.submit(PORTAL, action="/portals/")
    key = office.page.select_one(".fresh-key").get_text()
    assert key.startswith("cz_")
    office.open("/portals/")
    assert key not in office.response.get_data(as_text=True)
    assert key[:10] in office.text()
    assert "5,000" in office.text()
    answer = browser.client.get("/api/v1/credentials?number=1", headers={"Authorization": f"Bearer {key}"})
    assert answer.headers["RateLimit-Remaining"] == "4999"
    (row,) = keys()
    assert key not in (row.digest, row.beginning)


def test_a_key_is_taken_back_for_good(browser, signed_in):
    office = signed_in(Role.ADMINISTRATOR)
    office.open("/portals/")
    office.submit(PORTAL, action="/portals/")
    key = office.page.select_one(".fresh-key").get_text()
    path = f"/portals/{keys()[0].id}/take-back"
    office.submit(action=path)
    assert "已停用" in office.text()
    answer = browser.client.get("/api/v1/credentials?number=1", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 401
    token = office.page.find("input", attrs={"name": "csrf_token"})["value"]
    assert office.client.post(path, data={"csrf_token": token}).status_code == 409
    with reading() as session:
        verbs = session.scalars(select(AuditEntry.verb).where(AuditEntry.verb.like("%portal_key%"))).all()
    assert verbs == ["certificates:portal_key:give", "certificates:portal_key:take_back"]


def test_bad_input_gives_no_key_and_keeps_what_was_typed(signed_in):
    office = signed_in(Role.ADMINISTRATOR)
    for change in (
        {"portal": ""},
        {"contact": " "},
        {"hourly_limit": "0"},
        {"hourly_limit": "x"},
        {"hourly_limit": ""},
    ):
        office.open("/portals/")
        office.submit({**PORTAL, **change}, action="/portals/")
        assert "请更正以下内容" in office.text()
        if "portal" not in change:
            assert office.page.find(id="portal")["value"] == PORTAL["portal"]
    assert keys() == []

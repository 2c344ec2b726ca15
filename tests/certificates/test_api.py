"""The open interface: what it answers, what it refuses, and that it is as its description says."""

from datetime import timedelta

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from certificates.api_description import described
from certificates.askers import FREE_ANSWERS
from certificates.models import Credential
from certificates.operations.portals import give_key, take_back_key
from core import clock
from core.audit import Actor
from core.db import transaction
from people.models import PortalKey
from people.permissions import Role
from tests.factories import make_account, make_city, make_credential, make_officer
from tests.forms_browser import FormsBrowser

NUMBER = "99100100001"
ROOT = "/api/v1"


@pytest.fixture
def credential(database):
    with transaction() as session:
        city = make_city(session)
        for name in ("李四", "李四"):
            make_credential(session, make_officer(session, city.department, name=name))
        return make_credential(session, make_officer(session, city.county, name="张三"), cert_no=NUMBER)


@pytest.fixture
def key(database):
    with transaction() as session:
        account = make_account(session, Role.ADMINISTRATOR)
        _row, key = give_key(session, "省政务服务网", "王处长 0311-0000000", 45, Actor(account.id, "管理员"))
        return key


def check(answer, schema):
    """Hold an answer against its schema in the description."""
    document = described("http://localhost")
    registry = Registry().with_resource("urn:api", Resource(contents=document, specification=DRAFT202012))
    wanted = {"$ref": f"urn:api#/components/schemas/{schema}"}
    Draft202012Validator(wanted, registry=registry, format_checker=FormatChecker()).validate(answer.json)
    return answer.json


def problem(answer, status, kind):
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    body = check(answer, "Problem")
    assert body["type"].endswith(f"/api/docs#{kind}")
    assert body["status"] == status
    assert body["detail"].endswith("。")
    return body


def test_the_description_holds_to_the_standard(browser):
    for language in ("zh", "en"):
        browser.client.set_cookie("language", language)
        document = browser.fetch(f"{ROOT}/openapi.json").json
        OpenAPIV31SpecValidator(document).validate()
    document["paths"]["/credentials"]["get"].pop("responses")
    document["openapi"] = 3
    with pytest.raises(OpenAPIValidationError):
        OpenAPIV31SpecValidator(document).validate()


def test_the_description_names_every_route_and_no_other(app, browser):
    document = browser.fetch(f"{ROOT}/openapi.json").json
    routes = {
        rule.rule.removeprefix(ROOT).replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("lookup_api.")
    }
    assert routes - {"/openapi.json"} == set(document["paths"])
    assert document["servers"] == [{"url": f"{app.config['PUBLIC_URL']}/api/v1"}]


def test_the_description_can_be_read_as_a_page(browser):
    browser.open("/api/docs")
    for shown in (
        "/credentials",
        "/registers/{code}",
        "unconfirmed",
        "暂扣中",
        "too-many",
        "Authorization: Bearer",
    ):
        assert shown in browser.text()
    assert browser.fetch(browser.link("OpenAPI")).json["openapi"] == "3.1.0"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (f"number={NUMBER}", [NUMBER]),
        ("number=991 0010 0001", [NUMBER]),
        ("name=张三&unit=海东区", [NUMBER]),
        ("number=991OO100001", []),
        ("number=%00", []),
        ("number=张三", []),
        ("name=张三&unit=市公安局", []),
        (f"number={'9' * 5000}", []),
        ("token=AAAA", []),
    ],
)
def test_a_question_is_answered_as_on_the_page(browser, credential, query, found):
    answer = browser.fetch(f"{ROOT}/credentials?{query}")
    body = check(answer, "Answer")
    assert [one["cert_no"] for one in body["credentials"]] == found
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_answer_says_what_it_is_worth_and_what_that_means(browser, credential):
    (one,) = check(browser.fetch(f"{ROOT}/credentials?number={NUMBER}"), "Answer")["credentials"]
    assert (one["status"], one["status_text"], one["holder"], one["unit"]) == ("valid", "有效", "张三", "海东区")
    assert one["meaning"].startswith("持证人目前可以")
    assert one["log_number"] == 3
    with transaction() as session:
        session.get_one(Credential, credential.id).area = "别处"
    (one,) = check(browser.fetch(f"{ROOT}/credentials?number={NUMBER}"), "Answer")["credentials"]
    assert (one["status"], one["log_number"]) == ("unconfirmed", None)


def test_people_of_one_name_are_all_answered_and_a_token_is_not_said_again(browser, credential):
    body = check(browser.fetch(f"{ROOT}/credentials?name=李四&unit=市公安局"), "Answer")
    assert len(body["credentials"]) == 2
    answer = browser.fetch(f"{ROOT}/credentials?token={credential.lookup_token}")
    assert check(answer, "Answer")["credentials"][0]["cert_no"] == NUMBER
    assert credential.lookup_token not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "query",
    ["", "number=", "name=张三", "unit=海东区", "number=1&name=张三", f"number={NUMBER}&x=1", "token=A&number=1"],
)
def test_a_question_that_is_none_is_a_problem(browser, credential, query):
    problem(browser.client.get(f"{ROOT}/credentials?{query}"), 400, "question")


def test_twenty_an_hour_are_free_then_there_is_a_problem_and_a_time_to_wait(browser, credential):
    for left in range(FREE_ANSWERS - 1, -1, -1):
        answer = browser.fetch(f"{ROOT}/credentials?number={NUMBER}")
        assert answer.headers["RateLimit-Remaining"] == str(left)
    answer = browser.client.get(f"{ROOT}/credentials?number={NUMBER}")
    problem(answer, 429, "too-many")
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    browser.fetch(f"{ROOT}/credentials?token={credential.lookup_token}")


def test_a_portal_has_its_own_limit_and_shares_no_count(browser, credential, key):
    bearer = {"Authorization": f"Bearer {key}"}
    for _each in range(45):
        assert browser.client.get(f"{ROOT}/credentials?number={NUMBER}", headers=bearer).status_code == 200
    problem(browser.client.get(f"{ROOT}/credentials?number={NUMBER}", headers=bearer), 429, "too-many")
    browser.fetch(f"{ROOT}/credentials?number={NUMBER}")


@pytest.mark.parametrize("header", ["Bearer cz_x", "Bearer", "Basic abc", "bearer " + "cz_" + "A" * 43, "x" * 9000])
def test_a_key_that_is_none_is_refused_and_not_counted_as_an_address(browser, credential, header):
    answer = browser.client.get(f"{ROOT}/credentials?number={NUMBER}", headers={"Authorization": header})
    problem(answer, 401, "key")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_key_that_was_taken_back_opens_nothing(browser, credential, key):
    with transaction() as session:
        account = make_account(session, Role.ADMINISTRATOR)
        take_back_key(session, session.query(PortalKey).one(), Actor(account.id, "管理员"))
    answer = browser.client.get(f"{ROOT}/credentials?number={NUMBER}", headers={"Authorization": f"Bearer {key}"})
    problem(answer, 401, "key")


def test_a_register_is_read_page_by_page(browser, database):
    with transaction() as session:
        city = make_city(session)
        for number in range(53):
            make_credential(session, make_officer(session, city.county), cert_no=f"991001{number:05d}")
        until = clock.today() + timedelta(days=3)
        make_credential(
            session,
            make_officer(session, city.county),
            cert_no="99100199999",
            state="suspended",
            suspended_until=until,
        )
    units = check(browser.fetch(f"{ROOT}/registers"), "Units")["units"]
    assert [(one["code"], one["listed"], one["unnamed"]) for one in units] == [("C01", 54, 0)]
    first = check(browser.fetch(f"{ROOT}/registers/C01"), "Register")
    second = check(browser.fetch(f"{ROOT}/registers/C01?page=2"), "Register")
    assert (first["listed"], first["pages"], len(first["officers"]), len(second["officers"])) == (54, 2, 50, 4)
    assert second["officers"][-1]["status"] == "suspended"
    assert check(browser.fetch(f"{ROOT}/registers/C01?page=99"), "Register")["page"] == 2


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", "９"])
def test_a_page_that_is_none_is_a_problem(browser, credential, page):
    problem(browser.client.get(f"{ROOT}/registers/C01?page={page}"), 400, "invalid")


@pytest.mark.parametrize("code", ["ZZ", "CITY", "..", "%00"])
def test_a_unit_that_is_none_is_a_problem(browser, credential, code):
    answer = browser.client.get(f"{ROOT}/registers/{code}")
    if code != "..":
        problem(answer, 404, "not-found")


def test_the_interface_speaks_english_to_who_asks_in_english(app, credential):
    browser = FormsBrowser(app)
    browser.client.set_cookie("language", "en")
    assert browser.fetch(f"{ROOT}/credentials?number={NUMBER}").json["credentials"][0]["status"] == "valid"

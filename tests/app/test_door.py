"""The door: every route names its permission, and every role meets at every route what is written here."""

import re
from uuid import UUID

import pytest
from werkzeug.routing import Rule

from app.guard import FREE_ENDPOINTS
from core.access import permission_of
from people.permissions import Permission, Role
from tests.forms_browser import FormsBrowser

NOBODY = UUID(int=0)
PARAMETERS = {
    "serial": 1,
    "code": "en",
    "layout": "a4",
    "kind": "sheets",
    "place": 0,
    "token": "A" * 26,
    "filename": "theme.css",
}

# Who may open what, written by hand and on purpose not read from people/permissions.py.
# P public, C candidate, U unit administrator, A city administrator, H human resources, I invigilator.
MAY_OPEN = {
    "accommodations": {"index": "UAI", "show": "A", "change": "A"},
    "account": {"sign_in": "PCUAHI", "password": "CUAHI", "contact": "CUAHI", "sign_out": "CUAHI"},
    "blueprints": {"index": "A", "new": "A", "show": "UAI"},
    "acts": {"prepare": "AI", "confirm": "AI"},
    "board": {"show": "AI", "rows": "AI", "timeline": "AI"},
    "circular_drafts": {
        "index": "A",
        "create": "A",
        "show": "A",
        "edit": "A",
        "approve": "A",
        "send_back": "A",
        "discard": "A",
        "issue": "A",
        "correct": "A",
        "preview": "A",
    },
    "circulars": {"index": "PCUAHI", "show": "PCUAHI", "file": "PCUAHI", "snapshot": "PCUAHI"},
    "bulk": {"show": "A", "pause": "A", "go_on": "A", "make": "A", "download": "A"},
    "cleanup": {
        "index": "AH",
        "round": "AH",
        "case": "AH",
        "totals": "AH",
        "open_round": "H",
        "check": "H",
        "close": "H",
        "decide": "H",
        "decide_case": "H",
        "flag": "H",
    },
    "corrections": {"items": "A", "item": "A", "show": "A", "approve": "A", "reject": "A"},
    "credentials": {
        "index": "UAH",
        "show": "UAH",
        "document": "UAH",
        "mine": "C",
        "own_document": "C",
        "lists": "A",
        "issue": "A",
        "issue_all": "A",
        "credentials_*": "A",
    },
    "duties": {"index": "UA", "supervise": "A", "mails": "UA"},
    "draws": {"index": "PCUAHI", "show": "PCUAHI", "bank": "PCUAHI"},
    "exam_api": {"append": "C", "leave": "C", "open_place": "C", "time": "C"},
    "held": {"show": "AI", "decide": "AI", "upload": "AI"},
    "items": {
        "index": "A",
        "show": "A",
        "edit": "A",
        "retire": "A",
        "restore": "A",
        "export": "A",
        "items_*": "A",
    },
    "log": {"index": "PCUAHI", "look_for_file": "PCUAHI"},
    "log_api": {
        "head": "PCUAHI",
        "heads": "PCUAHI",
        "entries": "PCUAHI",
        "proof": "PCUAHI",
        "consistency": "PCUAHI",
    },
    "verify": {
        "start": "PCUAHI",
        "document": "PCUAHI",
        "code": "PCUAHI",
        "keys": "PCUAHI",
        "root": "PCUAHI",
        "issuer": "PCUAHI",
    },
    "badges": {"own": "C", "by_token": "PCUAHI", "status": "PCUAHI"},
    "lookup": {
        "ask": "PCUAHI",
        "check": "PCUAHI",
        "token": "PCUAHI",
        "photo": "PCUAHI",
        "statement": "PCUAHI",
    },
    "lookup_api": {
        "credentials": "PCUAHI",
        "units": "PCUAHI",
        "register": "PCUAHI",
        "description": "PCUAHI",
    },
    "doubts": {"report": "PCUAHI", "receipt": "PCUAHI", "index": "A", "show": "A", "answer": "A"},
    "portals": {"docs": "PCUAHI", "index": "A", "give": "A", "take_back": "A"},
    "registers": {"index": "PCUAHI", "show": "PCUAHI", "sheet": "PCUAHI"},
    "mocks": {"join": "C"},
    "non_completion": {"show": "UA", "answer": "U", "person": "UA", "answer_one": "U", "sheet": "UA"},
    "officers": {
        "index": "UAH",
        "show": "UAH",
        "new": "UA",
        "change_post": "UA",
        "issue_account": "UA",
        "roll_*": "A",
    },
    "organisations": {"index": "UAH", "own": "UAH", "show": "UAH", "tree_*": "A"},
    "exemptions": {
        "index": "A",
        "choose": "A",
        "propose": "A",
        "show": "A",
        "approve": "A",
        "reject": "A",
        "end": "A",
    },
    "list_files": {"sealed": "PCUAHI", "document": "PCUAHI", "workbook": "PCUAHI", "feed": "PCUAHI"},
    "objections": {"make": "PCUAHI", "receipt": "PCUAHI", "index": "A", "show": "A", "answer": "A"},
    "pass_lists": {"index": "PCUAHI", "show": "PCUAHI", "preview": "A"},
    "photos": {
        "index": "UA",
        "missing": "UA",
        "intake": "UA",
        "confirm": "UA",
        "discard": "UA",
        "picture": "UA",
        "result": "UA",
        "officer": "UA",
        "show": "UA",
    },
    "preparation": {"short_hours": "UA"},
    "publishing": {"draft": "A", "show": "A", "approve": "A", "publish": "A", "put_back": "A", "discard": "A"},
    "recorders": {"index": "UA", "workbook": "UA", "show": "UA", "report": "U", "classify": "A"},
    "receipts": {"check": "PCUAHI"},
    "results": {"show": "UA", "people": "UA", "chart": "UA", "workbook": "UA"},
    "room": {
        "mine": "C",
        "waiting": "C",
        "start": "C",
        "room": "C",
        "hand_in": "C",
        "outcome": "C",
        "receipt": "C",
    },
    "rooms": {
        "show": "A",
        "change": "A",
        "remove": "A",
        "assign_unit": "A",
        "assign_ticked": "A",
        "spread": "A",
    },
    "score_checks": {"own": "C", "index": "A", "show": "A", "answer": "A"},
    "site": {
        "front": "PCUAHI",
        "language": "PCUAHI",
        "health": "PCUAHI",
        "home": "CUAHI",
        "job_list": "A",
        "audit": "A",
    },
    "sittings": {
        "index": "UAI",
        "show": "UAI",
        "candidate": "UAI",
        "new": "A",
        "open_doors": "A",
        "close": "A",
        "register": "UA",
        "register_ticked": "UA",
        "register_make_up": "A",
        "change_standing": "A",
        "candidates_*": "A",
    },
    "snapshots": {"index": "A", "take": "A", "show": "A", "workbook": "A", "sealed": "A"},
    "working_days": {"index": "A", "calendar_*": "A"},
    "supervision": {
        "index": "UA",
        "show": "UA",
        "document": "UA",
        "answer": "U",
        "send_back": "A",
        "close": "A",
    },
    "training": {
        "index": "UA",
        "show": "UA",
        "officer": "UA",
        "record": "UA",
        "record_hours": "UA",
        "correct_hours": "UA",
        "new": "A",
        "hours_*": "UA",
    },
}
# These ask for the room's token as well, and say 403 to a candidate who shows none.
TOKEN_ROUTES = {"exam_api.append", "exam_api.leave", "exam_api.time"}
LETTERS = {
    Role.PUBLIC: "P",
    Role.CANDIDATE: "C",
    Role.UNIT_ADMINISTRATOR: "U",
    Role.ADMINISTRATOR: "A",
    Role.HR: "H",
    Role.INVIGILATOR: "I",
}


def guarded_rules(app) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in FREE_ENDPOINTS]


def allowed(endpoint: str) -> str:
    group, _dot, name = endpoint.partition(".")
    table = MAY_OPEN[group]
    return table.get(name) or table[f"{name.split('_')[0]}_*"]


def path_of(rule: Rule) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: str(PARAMETERS.get(part[1], NOBODY)), rule.rule)


def test_every_route_names_its_permission(app):
    unnamed = [r.endpoint for r in guarded_rules(app) if permission_of(app.view_functions[r.endpoint]) is None]
    assert unnamed == []


def test_every_route_stands_in_the_table_and_the_table_has_no_other(app):
    written = {f"{group}.{name}" for group, names in MAY_OPEN.items() for name in names if "*" not in name}
    endpoints = {rule.endpoint for rule in guarded_rules(app)}
    assert written <= endpoints
    for endpoint in endpoints:
        assert allowed(endpoint)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_what_the_table_says_and_nothing_else(app, signed_in, role):
    browser = signed_in(role)
    token = token_of(browser)
    wrong = {}
    for rule in guarded_rules(app):
        if rule.endpoint == "account.sign_out" or (role is Role.CANDIDATE and rule.endpoint in TOKEN_ROUTES):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = browser.client.open(path_of(rule), method=method, headers={"X-CSRFToken": token})
            sent_away = answer.status_code == 302 and answer.location.startswith("/sign-in")
            is_open = not sent_away and answer.status_code not in {401, 403}
            if is_open != (LETTERS[role] in allowed(rule.endpoint)):
                wrong[f"{method} {rule.endpoint}"] = answer.status_code
            assert answer.status_code < 500, f"{method} {rule.rule}"
    assert wrong == {}


@pytest.mark.parametrize("role", list(Role))
def test_a_post_without_its_token_is_refused_everywhere(app, signed_in, role):
    browser = signed_in(role)
    for rule in guarded_rules(app):
        if "POST" in (rule.methods or set()) and not rule.endpoint.startswith("exam_api."):
            assert browser.client.post(path_of(rule)).status_code == 400, rule.endpoint


def test_a_route_that_names_no_permission_answers_with_our_error_and_not_with_its_page(app, browser):
    app.add_url_rule("/planted", "planted", lambda: "secret")
    assert browser.fetch("/planted", status=500).get_data(as_text=True).count("secret") == 0


def test_an_api_route_says_no_in_json(app, signed_in):
    answer = signed_in(Role.HR).client.get(f"/api/attempts/{NOBODY}/time")
    assert answer.status_code == 403
    assert answer.json["error"]


def test_security_headers_stand_on_every_answer(app, browser):
    for path, status in (("/", 200), ("/nothing", 404), ("/static/theme.css", 200)):
        with browser.fetch(path, status=status) as answer:
            headers = answer.headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"


def test_pages_are_not_kept_by_caches(app, browser):
    assert browser.fetch("/").headers["Cache-Control"] == "no-store"


def test_the_language_link_comes_back_to_the_same_page(app, browser):
    browser.open("/language/en?next=/pass-lists/")
    assert browser.response.request.path == "/pass-lists/"
    assert browser.page.html["lang"] == "en"
    browser.open("/language/zh?next=https://elsewhere.example/")
    assert browser.response.request.path == "/"
    assert browser.page.html["lang"] == "zh-Hans-CN"


def test_an_unexpected_error_gives_a_number_and_no_detail(app, browser, monkeypatch):
    def fail(session, limit=5):
        raise RuntimeError("the secret cause")

    monkeypatch.setattr("app.views.recent_pass_lists", fail)
    browser.open("/", status=500)
    assert "报告编号" in browser.text()
    assert "secret" not in browser.response.get_data(as_text=True)


def test_every_permission_opens_some_route(app):
    named = {permission_of(app.view_functions[rule.endpoint]) for rule in guarded_rules(app)}
    assert set(Permission) - named == set()


def token_of(browser: FormsBrowser) -> str:
    browser.open("/pass-lists/")
    field = browser.page.find("input", attrs={"name": "csrf_token"})
    if field is None:
        field = browser.open("/sign-in").find("input", attrs={"name": "csrf_token"})
    return str(field["value"])

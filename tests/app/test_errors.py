"""What is answered when the database is away (app/errors.py)."""

import pytest

from core import db
from people.permissions import Role

ATTEMPT = "/api/attempts/00000000-0000-0000-0000-000000000000"


@pytest.fixture
def away(signed_in, tmp_path):
    """A candidate's browser, of an application whose database cannot be reached any more."""
    browser = signed_in(Role.CANDIDATE)
    db.connect(f"sqlite:///{tmp_path / 'no-such-folder' / 'chizheng.db'}")
    return browser


def test_a_page_says_that_nothing_was_saved_and_leads_back_to_itself(away):
    page = away.open("/pass-lists/?page=2", status=503)
    assert "没有保存" in away.text()
    assert page.find("main").find("a")["href"] == "/pass-lists/?page=2"
    assert away.response.headers["Retry-After"] == "5"


def test_a_refusal_that_cannot_be_shown_says_so_too(away):
    answer = away.client.post("/sign-out", data={"csrf_token": "stale"})
    assert answer.status_code == 503
    assert "没有保存" in answer.get_data(as_text=True)


def test_the_exam_room_hears_it_as_json(away):
    answer = away.client.post(f"{ATTEMPT}/places", json={"take_over": True})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "没有保存" in answer.get_json()["error"]


def test_a_refusal_in_the_exam_room_needs_no_database(away):
    answer = away.client.post(f"{ATTEMPT}/responses", json={"responses": []}, headers={"Attempt-Token": "forged"})
    assert answer.status_code == 403


def test_health_says_that_the_server_is_of_no_use(away):
    assert away.client.get("/healthz").status_code == 503

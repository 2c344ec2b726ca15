from datetime import date, timedelta
from itertools import product

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from certificates.grounds import GROUNDS
from certificates.lapse import EMPLOYMENT_GROUNDS, POST_GROUNDS, Finding, LapseFacts, grounds_against
from certificates.states import STANDING, CredentialState
from people.posts import EmploymentType, PostState

TODAY = date(2026, 6, 1)
POSTS = {
    PostState.IN_POST: None,
    PostState.OFF_POST: "O1",
    PostState.TRANSFERRED: "O2",
    PostState.RETIRED: "O3",
    PostState.RESIGNED: "O4",
    PostState.DISMISSED: "O5",
    PostState.DECEASED: "O6",
}
EMPLOYMENTS = {
    EmploymentType.ESTABLISHMENT: None,
    EmploymentType.CONTRACT: "I1",
    EmploymentType.TEMPORARY: "I2",
    EmploymentType.AGENCY: "I3",
    EmploymentType.SUPPORT: "I4",
    EmploymentType.SELF_FUNDED: "I5",
    EmploymentType.AUXILIARY: "I6",
}
DAYS = (TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1))
EVERYTHING = list(product(EmploymentType, PostState, (None, *DAYS), CredentialState, DAYS, (False, True)))


def facts(**changes):
    usual = {
        "employment": EmploymentType.ESTABLISHMENT,
        "post": PostState.IN_POST,
        "post_since": None,
        "state": CredentialState.ACTIVE,
        "valid_until": TODAY,
    }
    return LapseFacts(**{**usual, **changes})


def test_every_combination_gives_the_grounds_it_should():
    for employment, post, since, state, until, exchanged in EVERYTHING:
        expected = []
        if state in STANDING:
            left = since is None or since <= TODAY
            expired = until < TODAY and not exchanged
            expected = [
                *([POSTS[post]] if POSTS[post] and left else []),
                *([EMPLOYMENTS[employment]] if EMPLOYMENTS[employment] else []),
                *(["U5"] if expired else []),
            ]
        found = grounds_against(LapseFacts(employment, post, since, state, until, exchanged), TODAY)
        assert [finding.ground for finding in found] == expected


def test_the_tables_cover_every_post_and_every_employment():
    assert set(POST_GROUNDS) == set(PostState) - {PostState.IN_POST}
    assert set(EMPLOYMENT_GROUNDS) == set(EmploymentType) - {EmploymentType.ESTABLISHMENT}
    assert {*POST_GROUNDS.values(), *EMPLOYMENT_GROUNDS.values(), "U5"} <= set(GROUNDS)


@pytest.mark.parametrize(
    ("changes", "evidence"),
    [
        ({"post": PostState.RETIRED, "post_since": date(2017, 5, 2)}, "岗位状态：退休，自2017年5月2日起"),
        ({"post": PostState.OFF_POST}, "岗位状态：离开执法岗位"),
        ({"employment": EmploymentType.CONTRACT}, "人员性质：合同工"),
        ({"valid_until": date(2026, 5, 31)}, "证件有效期至2026年5月31日，到期未换发"),
    ],
)
def test_the_evidence_says_what_was_found(changes, evidence):
    assert [finding.evidence for finding in grounds_against(facts(**changes), TODAY)] == [evidence]


def test_the_evidence_is_chinese_whoever_runs_the_rule():
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context(), force_locale("en"):
        found = grounds_against(facts(post=PostState.DECEASED, employment=EmploymentType.SUPPORT), TODAY)
    assert found == [Finding("O6", "岗位状态：死亡"), Finding("I4", "人员性质：工勤")]


def test_somebody_on_the_establishment_and_in_post_is_left_alone():
    assert grounds_against(facts(), TODAY) == []

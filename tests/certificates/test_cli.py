import json
from datetime import date

import pytest
from click.testing import CliRunner

from certificates.acts import Warrant
from certificates.cli import certificates
from certificates.models import Credential
from certificates.operations import life_acts
from core import clock
from core.db import transaction
from tests.factories import ACTOR, make_city, make_credential, make_officer

MORNING = clock.at_city_time(date(2026, 6, 1), 9)
LATER = clock.at_city_time(date(2026, 7, 1), 9)


@pytest.fixture
def credential(database):
    """A card taken over on 1 June, suspended from the 10th through the 20th."""
    with clock.at(MORNING), transaction() as session:
        officer = make_officer(session, make_city(session).county, name="张三")
        made = make_credential(session, officer, cert_no="N-1")
    with clock.at(clock.at_city_time(date(2026, 6, 10), 9)), transaction() as session:
        until = date(2026, 6, 20)
        warrant = Warrant("M1", paper="文", reason="因")
        life_acts.suspend(session, session.get_one(Credential, made.id), warrant, until, ACTOR)
    return made


def asked(*arguments):
    with clock.at(LATER):
        return CliRunner().invoke(certificates, ["on-day", *arguments])


@pytest.mark.parametrize(
    ("day", "code", "says"),
    [
        ("2026-05-31", 3, "不能判断"),
        ("2026-06-05", 0, "当日有执法资格"),
        ("2026-06-10", 1, "当日部分时间有执法资格"),
        ("2026-06-15", 1, "当日没有执法资格"),
        ("2026-06-21", 0, "当日有执法资格"),
    ],
)
def test_the_command_says_whether_somebody_was_authorised_on_a_day(credential, day, code, says):
    answer = asked("N-1", day)
    assert (answer.exit_code, says in answer.output) == (code, True), answer.output


def test_the_proof_is_kept_as_files_that_can_be_checked_elsewhere(credential, tmp_path):
    answer = asked("N-1", "2026-06-15", "--keep", str(tmp_path))
    assert answer.exit_code == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["N-1-2-proof.json", "N-1-2.json"]
    assert json.loads((tmp_path / "N-1-2.json").read_bytes())["suspended_until"] == "2026-06-20"


@pytest.mark.parametrize("arguments", [("N-1",), ("N-1", "yesterday")])
def test_a_command_that_cannot_be_read_is_refused(credential, arguments):
    assert asked(*arguments).exit_code == 2

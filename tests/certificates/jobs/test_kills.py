"""Kill -9 in the middle of a list: no number and no document may be lost or doubled, whenever it comes.

Each drill has a twin in which a fault was planted; a drill that does not find it would be worth nothing.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select

from certificates.layouts import Layout
from certificates.models import Credential, CredentialDocument, DrawingClaim, NumberSeries
from certificates.operations.credentials import issue_for_pass_list
from certificates.statements import DOCUMENT
from certificates.states import CredentialState
from core.db import current, reading, transaction
from core.models import LogEntry
from core.queries import broken_audit_entry, log_misfit
from tests.factories import ACTOR, make_city, make_officer, make_pass_list

ROOT = Path(__file__).resolve().parents[3]
URL = "http://localhost:8000"
PEOPLE = 8
START = "import sys; sys.path.insert(0, sys.argv.pop(1)); import runpy; runpy.run_path(sys.argv.pop(1))"
WORKER = Path(__file__).with_name("dying_worker.py")


@pytest.fixture
def pass_list(database):
    with transaction() as session:
        county = make_city(session).county
        return make_pass_list(session, [make_officer(session, county, name="张三") for _each in range(PEOPLE)])


def issued(pass_list):
    with transaction() as session:
        issue_for_pass_list(session, session.merge(pass_list, load=False), URL, ACTOR)


def started(pass_list, act="draw", point="", fault="", leases=0):
    order = [str(pass_list.id), act, point, fault, str(leases)]
    url = current().url
    environment = {**os.environ, "PYTHONWARNINGS": "default"}
    return subprocess.Popen(
        [sys.executable, "-c", START, str(ROOT), str(WORKER), url, *order], cwd=ROOT, env=environment
    )


def run(*order, **options):
    return started(*order, **options).wait(timeout=120)


def findings(pass_list) -> list[str]:
    """Say everything that is not as it must be once a list is finished."""
    mine = Credential.pass_list_id == pass_list.id
    with reading() as session:
        cards = session.scalars(select(Credential).where(mine)).unique().all()
        documents = Counter(
            session.execute(select(CredentialDocument.credential_id, CredentialDocument.layout)).all()
        )
        logged = Counter(session.scalars(select(LogEntry.subject_id).where(LogEntry.kind == DOCUMENT)))
        given = session.scalar(select(func.sum(NumberSeries.last_serial))) or 0
        left = session.scalar(select(func.count()).select_from(DrawingClaim))
        broken, misfit = broken_audit_entry(session), log_misfit(session)
    wanted = {(card.id, layout) for card in cards for layout in Layout}
    checks = {
        "numbers lost or doubled": len({card.cert_no for card in cards}) == given == len(cards) == PEOPLE,
        "people doubled": len({card.officer_id for card in cards}) == len(cards),
        "not issued": all(card.state == CredentialState.ACTIVE for card in cards),
        "documents lost": wanted <= set(documents),
        "documents doubled": set(documents.values()) <= {1},
        "logged doubly or not": logged == Counter({card.id: len(Layout) for card in cards}),
        "claims left": left == 0,
        "audit chain": broken is None,
        "public log": misfit is None,
    }
    return [name for name, is_good in checks.items() if not is_good]


@pytest.mark.parametrize("point", ["before", "within", "after"])
def test_a_worker_killed_at_any_point_of_storing_loses_and_doubles_nothing(pass_list, point):
    issued(pass_list)
    assert run(pass_list, point=point) == -signal.SIGKILL
    assert "documents lost" in findings(pass_list)
    assert run(pass_list, leases=1) == 0
    assert findings(pass_list) == []


def test_an_issue_killed_in_the_middle_leaves_nothing_and_is_whole_the_second_time(pass_list):
    assert run(pass_list, act="issue", point="issuing") == -signal.SIGKILL
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Credential)) == 0
        assert session.scalar(select(func.count()).select_from(NumberSeries)) == 0
    assert run(pass_list, act="issue") == 0
    assert findings(pass_list) == []


@pytest.mark.parametrize(
    ("fault", "point", "act", "found"),
    [
        ("numbers apart", "issuing", "issue", "numbers lost or doubled"),
        ("logged apart", "within", "draw", "logged doubly or not"),
        ("done when claimed", "before", "draw", "documents lost"),
    ],
)
def test_a_planted_fault_is_found(pass_list, fault, point, act, found):
    if act == "draw":
        issued(pass_list)
    assert run(pass_list, act=act, point=point, fault=fault) == -signal.SIGKILL
    run(pass_list, act=act, fault=fault, leases=1)
    assert found in findings(pass_list)


@pytest.mark.slow
def test_a_list_whose_workers_are_killed_again_and_again_comes_out_whole(pass_list):
    chance, kills = random.Random(9), 0
    issued(pass_list)
    for leases in range(6):
        worker = started(pass_list, leases=leases)
        time.sleep(chance.uniform(1.5, 4.0))
        children = psutil.Process(worker.pid).children() if worker.poll() is None else []
        worker.kill()
        kills += worker.wait() == -signal.SIGKILL
        _gone, left = psutil.wait_procs(children, timeout=10)
        alive = [one for one in left if one.status() != psutil.STATUS_ZOMBIE]
        assert alive == [], "a drawing process outlived its worker"
    assert kills > 0
    assert run(pass_list, leases=7) == 0
    assert findings(pass_list) == []

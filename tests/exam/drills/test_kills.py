"""Kill -9 of the server and of PostgreSQL under load, in short (scripts/drill)."""

import subprocess
import sys
import time

import pytest

from scripts.drill import kill, outages
from scripts.drill.databases import KINDS, POSTGRESQL, SQLITE
from scripts.drill.server import ROOT

pytestmark = [pytest.mark.drill, pytest.mark.slow]
ENOUGH = 16  # acknowledgements that show that there was a load, on the slowest machine
KILLS = {SQLITE: 8, POSTGRESQL: 4}
FIRST_ACKNOWLEDGEMENT_SECONDS = 5


def seconds_of_a_bare_start():
    start = time.monotonic()
    subprocess.run([sys.executable, "-c", "import app.factory"], cwd=ROOT, check=True)
    return time.monotonic() - start


@pytest.mark.parametrize("kind", KINDS)
def test_no_acknowledged_answer_is_lost_to_a_kill_of_the_server(kind):
    found = kill.drill(kind, KILLS[kind])
    assert found.is_clean, found
    assert found.acknowledged > ENOUGH
    assert len(found.recoveries) == KILLS[kind]
    # Others may use the machine as well: then the quickest restart may take as long as a few bare starts.
    assert min(found.recoveries) <= max(FIRST_ACKNOWLEDGEMENT_SECONDS, 3 * seconds_of_a_bare_start())


def test_a_server_that_acknowledges_first_and_writes_later_is_caught_by_the_kill():
    assert kill.drill(SQLITE, 2, "acknowledge_first").lost


def test_no_acknowledged_answer_is_lost_to_a_kill_of_postgresql():
    found = outages.kill(3)
    assert found.is_clean, found
    assert found.acknowledged > ENOUGH


def test_commits_that_do_not_wait_for_the_disk_are_caught_by_the_kill_of_postgresql():
    assert outages.kill(3, is_lax=True).lost

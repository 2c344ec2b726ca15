"""A database that restarts or stands still, and a network that swallows packets, in short (scripts/drill)."""

import os

import pytest

from scripts.drill import dropped_packets, outages
from scripts.drill.databases import KINDS, POSTGRESQL, SQLITE

NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="a network of one's own needs root")
# The network that the drill lays on this machine, besides the loopback that tests may use.
LAID = pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost", "10.213.0.0/16"])
pytestmark = [pytest.mark.drill, pytest.mark.slow]
ENOUGH = 16  # acknowledgements that show that there was a load, on the slowest machine


def test_no_acknowledged_answer_is_lost_when_postgresql_restarts():
    found = outages.restart(2)
    assert found.is_clean, found
    assert found.acknowledged > ENOUGH


@pytest.mark.parametrize("kind", KINDS)
def test_no_acknowledged_answer_is_lost_when_the_database_stands_still(kind):
    found = outages.pause(kind, 3)
    assert found.is_clean, found
    assert found.acknowledged > ENOUGH


def test_a_memory_that_runs_over_while_the_database_stands_still_is_caught():
    assert outages.pause(POSTGRESQL, 3, "acknowledge_first").lost


@NEEDS_ROOT
@LAID
def test_what_was_written_while_packets_were_dropped_is_sent_when_they_pass_again():
    found = dropped_packets.drill(SQLITE, 5)
    assert found.is_clean, found
    assert len(found.recoveries) == dropped_packets.CANDIDATES


@NEEDS_ROOT
@LAID
def test_a_server_that_refuses_what_is_sent_again_is_caught_by_dropped_packets():
    assert dropped_packets.drill(SQLITE, 5, "refuse_resends").breaches

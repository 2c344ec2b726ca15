"""A full disk, and power cuts replayed from a trace of the server's writes, in short (scripts/drill)."""

import os

import pytest

from scripts.drill import full_disk, power
from scripts.drill.databases import KINDS, POSTGRESQL, SQLITE

NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="a disk of one's own needs root")
pytestmark = [pytest.mark.drill, pytest.mark.slow]
FILLINGS = {SQLITE: 1, POSTGRESQL: 2}
CUTS = 300


@NEEDS_ROOT
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_acknowledged_on_a_full_disk_that_is_not_there(kind):
    found = full_disk.drill(kind, FILLINGS[kind])
    assert found.is_clean, found
    assert len(found.recoveries) == FILLINGS[kind]
    assert full_disk.NOT_FULL not in found.notes


@NEEDS_ROOT
def test_a_server_that_acknowledges_first_is_caught_by_the_full_disk():
    assert full_disk.drill(SQLITE, 1, "acknowledge_first").lost


def test_no_acknowledged_answer_is_lost_to_a_power_cut():
    found = power.drill(CUTS)
    assert found.is_clean, found
    assert found.acknowledged > 50


def test_syncing_less_is_caught_by_power_cuts():
    assert power.drill(CUTS, "sync_less").lost

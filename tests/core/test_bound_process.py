"""A process that reads for the server: it answers, and whatever ends it ends nothing else."""

import threading
import time

import pytest

from core.bound_process import BoundReader, Bounds
from core.errors import RefusedError

BOUNDS = Bounds(memory_bytes=1 << 30, cpu_seconds=1, wait_seconds=4.0, at_once=1, patience_seconds=0.1)


def reader(name: str) -> BoundReader:
    return BoundReader(f"tests.read_by_others:{name}", BOUNDS)


def test_it_answers_and_knows_none_of_our_variables(monkeypatch):
    monkeypatch.setenv("CHIZHENG_SECRET", "a secret")
    found = reader("answer").answer({"roots": ["根"]}, b"\n\x00binary\n")
    assert found["asked"] == {"roots": ["根"]}
    assert found["length"] == 9
    assert not {name for name in found["variables"] if "SECRET" in name or "PATH" in name} - {"LD_LIBRARY_PATH"}


@pytest.mark.parametrize("name", ["take_memory", "take_time", "wait", "fall_over"])
def test_whatever_ends_it_is_no_answer(name):
    assert reader(name).answer({}, b"") is None


def test_who_comes_while_all_places_are_taken_is_asked_to_come_again():
    one = reader("wait")
    busy = threading.Thread(target=one.answer, args=({}, b""))
    busy.start()
    time.sleep(0.3)
    with pytest.raises(RefusedError, match="稍后再试"):
        one.answer({}, b"")
    busy.join()
    assert one.answer({}, b"") is None

"""Files from strangers are read in a process of their own, bound to little memory and little time.

A bad file then ends that process and nothing else. It starts without the server's variables, which hold
keys, and opens no database; it takes bytes and answers with JSON.
"""

import json
import logging
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from threading import BoundedSemaphore
from typing import Any

from core.children import ROOT, bind_this_process, run_apart
from core.errors import Reason, RefusedError
from core.texts import lazy_gettext as _

_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from core.bound_process import main; main()"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bounds:
    """How much one reading may take, how many go on at once, and how long another waits for its turn.

    Whoever waits holds a thread of the server, so the wait is short and then refused.
    """

    memory_bytes: int
    cpu_seconds: int
    wait_seconds: float
    at_once: int
    patience_seconds: float = 2.0


class BoundReader:
    """A function ``package.module:name`` of ours that reads what strangers hand in, each time in a new process."""

    def __init__(self, function: str, bounds: Bounds) -> None:
        self._function, self._bounds = function, bounds
        self._places = BoundedSemaphore(bounds.at_once)

    def answer(self, asked: Mapping[str, Any], data: bytes) -> dict[str, Any] | None:
        """Return what the function answers; None where its process ended early, whatever ended it."""
        if not self._places.acquire(timeout=self._bounds.patience_seconds):
            raise RefusedError([Reason("busy", _("现在查验的人较多，请稍后再试。"))])
        try:
            done = self._run(asked, data)
        except subprocess.TimeoutExpired:
            _log.warning("%s ran out of time", self._function)
            return None
        finally:
            self._places.release()
        if done.returncode != 0:
            _log.warning("%s ended with %s", self._function, done.returncode)
            return None
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def _run(self, asked: Mapping[str, Any], data: bytes) -> subprocess.CompletedProcess[bytes]:
        bounds = f"{self._bounds.memory_bytes},{self._bounds.cpu_seconds}"
        start = (sys.executable, "-I", "-B", "-c", _PROGRAM, str(ROOT))
        content = json.dumps(asked).encode() + b"\n" + data
        return run_apart([*start, self._function, bounds], content, self._bounds.wait_seconds)


def main() -> None:
    """Bind this process, read one question and one file from standard input, and answer."""
    _path, _root, function, bounds = sys.argv
    module, name = function.split(":")
    memory, seconds = (int(part) for part in bounds.split(","))
    bind_this_process(memory)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    read: Callable[[Mapping[str, Any], bytes], dict[str, Any]] = getattr(import_module(module), name)
    asked = json.loads(sys.stdin.buffer.readline())
    json.dump(read(asked, sys.stdin.buffer.read()), sys.stdout)

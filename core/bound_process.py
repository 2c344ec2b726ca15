"""Files from strangers are read in a process of their own, bound to little memory and little time.

A bad file then ends that process and nothing else. It starts without the server's variables, which hold
keys, and opens no database; it takes bytes and answers with JSON.
"""

import json
import logging
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from core.errors import Reason, RefusedError
from core.texts import lazy_gettext as _

_ROOT = Path(__file__).resolve().parents[1]
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from core.bound_process import main; main()"
_KEPT_VARIABLES = ("LD_LIBRARY_PATH",)  # some interpreters do not start without it
_LATER = 10  # how far the process steps back for others
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
        # The process binds itself, because code run between fork and exec is not safe in a server with threads.
        bounds = f"{self._bounds.memory_bytes},{self._bounds.cpu_seconds}"
        start = (sys.executable, "-I", "-B", "-c", _PROGRAM, str(_ROOT))
        return subprocess.run(  # noqa: S603 - the command is made of constants; the file goes in as data
            [*start, self._function, bounds],
            input=json.dumps(asked).encode() + b"\n" + data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
            timeout=self._bounds.wait_seconds,
            check=False,
        )


def main() -> None:
    """Bind this process, read one question and one file from standard input, and answer."""
    _path, _root, function, bounds = sys.argv
    module, name = function.split(":")
    memory, seconds = (int(part) for part in bounds.split(","))
    _bind(memory, seconds)
    read: Callable[[Mapping[str, Any], bytes], dict[str, Any]] = getattr(import_module(module), name)
    asked = json.loads(sys.stdin.buffer.readline())
    json.dump(read(asked, sys.stdin.buffer.read()), sys.stdout)


def _bind(memory: int, seconds: int) -> None:
    """Take little memory and time, step back for others, and leave no image of the data on a crash."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(_LATER)

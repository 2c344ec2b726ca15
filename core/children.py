"""Processes of our own that do what the server must not do itself, asked one thing at a time.

What costs long computing would keep the server from answering, and what a stranger handed in may abort
the process it is read in. A child that dies or keeps silent takes nobody with it: whoever asked is told.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from socket import socketpair
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from {module} import main; main(int(sys.argv[2]))"
_NEEDED = "LD_LIBRARY_PATH"  # some interpreters do not start without it
_TYPEFACES = "CHIZHENG_CACHE"  # where a child that prints finds them
_LATER = 10  # how far a process that reads for strangers steps back for others
_END_SECONDS = 5


class ChildGone(Exception):  # noqa: N818 - what happened, not whose error it is
    """The child died or did not answer in time; what it was asked is not done."""


def run_apart(command: Sequence[str], data: bytes, seconds: float) -> subprocess.CompletedProcess[bytes]:
    """Run a process of ours on what a stranger handed in, without the server's variables, which hold keys.

    It must bind itself, because code run between fork and exec is not safe in a server with threads. Raises
    ``subprocess.TimeoutExpired``.
    """
    return subprocess.run(  # noqa: S603 - the command is made of constants; the file goes in as data
        command,
        input=data,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_variables(_NEEDED),
        timeout=seconds,
        check=False,
    )


def bind_this_process(memory_bytes: int) -> None:
    """Take little memory, step back for others, and leave no image of the data on a crash."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(_LATER)


def _variables(*names: str) -> dict[str, str]:
    return {name: os.environ[name] for name in names if name in os.environ}


class Child:
    """One process, from its start to its end; it inherits no setting, so it holds no key and no address."""

    def __init__(self, module: str, files: Sequence[int] = (), settings: Mapping[str, str] | None = None) -> None:
        ours, theirs = socketpair()
        kept = _variables(_NEEDED, _TYPEFACES)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - the command is a constant
                (sys.executable, "-I", "-c", _PROGRAM.format(module=module), str(ROOT), str(theirs.fileno())),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(), *files),
                env={**kept, **(settings or {})},
            )
        self._line = Connection(ours.detach())

    def __enter__(self) -> "Child":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def tell(self, something: Any) -> None:
        """Send something that needs no answer; only to a child that reads nothing of a stranger's."""
        try:
            self._line.send(something)
        except OSError as error:
            raise ChildGone from error

    def ask(self, something: Any, seconds: float) -> Any:
        """Send something and return the answer; only to a child that reads nothing of a stranger's."""
        self.tell(something)
        return self._heard(seconds, self._line.recv)

    def answer(self, seconds: float) -> Any:
        """Return the next answer; only of a child that reads nothing of a stranger's."""
        return self._heard(seconds, self._line.recv)

    def has_answered(self, seconds: float) -> bool:
        """Wait so long and say whether there is an answer, or will never be one."""
        try:
            return self._line.poll(seconds)
        except OSError:
            return True

    def ask_bytes(self, data: bytes, seconds: float) -> bytes:
        """Send bytes and return the bytes of the answer, which may be a stranger's by then: they are only bytes."""
        try:
            self._line.send_bytes(data)
        except OSError as error:
            raise ChildGone from error
        return bytes(self._heard(seconds, self._line.recv_bytes))

    def end(self) -> None:
        """Close the line, which a child that is well takes for its end, and end one that is not."""
        self._line.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def kill(self) -> None:
        """End the child at once."""
        self._process.kill()
        self.end()

    def _heard(self, seconds: float, receive: Any) -> Any:
        try:
            if self._line.poll(seconds):
                return receive()
        except (EOFError, OSError) as error:
            raise ChildGone from error
        self._process.kill()
        raise ChildGone

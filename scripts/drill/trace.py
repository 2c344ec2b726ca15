"""What a server did to the files of its database, read from a trace of its system calls.

An operation counts as done when its call came back; a sync covers what was done before it was called.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

CALLS = "pwrite64,write,writev,pwritev,pwritev2,ftruncate,fallocate,fsync,fdatasync,rename,unlink"
# -xx gives every byte of a string as two hex digits, -y the path of a descriptor, -ttt the instant.
STRACE = ["strace", "-f", "-qq", "-y", "-xx", "-ttt", "-s", "100000", "-e", f"trace={CALLS}", "-e", "signal=none"]
LINE = re.compile(r"(\d+) +(\d+\.\d+) (.*)")
CALL = re.compile(r"(\w+)\((?:\d+<([^>]*)>)?(.*)")
DATA = re.compile(r'"((?:\\x[0-9a-f]{2})*)", (\d+), (\d+)')
REMOVED = re.compile(r'unlink\("([^"]*)"')
FAILED = re.compile(r"= -1 ")


@dataclass(frozen=True)
class Write:
    """Some bytes went to a place in a file; they may still be in memory alone."""

    path: str
    offset: int
    data: bytes
    begun: float


@dataclass(frozen=True)
class Cut:
    """A file got another length."""

    path: str
    length: int
    begun: float


@dataclass(frozen=True)
class Removal:
    """A name was taken away; the next write to it goes into a new file."""

    path: str
    begun: float


@dataclass(frozen=True)
class Sync:
    """What was done to a file, before so many operations in all, is on the disk."""

    path: str
    covers: int
    begun: float


Operation = Write | Cut | Removal | Sync


def traced(log: Path, folder: Path) -> list[str]:
    """Return the command in front of a server that traces what it does to a SQLite database in the folder."""
    paths = [argument for name in names(folder) for argument in ("-P", str(name))]
    return [*STRACE, "-o", str(log), *paths]


def names(folder: Path) -> list[Path]:
    """Return the files of the database that count after a power cut; the index in shared memory does not."""
    return [folder / "chizheng.db", folder / "chizheng.db-wal"]


def operations(lines: Iterable[str]) -> Iterator[Operation]:
    """Yield what was done, in the order in which it was done."""
    waiting: dict[str, tuple[float, str, int]] = {}
    done = 0
    for line in lines:
        found = LINE.match(line)
        if found is None:
            continue
        thread, begun, rest = found[1], float(found[2]), found[3]
        if rest.endswith("<unfinished ...>"):
            waiting[thread] = (begun, rest, done)
            continue
        covers = done
        if rest.startswith("<... "):
            begun, start, covers = waiting.pop(thread)
            rest = start.removesuffix("<unfinished ...>") + rest.partition("resumed>")[2]
        if FAILED.search(rest):
            continue
        yield _operation(rest, begun, covers)
        done += 1


def _operation(text: str, begun: float, covers: int) -> Operation:
    removed = REMOVED.match(text)
    if removed is not None:
        return Removal(_bytes(removed[1]).decode(), begun)
    call = CALL.match(text)
    if call is None or call[2] is None:
        raise ValueError(f"the trace holds a call that is not understood: {text[:200]}")
    name, path, rest = call[1], _bytes(call[2]).decode(), call[3]
    if name in {"fsync", "fdatasync"}:
        return Sync(path, covers, begun)
    if name == "ftruncate":
        return Cut(path, int(rest.split(",")[1].split(")")[0]), begun)
    written = DATA.search(rest) if name == "pwrite64" else None
    if written is None:
        raise ValueError(f"the trace holds a call that is not understood: {text[:200]}")
    return Write(path, int(written[3]), _bytes(written[1]), begun)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", "")) if text.startswith("\\x") else text.encode()

"""The server's side of drawing a list: as many processes as there are hands, each given one document at a time.

A process that dies is replaced; what it was drawing is said to have failed, and tried again.
"""

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from types import TracebackType

from certificates.operations.drawing_process import MODULE, Commission, Made
from certificates.operations.signers import signing_place
from core.children import Child, ChildGone
from core.texts import lazy_gettext as _

PATIENCE_SECONDS = 60.0
BROKEN = _("生成程序异常退出，已自动重试。")


@dataclass(frozen=True)
class Outcome:
    """What became of a commission; whatever is not final may turn out well the next time."""

    content: bytes | None
    reason: str = ""
    is_final: bool = True


class Hands:
    """So many processes that draw; they start with the first document they are given."""

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="drawing")
        self._idle: SimpleQueue[Child | None] = SimpleQueue()
        for _hand in range(count):
            self._idle.put(None)
        self._count = count

    def __enter__(self) -> "Hands":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        for _hand in range(self._count):
            if (child := self._idle.get()) is not None:
                child.end()

    def draw(self, commissions: Sequence[Commission]) -> list[Future[Outcome]]:
        """Let the documents be drawn; the answers come in the order of the commissions."""
        return [self._threads.submit(self._drawn, one) for one in commissions]

    def _drawn(self, commission: Commission) -> Outcome:
        child = self._idle.get()
        try:
            child = child or _started()
            made: Made = child.ask(commission, PATIENCE_SECONDS)
            return Outcome(made.content, made.refusal)
        except ChildGone:
            if child is not None:
                child.kill()
            child = None
            return Outcome(None, str(BROKEN), is_final=False)
        finally:
            self._idle.put(child)


def _started() -> Child:
    """Start one process and tell it where the city's key is kept.

    It draws nothing but ours, and the library of a signing device may want to find its own settings.
    """
    child = Child(MODULE, settings=os.environ)
    child.tell(signing_place())
    return child

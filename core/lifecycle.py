"""A life cycle as a table of moves: which verb leads from which states to which state.

It decides only whether a move exists; why a person may or may not make it is another rule's matter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from core.errors import Reason, RefusedError
from core.texts import Text, lazy_gettext as _

State = TypeVar("State", bound=StrEnum)


@dataclass(frozen=True)
class Move(Generic[State]):
    """One verb: the states it may start from and the state it ends in."""

    sources: frozenset[State]
    target: State


def move(sources: set[State], target: State) -> Move[State]:
    """Write one line of a life-cycle table."""
    return Move(frozenset(sources), target)


@dataclass(frozen=True)
class Lifecycle(Generic[State]):
    """Every verb of one kind of thing, and the words for its states."""

    moves: Mapping[str, Move[State]]
    words: Mapping[State, Text]

    def reasons_against(self, state: State, verb: str) -> list[Reason]:
        """Return why the verb cannot be done from this state; empty where it can."""
        if state in self.moves[verb].sources:
            return []
        text = _("当前状态为“%(state)s”，不能进行这项操作。请刷新页面后再试。", state=self.words[state])
        return [Reason("wrong_state", text)]

    def after(self, state: State, verb: str) -> State:
        """Return the state the verb leads to, or refuse."""
        reasons = self.reasons_against(state, verb)
        if reasons:
            raise RefusedError(reasons)
        return self.moves[verb].target

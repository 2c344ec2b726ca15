"""How a route names its permission; the guard in ``app`` reads the mark and keeps the door.

A route without a mark is an error of ours, never an open door.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])
MARK = "required_permission"
TOKEN_MARK = "opened_by_token"


def requires(permission: StrEnum) -> Callable[[View], View]:
    """Mark a view with the permission that opens it; place it directly above the function."""

    def mark(view: View) -> View:
        setattr(view, MARK, permission)
        return view

    return mark


def by_token(view: View) -> View:
    """Mark a view that is opened by a signed token of ours in a header and by nothing else.

    The token is handed out to whoever has the permission, for one thing; the view itself must read it.
    """
    setattr(view, TOKEN_MARK, True)
    return view


def is_by_token(view: Callable[..., Any]) -> bool:
    """Say whether a view reads a token of its own, so that nobody need be signed in."""
    return getattr(view, TOKEN_MARK, False)


def permission_of(view: Callable[..., Any]) -> StrEnum | None:
    """Return the permission a view names, or None where it names none."""
    return getattr(view, MARK, None)

"""How a route names its permission; the guard in ``app`` reads the mark and keeps the door.

A route without a mark is an error of ours, never an open door.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])
MARK = "required_permission"


def requires(permission: StrEnum) -> Callable[[View], View]:
    """Mark a view with the permission that opens it; place it directly above the function."""

    def mark(view: View) -> View:
        setattr(view, MARK, permission)
        return view

    return mark


def permission_of(view: Callable[..., Any]) -> StrEnum | None:
    """Return the permission a view names, or None where it names none."""
    return getattr(view, MARK, None)

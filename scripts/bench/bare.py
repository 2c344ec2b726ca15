"""The floor of a page: the same server and the same bytes, and nothing between."""

from collections.abc import Callable, Iterable
from typing import Any

BODY = b"<!doctype html>" + b"." * 7_000


def application(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer every request with the same page."""
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(BODY)))])
    return [BODY]

"""Tells everything behind it the address that really asks, where the settings name proxies to trust."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from core.client_addresses import Network, client_address

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class BehindProxies:
    """Stands before all other doors as WSGI; without trusted proxies it is not put up at all."""

    def __init__(self, application: Application, trusted: Sequence[Network]) -> None:
        self._application = application
        self._trusted = trusted

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Write the address that asks where everybody looks for it."""
        said = environ.get("HTTP_X_FORWARDED_FOR", "")
        if said:
            environ["REMOTE_ADDR"] = client_address(environ.get("REMOTE_ADDR", ""), said, self._trusted)
        return self._application(environ, start_response)

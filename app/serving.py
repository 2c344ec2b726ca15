"""The production server: one process with blocking threads, started again should it ever fall over."""

import os

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from app.settings import Settings

THREADS = 2 * (os.cpu_count() or 1) + 1
# The server counts connections here, and a browser keeps up to six open between its requests: with a limit
# near the number of threads, one open page would shut everybody else out.
CONNECTIONS = 4096


def serve(settings: Settings) -> None:
    """Serve until stopped; the application is built in the serving process alone."""
    Granian(
        "app.wsgi:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1,
        blocking_threads=THREADS,
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()

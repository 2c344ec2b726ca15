"""The production server: processes with blocking threads, started again should one ever fall over.

A browser keeps its connection open, and the server counts open connections, not requests, against its
``backpressure``: at a small number the next browser is not let in at all. So it is as large as the limit of
open files allows, and what is to be done waits in line for a thread.

A serving process told to stop while it is still loading the application does not hear it. It is given
``STOP_S`` seconds, as is a request under way, and then ended: a stop never hangs.
"""

import os
import resource

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from sqlalchemy.engine import make_url

from app.settings import Settings

THREADS = 2 * (os.cpu_count() or 1) + 1
BACKLOG = 4_096
SPARE_FILES = 512
STOP_S = 10
MOST_FILES = 65_536


def serve(settings: Settings) -> None:
    """Serve until stopped; the application is built in the serving processes alone."""
    Granian(
        "app.wsgi:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=_processes(settings),
        blocking_threads=THREADS,
        backlog=BACKLOG,
        backpressure=_open_files() - SPARE_FILES,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_S,
    ).serve()


def _processes(settings: Settings) -> int:
    """Return one process on SQLite, which has one writer, and one for each core on PostgreSQL."""
    is_sqlite = make_url(settings.database).get_backend_name() == "sqlite"
    return 1 if is_sqlite else os.cpu_count() or 1


def _open_files() -> int:
    """Raise the limit of open files as far as we may and need, and return it."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted

"""A worker for drills, in a process of its own, that kills itself at a point; some with a planted fault.

Called with the database, the list, what to do, the point to die at, the fault, and how many leases have
passed. It ends by SIGKILL, as when the power goes, or by itself when there is nothing left to do.
"""

import os
import signal
import sys
from datetime import timedelta
from uuid import UUID

from certificates.jobs import drawing as jobs
from certificates.operations import credentials, documents, drawing
from certificates.operations.documents import Drawn
from certificates.statements import DOCUMENT
from core import clock
from core.db import connect, transaction
from core.jobs import LEASE, work_once
from core.public_log import Published
from core.sealing import use_keys
from exam.models.results import PassList
from tests.conftest import SECRET
from tests.factories import ACTOR

URL = "http://localhost:8000"


def die(*_arguments, **_options):
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(point: str) -> None:
    """Let the process die before, within or after the storing of the second batch, or while issuing."""
    count = iter(range(1000))
    store, keep, log = jobs.store_drawn, jobs._store, credentials.begin_cards

    def second() -> bool:
        return next(count) == 1

    def storing(session, drawn, worker):
        if point == "before" and second():
            die()
        store(session, drawn, worker)
        if point == "within" and second():
            die()

    def stored(in_hand, worker):
        keep(in_hand, worker)
        if point == "after" and second():
            die()

    def logging(*arguments, **options):
        if point == "issuing":
            die()
        return log(*arguments, **options)

    jobs.store_drawn, jobs._store, credentials.begin_cards = storing, stored, logging


def plant(fault: str) -> None:
    """Put a fault in that a drill must find."""
    if fault == "logged apart":
        log, store = documents.append_all_to_log, jobs._store

        def log_first(in_hand, worker):
            drawn = [
                (one.credential_id, Drawn(one.credential_id, one.layout, one.coming.result().content))
                for one in in_hand
            ]
            with transaction() as session:
                log(session, [Published(DOCUMENT, key, document.digest) for key, document in drawn])
            store(in_hand, worker)

        jobs._store, documents.append_all_to_log = log_first, lambda *_arguments: None
    if fault == "done when claimed":
        drawing.CLAIM, jobs._is_left = timedelta(days=3650), lambda _key: False
    if fault == "numbers apart":
        advance = credentials._advance

        def apart(session, prefix, count):
            last = advance(session, prefix, count)
            session.commit()
            return last

        credentials._advance = apart


def main() -> None:
    url, list_id, act, point, fault, leases = sys.argv[1:]
    use_keys(SECRET.encode())
    connect(url)
    jobs.BATCH = 3
    plant(fault)
    die_at(point)
    with clock.at(clock.now() + int(leases) * (LEASE + timedelta(seconds=1))):
        if act == "issue":
            with transaction() as session:
                credentials.issue_for_pass_list(session, session.get_one(PassList, UUID(list_id)), URL, ACTOR)
        while work_once():
            pass


main()

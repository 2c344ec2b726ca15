"""Kill -9 of the server under load, again and again."""

import random
import time

from scripts.drill.client import Page, at_work, finish, wait_for_acknowledgement
from scripts.drill.databases import database
from scripts.drill.findings import Findings
from scripts.drill.room import take_seats
from scripts.drill.server import Server

CANDIDATES = 8
RESTART_SECONDS = 30
DRAIN_SECONDS = 15


def drill(kind: str, kills: int, fault: str = "") -> Findings:
    """Kill the server so many times, each time after a random while of work, and start it again."""
    found, chance = Findings("kill -9 of the server", kind, kills), random.Random(kills)
    with database(kind) as (url, folder):
        seats = take_seats(url, CANDIDATES)
        with Server(url, folder, fault) as server:
            pages = [Page(server, seat) for seat in seats]
            with at_work(pages):
                wait_for_acknowledgement(pages, time.time(), RESTART_SECONDS)
                for _kill in range(kills):
                    time.sleep(chance.uniform(0.3, 1.0))
                    server.kill()
                    restarted = time.time()
                    server.start()
                    found.recovered(wait_for_acknowledgement(pages, restarted, RESTART_SECONDS))
                finish(pages, DRAIN_SECONDS)
        found.compare(url, pages)
        found.expect_all_taken(pages)
    return found

"""The production server as it is started, with connections that stay open."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.settings import ROOT, Settings
from tests.browser import environment_of, free_port, wait_until_it_listens

OPEN_PAGES = 40
STOPS_WITHIN_S = 60
START = "from app.serving import serve; from app.settings import Settings; serve(Settings())"


def started(settings: Settings, port: int) -> subprocess.Popen[bytes]:
    """A server started as ``chizheng serve`` starts it."""
    environment = {**os.environ, **environment_of(settings, port)}
    return subprocess.Popen([sys.executable, "-c", START], cwd=ROOT, env=environment)


@pytest.fixture
def port(settings: Settings) -> Iterator[int]:
    """The port of a server that listens."""
    port = free_port()
    server = started(settings, port)
    try:
        wait_until_it_listens(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(STOPS_WITHIN_S)


def kept_open(port: int) -> http.client.HTTPConnection:
    """A connection that has been answered once and stays open, as browsers keep theirs."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/healthz")
    connection.getresponse().read()
    return connection


def test_idle_connections_shut_nobody_out(port):
    pages = [kept_open(port) for _page in range(OPEN_PAGES)]
    with closing(kept_open(port)) as newcomer:
        newcomer.request("GET", "/healthz")
        assert newcomer.getresponse().status == 200
    for page in pages:
        page.close()


def has_serving_processes(server: subprocess.Popen[bytes]) -> bool:
    return bool(Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split())


def test_a_server_told_to_stop_while_it_starts_stops(settings):
    server = started(settings, free_port())
    try:
        while not has_serving_processes(server):
            time.sleep(0.01)
        server.terminate()
        server.wait(STOPS_WITHIN_S)
    finally:
        server.kill()

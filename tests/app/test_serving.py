"""The production server as it is started, with connections that stay open."""

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from app.settings import ROOT, Settings
from tests.browser import environment_of, free_port, wait_until_it_listens

OPEN_PAGES = 40
START = "from app.serving import serve; from app.settings import Settings; serve(Settings())"


@pytest.fixture
def port(settings: Settings) -> Iterator[int]:
    """The port of a server started as ``chizheng serve`` starts it."""
    port = free_port()
    environment = {**os.environ, **environment_of(settings, port)}
    server = subprocess.Popen([sys.executable, "-c", START], cwd=ROOT, env=environment)
    try:
        wait_until_it_listens(port, server)
        yield port
    finally:
        server.terminate()
        server.wait()


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

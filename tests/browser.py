"""The production server in a process of its own and a real Chromium, for pages that live on script."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from app.settings import Settings
from people.models import Account
from tests.forms_browser import TEST_PASSWORD

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 10_000
START_SECONDS = 30
expect.set_options(timeout=PATIENCE_MS)  # a shared machine is slow at times


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The application behind the production server, without its background worker; yields its address."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "app.factory:create_app"]
    server = subprocess.Popen(
        [*command, "--port", str(port), "--blocking-threads", "4", "--no-log"],
        cwd=Path(__file__).parents[1],
        env={**os.environ, **environment_of(settings, port)},
    )
    try:
        wait_until_it_listens(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def environment_of(settings: Settings, port: int) -> dict[str, str]:
    """Return the environment in which another process finds these settings."""
    return {
        "DATABASE_URL": settings.database_url,
        "CHIZHENG_SECRET": settings.secret,
        "CHIZHENG_VAR": str(settings.var),
        "PORT": str(port),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_it_listens(port: int, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


@pytest.fixture
def live_server(app: Flask, settings: Settings) -> Iterator[str]:
    with served(settings) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests; each opens contexts of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, live_server: str) -> Iterator[BrowserContext]:
    """A browser profile of one's own, on the live server."""
    made = chromium.new_context(base_url=live_server, locale="zh-CN", timezone_id="Asia/Shanghai")
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A window that fails the test when a script fails or the browser refuses to load something."""
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: _note(said.text, faults))
    yield opened
    assert faults == []


def sign_in(page: Page, account: Account) -> None:
    page.goto("/sign-in")
    page.fill("input[name=username]", account.username)
    page.fill("input[name=password]", TEST_PASSWORD)
    page.click("main button[type=submit]")


def _note(text: str, faults: list[str]) -> None:
    if "Content Security Policy" in text or "Content-Security-Policy" in text:
        faults.append(text)

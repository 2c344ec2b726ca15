"""Orders for the load: who plays, with which cookie and token, and the process that carries them out."""

import json
import resource
import secrets
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from flask_login.utils import _create_identifier
from itsdangerous import URLSafeTimedSerializer

from exam import attempt_tokens
from exam.attempt_tokens import Place
from scripts.bench.city import Seat
from scripts.bench.client import AGENT
from scripts.bench.server import ROOT, Running

SPARE_FILES = 1_000
SEED = 20_261_125


@dataclass(frozen=True)
class Seen:
    """What the load saw: latencies in ms by act, errors, and every answer that was acknowledged."""

    latencies: dict[str, list[float]]
    errors: list[str]
    acknowledged: list[tuple[str, int, int, str]]
    finished: float
    cpu: float

    def percentile(self, act: str, share: float) -> float:
        """Return the latency that so many of a hundred did not exceed, 0 where nothing was seen."""
        ordered = sorted(self.latencies.get(act, [])) or [0.0]
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Desk:
    """Writes orders for one platform: it signs cookies and tokens as the platform itself does."""

    def __init__(self, app: Flask) -> None:
        self.secret = str(app.config["SECRET_KEY"])
        self.cookies = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        self.form_token = secrets.token_hex(20)
        self.csrf = URLSafeTimedSerializer(self.secret, salt="wtf-csrf-token").dumps(self.form_token)
        visit = {"REMOTE_ADDR": "127.0.0.1", "HTTP_USER_AGENT": AGENT}
        with app.test_request_context(environ_base=visit):
            self.visitor = _create_identifier()

    def player(self, seat: Seat, seq: int = 0) -> list[Any]:
        """Return one candidate as the load wants to hear of them."""
        attempt = str(seat.attempt_id or "")
        token = ""
        if seat.attempt_id is not None:
            token = attempt_tokens.signed(Place(seat.attempt_id, 1, seat.account_id), self.secret)
        return [attempt, token, self.cookie(seat.account_id), self.csrf, f"/sittings/{seat.sitting_id}/start", seq]

    def cookie(self, account_id: UUID) -> str:
        """Return the cookie of somebody who has signed in."""
        held = {"_fresh": True, "_id": self.visitor, "_user_id": f"{account_id}:1", "csrf_token": self.form_token}
        return str(self.cookies.dumps(held))


def carry_out(running: Running, act: str, players: Sequence[list[Any]], **order: Any) -> Seen:
    """Let a process of its own play, and return what it saw."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    asked = {
        "act": act,
        "port": running.port,
        "seed": SEED,
        "connections": max(1, limit - SPARE_FILES),
        "candidates": players,
        **order,
    }
    done = subprocess.run(
        [sys.executable, "-m", "scripts.bench.client"],
        input=json.dumps(asked).encode(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    seen = json.loads(done.stdout)
    seen["acknowledged"] = [tuple(one) for one in seen["acknowledged"]]
    return Seen(**seen)

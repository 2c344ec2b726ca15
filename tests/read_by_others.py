"""What a bound process may be asked to do in tests: answer, and misbehave in every way that it is bound against."""

import os
import signal
from collections.abc import Mapping
from typing import Any


def answer(asked: Mapping[str, Any], data: bytes) -> dict[str, Any]:
    """Return what was asked and how much was handed in, and the environment."""
    return {"asked": asked, "length": len(data), "variables": sorted(os.environ)}


def take_memory(_asked: Mapping[str, Any], _data: bytes) -> dict[str, Any]:
    """Take far more memory than there is for it."""
    return {"length": len(b"0" * (4 << 30))}


def take_time(_asked: Mapping[str, Any], _data: bytes) -> dict[str, Any]:
    """Compute without an end."""
    while True:
        pass


def wait(_asked: Mapping[str, Any], _data: bytes) -> dict[str, Any]:
    """Wait without an end."""
    signal.pause()
    return {}


def fall_over(_asked: Mapping[str, Any], _data: bytes) -> dict[str, Any]:
    """End as a library does that aborts."""
    os.abort()

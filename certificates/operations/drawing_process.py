"""The process that draws documents for the server: typefaces loaded once, one document after the other.

It steps back for whoever serves people, opens no database, and knows the city's key only where the server
tells it where that is kept.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection

from certificates.documents.faces import CredentialFace
from certificates.layouts import Layout
from certificates.operations.documents import finished
from certificates.operations.signers import use_signing_place
from core.errors import DomainError

MODULE = "certificates.operations.drawing_process"


@dataclass(frozen=True)
class Commission:
    """One document to be drawn and signed, at an instant."""

    layout: Layout
    face: CredentialFace
    at: datetime


@dataclass(frozen=True)
class Made:
    """What became of it: the bytes, or why not; a refusal is the same each time."""

    content: bytes | None
    refusal: str = ""


def main(line: int) -> None:
    """Hear where the city's key is kept, then answer each commission until the line is closed."""
    os.nice(10)
    connection = Connection(line)
    with suppress(EOFError, OSError):  # whoever asked has gone
        use_signing_place(connection.recv())
        while True:
            connection.send(made(connection.recv()))


def made(commission: Commission) -> Made:
    """Return the document, or the sentence that refuses it."""
    return answered(lambda: finished(commission.layout, commission.face, commission.at))


def answered(make: Callable[[], bytes]) -> Made:
    try:
        return Made(make())
    except DomainError as error:
        return Made(None, str(error))

"""The process that makes one file for the printer: the faces come one by one, the bytes go back at the end."""

import os
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection

from certificates.bulk_states import PrintKind
from certificates.documents.faces import CredentialFace
from certificates.documents.hand_out import HandOut, draw_hand_out
from certificates.documents.printing import card_printer_file, print_sheets
from certificates.operations.drawing_process import Made, answered

MODULE = "certificates.operations.print_process"


def main(line: int) -> None:
    """Hear what to make and of what, and answer with it."""
    os.nice(10)
    connection = Connection(line)
    with suppress(EOFError, OSError):  # whoever asked has gone; nobody waits for the file
        connection.send(_made(connection))


def _made(connection: Connection) -> Made:
    kind: PrintKind = connection.recv()
    match kind:
        case PrintKind.SHEETS:
            return answered(lambda: print_sheets(_faces(connection)))
        case PrintKind.CARDS:
            return answered(lambda: card_printer_file(_faces(connection)))
        case PrintKind.HAND_OUT:
            hand_out: HandOut = connection.recv()
            return answered(lambda: draw_hand_out(hand_out))


def _faces(connection: Connection) -> Iterator[CredentialFace]:
    while (face := connection.recv()) is not None:
        yield face

"""Background work for the printer: one file over the cards of a list, made in a process of its own.

A run that is cut off makes the file from its beginning: it is stored whole or not at all.
"""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from certificates.bulk_states import PrintKind, PrintState
from certificates.models import Credential, PrintFile
from certificates.operations.documents import face_of
from certificates.operations.printing import fail_print, hand_out_of, made_of, store_print
from certificates.queries.printing import PRINT, cards_of, print_file, with_photos
from core.db import reading, transaction
from core.errors import NotFoundError
from core.jobs import Interrupted, Run, handles
from exam.models.results import PassList


@handles(PRINT)
def make_file(run: Run) -> None:
    """Make one file for the printer and store it, or store why not."""
    file_id = UUID(run.arguments["file_id"])
    try:
        with reading() as session:
            file = print_file(session, file_id)
            if file.state != PrintState.WAITING:
                return
            cards = cards_of(session, file.pass_list_id)
            made = made_of(
                PrintKind(file.kind),
                _parts(session, file, cards, run.arguments["public_url"]),
                _held(run),
            )
    except NotFoundError:
        return  # it was thrown away meanwhile
    with transaction() as session:
        file = print_file(session, file_id)
        if made.content is None:
            fail_print(session, file, made.refusal)
        else:
            store_print(session, file, made.content, cards)
        run.report(session, len(cards), len(cards))


def _parts(session: Session, file: PrintFile, cards: Sequence[Credential], public_url: str) -> Iterable[object]:
    if file.kind == PrintKind.HAND_OUT:
        return [hand_out_of(session.get_one(PassList, file.pass_list_id), cards)]
    return (face_of(card, public_url, photo) for card, photo in with_photos(session, cards))


def _held(run: Run) -> Callable[[], None]:
    """Return what keeps the job in these hands while the file is being made."""

    def hold() -> None:
        if run.stopping.is_set():
            raise Interrupted
        with transaction() as session:
            run.hold(session)
        run.breathe()

    return hold

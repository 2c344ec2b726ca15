"""Verbs on files for the printer: ask for one, store it once it is made, note who took it.

A file is made once of the cards as they are then, in the order of their numbers, and never anew; whoever
downloads it stands in the audit chain, because the cards in it are as good as printed.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from certificates.bulk_states import PRINT as LIFE, PrintKind, PrintState
from certificates.documents.hand_out import HandOut, HandOutLine
from certificates.models import Credential, PrintFile
from certificates.operations.drawing_process import Made
from certificates.operations.print_process import MODULE
from certificates.queries.printing import PRINT, PRINT_PLACE, print_rows, printable
from core import clock
from core.audit import Actor
from core.children import Child, ChildGone
from core.errors import Reason, RefusedError
from core.jobs import enqueue
from core.operations import record_audit
from core.sealing import sealed_bytes
from core.texts import Text, lazy_gettext as _
from exam.models.results import PassList

KEPT = timedelta(days=90)
LONGEST_REASON = 500
WAIT_SECONDS = 2.0
FED = 50
BROKEN = _("制作程序异常退出，请重新制作；仍不成功的，请联系系统管理员。")


def ask_for_print(
    session: Session, pass_list: PassList, kind: PrintKind, public_url: str, actor: Actor
) -> PrintFile:
    """Ask for one file over all cards of a list; it is made in the background."""
    session.execute(delete(PrintFile).where(PrintFile.asked_at < clock.now() - KEPT))
    rows = print_rows(session, pass_list.id)
    if any(row.file.kind == kind and row.file.state == PrintState.WAITING for row in rows):
        raise RefusedError([Reason("being_made", _("同样的文件正在制作，请稍候。"))])
    if not printable(session, pass_list.id).cards:
        raise RefusedError([Reason("no_cards", _("名单上还没有可以印制的证件，请先核发。"))])
    made = PrintFile(pass_list_id=pass_list.id, kind=kind, asked_by=actor.account_id, asked_at=clock.now())
    session.add(made)
    session.flush()
    enqueue(session, PRINT, {"file_id": str(made.id), "public_url": public_url})
    record_audit(session, actor, "certificates:print:ask", pass_list.id, {"kind": kind, "file": str(made.id)})
    return made


def made_of(kind: PrintKind, parts: Iterable[object], meanwhile: Callable[[], None]) -> Made:
    """Return the file that a process of its own makes of faces, or of the one list; it touches no table.

    It takes a minute for a whole list, so ``meanwhile`` is called every few seconds; what it raises ends it.
    """
    with Child(MODULE) as child:
        try:
            child.tell(kind)
            for number, part in enumerate(parts):
                child.tell(part)
                if number % FED == 0:
                    meanwhile()
            child.tell(None)
            while not child.has_answered(WAIT_SECONDS):
                meanwhile()
            answer: Made = child.answer(WAIT_SECONDS)
        except ChildGone:
            return Made(None, str(BROKEN))
        return answer


def hand_out_of(pass_list: PassList, cards: Sequence[Credential]) -> HandOut:
    """Return the list that the cards are handed out by."""
    return HandOut(
        title=pass_list.title,
        issuer_name=pass_list.issuer_name,
        is_sample=any(card.is_sample for card in cards),
        lines=[HandOutLine(card.cert_no, card.holder_name, card.unit_name) for card in cards],
    )


def store_print(session: Session, file: PrintFile, content: bytes, cards: Sequence[Credential]) -> None:
    """Store a file that is made; one that somebody stored meanwhile stays as it is."""
    if LIFE.reasons_against(PrintState(file.state), "finish"):
        return
    file.state = LIFE.after(PrintState(file.state), "finish")
    file.content_sealed = sealed_bytes(content, PRINT_PLACE)
    file.size, file.digest = len(content), hashlib.sha256(content).hexdigest()
    file.cards, file.first_no, file.last_no = len(cards), cards[0].cert_no, cards[-1].cert_no
    file.made_at = clock.now()
    session.flush()


def fail_print(session: Session, file: PrintFile, reason: Text) -> None:
    """Say why a file was not made."""
    if LIFE.reasons_against(PrintState(file.state), "fail"):
        return
    file.state = LIFE.after(PrintState(file.state), "fail")
    file.failure = str(reason)[:LONGEST_REASON]
    session.flush()


def note_download(session: Session, file: PrintFile, actor: Actor) -> None:
    """Note who takes a file for the printer."""
    detail = {"kind": file.kind, "file": str(file.id), "digest": file.digest, "cards": file.cards}
    record_audit(session, actor, "certificates:print:download", file.pass_list_id, detail)

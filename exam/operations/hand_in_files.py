"""The verb of the hand-in file: take in what a candidate could not send, for a person to decide on.

Nothing in a file is counted by itself: its lines are held, whatever the file says about their time.
"""

from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.errors import InvalidError
from core.operations import record_audit
from core.sealing import derived_key
from core.texts import lazy_gettext as _
from exam.events import EventKind
from exam.hand_in_files import HandInFile, file_in, key_purpose
from exam.models.room import Attempt, RoomEvent
from exam.operations.saving import check_shape, hold_responses
from exam.queries.room import log_of, paper_of
from exam.states import HeldSource


def file_key(attempt: Attempt, fence: int) -> bytes:
    """Return the key that one place of an attempt seals its hand-in file with."""
    return derived_key(key_purpose(attempt.id, fence))


def take_in_file(session: Session, attempt: Attempt, content: bytes, actor: Actor) -> int:
    """Hold the lines of a hand-in file that the log does not have; return how many are new.

    Raises InvalidError where the file cannot be read or is not this attempt's, and RefusedError where a
    line fits no item of the paper; then nothing is held.
    """
    file = file_in(content, attempt.id, lambda fence: file_key(attempt, fence))
    if not 1 <= file.fence <= attempt.fence:
        raise InvalidError(_("文件打不开：内容不完整或被改动过。请让考生在作答页面重新保存一份。"))
    check_shape(session, paper_of(session, attempt.paper_id), file.lines)
    stored = {one.seq: one for one in log_of(session, attempt.id)}
    missing = [one for one in file.lines if stored.get(one.seq) != one]
    count = hold_responses(session, attempt, missing, HeldSource.FILE) if missing else 0
    session.add(
        RoomEvent(
            attempt_id=attempt.id,
            sitting_id=attempt.sitting_id,
            kind=EventKind.FILE_HANDED_IN,
            reason=_remark(file, attempt),
            account_id=actor.account_id,
            at=clock.now(),
        )
    )
    session.flush()
    detail = {"place": file.fence, "lines": len(file.lines), "held": count, "sealed": file.is_sealed}
    record_audit(session, actor, "exam:hand_in_file:take_in", attempt.id, detail)
    return count


def _remark(file: HandInFile, attempt: Attempt) -> str:
    """Return what whoever decides should know of the file."""
    remarks = []
    if not file.is_sealed:
        remarks.append(_("文件未经密封，内容可能被改动过。"))
    if file.fence < attempt.fence:
        remarks.append(_("文件来自较早的作答窗口，考生后来在别处作答过。"))
    return "".join(map(str, remarks))

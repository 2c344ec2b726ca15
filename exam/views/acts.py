"""The acts that are done from the board: look at whom and why, confirm, and see what became of it.

Many people are done in several requests of a few seconds each, each batch in a transaction of its own, so
that nobody's answers wait for all of it and the page can say how far it has come.
"""

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import clock
from core.access import requires
from core.db import reading, transaction
from core.errors import DomainError, InvalidError
from core.texts import Text, lazy_gettext as _
from exam.events import Irregularity
from exam.forms.sittings import ActForm
from exam.invigilation import ACT_NAMES, ACT_NOTES, GIVES_TIME, Act, Order
from exam.models.planning import Sitting
from exam.operations import invigilation
from exam.queries import board as queries, planning
from exam.queries.board import Person
from exam.views.board import filters_kept, wanted_board
from people.permissions import Permission

bp = Blueprint("acts", __name__, url_prefix="/sittings/<uuid:sitting_id>/board/act")
AT_ONCE = 50
SECONDS_A_REQUEST = 3.0
NAMES_SHOWN = 30
UUID_BYTES = 16
INCOMPLETE = _("选定的考生名单不完整，请返回监考页面重新选择。")


@dataclass(frozen=True)
class Progress:
    """How far an act on many has come: to how many it was done, who was refused, who is still to come."""

    done: int
    refused: tuple[UUID, ...]
    rest: tuple[UUID, ...]

    @property
    def total(self) -> int:
        """Return how many there are in all."""
        return self.done + len(self.refused) + len(self.rest)


@bp.post("")
@requires(Permission.EXAM_INVIGILATE)
def prepare(sitting_id: UUID) -> str | Response:
    act = request.form.get("act", type=Act)
    with reading() as session:
        sitting = planning.sitting(session, sitting_id)
        people = queries.people(session, sitting_id, current_user.scope, _chosen(session, sitting_id))
        if act is None or not people:
            text = (
                _("请先选择要办理的事项。")
                if act is None
                else _("没有勾选考生，请先勾选，或办理筛选出的全部考生。")
            )
            flash(text, "warning")
            return redirect(url_for("board.show", sitting_id=sitting_id, **filters_kept()))
        ids = [person.candidate_id for person in people]
        form = ActForm(formdata=None, act=act, people=_packed(ids), decided_at=clock.now().isoformat(), done="0")
        return _act_page(session, sitting, people, form)


@bp.post("/confirm")
@requires(Permission.EXAM_INVIGILATE)
def confirm(sitting_id: UUID) -> str | Response:
    form = ActForm()
    with reading() as session:
        sitting = planning.sitting(session, sitting_id)
        people = queries.people(session, sitting_id, current_user.scope, _unpacked(form.people.data or ""))
    if not people:
        raise InvalidError(INCOMPLETE)
    if form.validate_on_submit():
        try:
            order, decided_at = _order(form), _instant(form.decided_at.data or "")
            progress = _carry_out(sitting, _progress(form, people), order, decided_at)
        except DomainError as error:
            form.refuse(error)
        else:
            return _going_page(sitting, form, progress) if progress.rest else _report(sitting, order, progress)
    with reading() as session:
        return _act_page(session, sitting, people, form)


def _chosen(session: Session, sitting_id: UUID) -> list[UUID]:
    if request.form.get("whom") == "all":
        return queries.people_on_board(session, sitting_id, current_user.scope, wanted_board(), clock.now())
    return request.form.getlist("candidate", type=UUID)


def _act_page(session: Session, sitting: Sitting, people: Sequence[Person], form: ActForm) -> str:
    act = _act(form)
    refused = invigilation.predicted(
        session, sitting, [one.candidate_id for one in people], Order(act, "", minutes=1)
    )
    reasons = {one.candidate_id: [reason.text for reason in one.reasons] for one in refused}
    return render_template(
        "exam/board_act.html",
        sitting=sitting,
        act=act,
        name=ACT_NAMES[act],
        note=ACT_NOTES[act],
        asks_minutes=act in GIVES_TIME,
        people=people,
        named=people[:NAMES_SHOWN],
        refused=[(person, reasons[person.candidate_id]) for person in people if person.candidate_id in reasons],
        form=form,
        args=filters_kept(),
    )


def _going_page(sitting: Sitting, form: ActForm, progress: Progress) -> str:
    """Ask for the next part: by script at once, without one by a button."""
    form.people.data, form.refused.data = _packed(progress.rest), _packed(progress.refused)
    form.done.data = str(progress.done)
    return render_template(
        "exam/board_going.html",
        sitting=sitting,
        name=ACT_NAMES[_act(form)],
        progress=progress,
        form=form,
        args=filters_kept(),
    )


def _order(form: ActForm) -> Order:
    act = _act(form)
    asks_minutes = act in GIVES_TIME or act is Act.LET_IN
    category = Irregularity(form.category.data) if act is Act.NOTE and form.category.data else None
    return Order(act, form.reason.data or "", (form.minutes.data or 0) if asks_minutes else 0, category)


def _act(form: ActForm) -> Act:
    try:
        return Act(form.act.data)
    except ValueError:
        raise InvalidError(_("没有这项操作，请返回监考页面重新选择。")) from None


def _progress(form: ActForm, people: Sequence[Person]) -> Progress:
    done = form.done.data or ""
    if not (done.isascii() and done.isdigit()):
        raise InvalidError(INCOMPLETE)
    refused = tuple(_unpacked(form.refused.data or ""))
    return Progress(int(done), refused, tuple(person.candidate_id for person in people))


def _carry_out(sitting: Sitting, progress: Progress, order: Order, decided_at: datetime) -> Progress:
    """Do the act to as many as a request has time for."""
    done, refused, rest = progress.done, list(progress.refused), progress.rest
    until = time.monotonic() + SECONDS_A_REQUEST
    while rest:
        with transaction() as session:
            part = rest[:AT_ONCE]
            actor = current_user.actor
            tally = invigilation.act_on(session, sitting, part, order, decided_at=decided_at, actor=actor)
        done, rest = done + tally.done, rest[AT_ONCE:]
        refused += [one.candidate_id for one in tally.refused]
        if time.monotonic() >= until:
            break
    return Progress(done, tuple(refused), rest)


def _report(sitting: Sitting, order: Order, progress: Progress) -> str | Response:
    if not progress.refused:
        flash(_("已为 %(count)s 名考生办理：%(act)s。", count=progress.done, act=ACT_NAMES[order.act]), "success")
        return redirect(url_for("board.show", sitting_id=sitting.id, **filters_kept()))
    return render_template(
        "exam/board_done.html",
        sitting=sitting,
        name=ACT_NAMES[order.act],
        progress=progress,
        refused=_refused(sitting, order, progress.refused),
        args=filters_kept(),
    )


def _refused(sitting: Sitting, order: Order, ids: Sequence[UUID]) -> list[tuple[Person, list[Text]]]:
    """Return who was refused, and what stands against it."""
    since = _instant(request.form.get("decided_at", ""))
    with reading() as session:
        people = queries.people(session, sitting.id, current_user.scope, ids)
        found = invigilation.predicted(session, sitting, ids, order, decided_at=since)
    reasons = {one.candidate_id: [reason.text for reason in one.reasons] for one in found}
    unclear = [_("办理时的情况已经变化，请核对后再办理。")]
    return [(person, reasons.get(person.candidate_id, unclear)) for person in people]


def _packed(ids: Iterable[UUID]) -> str:
    return urlsafe_b64encode(b"".join(one.bytes for one in ids)).decode()


def _unpacked(text: str) -> list[UUID]:
    try:
        data = urlsafe_b64decode(text)
        return [UUID(bytes=data[at : at + UUID_BYTES]) for at in range(0, len(data), UUID_BYTES)]
    except ValueError:
        raise InvalidError(INCOMPLETE) from None


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise InvalidError(_("页面内容不完整，请返回监考页面重新办理。"))
    return instant

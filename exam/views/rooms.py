"""Pages of a sitting's rooms: their address ranges, and who sits where."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.access import requires
from core.db import reading, transaction
from core.errors import DomainError, InvalidError
from core.texts import lazy_gettext as _
from exam.forms.sittings import ConfirmForm, RoomForm
from exam.models.planning import Room
from exam.networks import networks_in
from exam.operations import rooms as operations
from exam.operations.rooms import RoomDraft
from exam.queries import planning, rooms as queries
from exam.queries.rooms import SeatFilter
from exam.rooms import reasons_against_removing, reasons_against_rooms
from exam.states import SittingState
from people.permissions import Permission

bp = Blueprint("rooms", __name__, url_prefix="/sittings/<uuid:sitting_id>/rooms")
MOST_DIGITS = 4
SEATS = "seats-"


@bp.route("/", methods=["GET", "POST"])
@requires(Permission.EXAM_PLAN)
def show(sitting_id: UUID) -> str | Response:
    form = RoomForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                sitting = planning.sitting(session, sitting_id)
                room = operations.write_down_room(session, sitting, _draft(form), current_user.actor)
            flash(_("已添加考场“%(name)s”。", name=room.name), "success")
            return redirect(url_for(".show", sitting_id=sitting_id))
        except DomainError as error:
            form.refuse(error)
    with reading() as session:
        return _page(session, sitting_id, form)


@bp.route("/<uuid:room_id>", methods=["GET", "POST"])
@requires(Permission.EXAM_PLAN)
def change(sitting_id: UUID, room_id: UUID) -> str | Response:
    with transaction() as session:
        sitting = planning.sitting(session, sitting_id)
        room = queries.room(session, sitting_id, room_id)
        form = RoomForm(name=room.name, networks="\n".join(room.networks))
        if form.validate_on_submit():
            try:
                operations.change_room(session, sitting, room, _draft(form), current_user.actor)
                flash(_("已更新考场“%(name)s”。", name=room.name), "success")
                return redirect(url_for(".show", sitting_id=sitting_id))
            except DomainError as error:
                form.refuse(error)
        removing = reasons_against_removing(SittingState(sitting.state), queries.assigned_count(session, room.id))
        return render_template(
            "exam/room_edit.html",
            sitting=sitting,
            room=room,
            form=form,
            confirm=ConfirmForm(formdata=None),
            removing=[reason.text for reason in removing],
        )


@bp.post("/<uuid:room_id>/remove")
@requires(Permission.EXAM_PLAN)
def remove(sitting_id: UUID, room_id: UUID) -> Response:
    with transaction() as session:
        sitting = planning.sitting(session, sitting_id)
        room = queries.room(session, sitting_id, room_id)
        operations.remove_room(session, sitting, room, current_user.actor)
    flash(_("已删除考场“%(name)s”。", name=room.name), "success")
    return redirect(url_for(".show", sitting_id=sitting_id))


@bp.post("/assign-unit")
@requires(Permission.EXAM_PLAN)
def assign_unit(sitting_id: UUID) -> Response:
    unit_id = request.form.get("unit", type=UUID)
    if unit_id is None:
        flash(_("请选择单位。"), "warning")
        return redirect(url_for(".show", sitting_id=sitting_id))
    with transaction() as session:
        ids = queries.due_of_unit(session, sitting_id, unit_id)
        count = _assign(session, sitting_id, ids)
    flash(_("已安排 %(count)s 名考生。", count=count), "success")
    return redirect(url_for(".show", sitting_id=sitting_id))


@bp.post("/assign-ticked")
@requires(Permission.EXAM_PLAN)
def assign_ticked(sitting_id: UUID) -> Response:
    ticked = request.form.getlist("candidate", type=UUID)
    with transaction() as session:
        count = _assign(session, sitting_id, ticked) if ticked else 0
    if ticked:
        flash(_("已安排 %(count)s 名考生。", count=count), "success")
    else:
        flash(_("没有勾选考生，请先勾选要安排的考生。"), "warning")
    return redirect(url_for(".show", sitting_id=sitting_id, **_kept()) + "#seats")


@bp.post("/spread")
@requires(Permission.EXAM_PLAN)
def spread(sitting_id: UUID) -> str | Response:
    try:
        with transaction() as session:
            sitting = planning.sitting(session, sitting_id)
            seats = {room.id: _seats(room) for room in queries.rooms_of(session, sitting_id)}
            done, left = operations.spread_over_rooms(session, sitting, seats, current_user.actor)
    except DomainError as error:
        form = RoomForm(formdata=None)
        with reading() as session:
            return _page(session, sitting_id, form, refused=error)
    text = _("已安排 %(done)s 名考生，还有 %(left)s 名没有座位。", done=done, left=left)
    flash(text if left else _("已安排 %(done)s 名考生。", done=done), "warning" if left else "success")
    return redirect(url_for(".show", sitting_id=sitting_id))


def _page(session: Session, sitting_id: UUID, form: RoomForm, refused: DomainError | None = None) -> str:
    sitting = planning.sitting(session, sitting_id)
    wanted = _wanted()
    return render_template(
        "exam/rooms.html",
        sitting=sitting,
        rooms=queries.room_rows(session, sitting_id),
        waiting=len(queries.unassigned(session, sitting_id)),
        units=planning.units_of(session, sitting_id, current_user.scope),
        page=queries.seats(session, sitting_id, wanted, request.args.get("page", 1, type=int)),
        apart=queries.needs_room_apart(session, sitting_id),
        wanted=wanted,
        chosen_room=request.args.get("room", ""),
        args=_kept(),
        reasons=[reason.text for reason in reasons_against_rooms(SittingState(sitting.state))],
        refused=refused.sentences if refused else (),
        typed=request.form,
        form=form,
        confirm=ConfirmForm(formdata=None),
    )


def _kept() -> dict[str, Any]:
    """Return the filters of this address, to carry them along."""
    return {name: request.args[name] for name in ("text", "unit", "room", "page") if request.args.get(name)}


def _wanted() -> SeatFilter:
    args = request.args
    return SeatFilter(
        text=args.get("text", "").strip(),
        unit_id=args.get("unit", type=UUID),
        room_id=args.get("room", type=UUID),
        no_room=args.get("room") == "none",
    )


def _assign(session: Session, sitting_id: UUID, ids: list[UUID]) -> int:
    sitting = planning.sitting(session, sitting_id)
    room_id = request.form.get("to_room", type=UUID)
    room = queries.room(session, sitting_id, room_id) if room_id else None
    return operations.assign(session, sitting, ids, room, current_user.actor)


def _draft(form: RoomForm) -> RoomDraft:
    return RoomDraft(form.name.data or "", networks_in(form.networks.data or ""))


def _seats(room: Room) -> int:
    typed = request.form.get(f"{SEATS}{room.id}", "").strip() or "0"
    if not (typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS):
        text = _("考场“%(name)s”的座位数请填写整数，例如 50；不用的考场请留空。", name=room.name)
        raise InvalidError(text)
    return int(typed)

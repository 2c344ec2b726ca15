"""Verbs on the photos of officers: taken in one by one or by archive, each succeeding the one before.

What a person handed in is never stored but as it was written anew by the reading process; nothing about a
photo is ever edited.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from certificates.queries.photos import ARCHIVE_PLACE, ITEM_PLACE, PHOTO_PLACE, READ_PHOTOS, check_intake
from core import clock
from core.audit import SYSTEM, Actor
from core.db import new_key
from core.errors import Reason, RefusedError
from core.jobs import enqueue
from core.operations import record_audit
from core.picture_guard import PictureFault
from core.picture_reader import refuse_heavy_archive
from core.sealing import opened_bytes, sealed_bytes
from core.texts import Text, lazy_gettext as _
from people.identity import Identity
from people.models import Officer, OfficerPhoto, PhotoIntake, PhotoIntakeItem
from people.photo_states import INTAKE, IntakeState
from people.scope import Scope

KEPT = timedelta(days=1)
LONGEST_NAME = 200


@dataclass(frozen=True)
class ReadFile:
    """One file of an archive as it was read: a portrait written anew, or a fault."""

    place: int
    name: str
    content: bytes | None
    fault: PictureFault | None


def take_in_photo(session: Session, officer_id: UUID, portrait: bytes, actor: Actor) -> OfficerPhoto | None:
    """Let a portrait written anew succeed an officer's photo; the same picture again changes nothing."""
    session.execute(select(Officer.id).where(Officer.id == officer_id).with_for_update())
    newest = session.scalar(
        select(OfficerPhoto)
        .where(OfficerPhoto.officer_id == officer_id)
        .order_by(OfficerPhoto.number.desc())
        .limit(1)
    )
    digest = hashlib.sha256(portrait).hexdigest()
    if newest is not None and newest.digest == digest:
        return None
    made = OfficerPhoto(
        officer_id=officer_id,
        number=newest.number + 1 if newest else 1,
        content_sealed=sealed_bytes(portrait, PHOTO_PLACE),
        digest=digest,
        taken_in_by=actor.account_id,
        taken_in_at=clock.now(),
    )
    session.add(made)
    session.flush()
    record_audit(
        session, actor, "certificates:photo:take_in", officer_id, {"number": made.number, "digest": digest}
    )
    return made


def hand_in_archive(session: Session, filename: str, data: bytes, identity: Identity) -> PhotoIntake:
    """Keep an archive, sealed, until it is read in the background; what waited for a day is thrown away."""
    refuse_heavy_archive(len(data))
    _throw_away_old(session)
    assert identity.account_id is not None  # noqa: S101 - the page asks for a permission the public has not
    made = PhotoIntake(
        filename=filename[:LONGEST_NAME],
        organisation_id=identity.scope.organisation_id,
        account_id=identity.account_id,
        archive_sealed=sealed_bytes(data, ARCHIVE_PLACE),
        uploaded_at=clock.now(),
    )
    session.add(made)
    session.flush()
    enqueue(session, READ_PHOTOS, {"intake_id": str(made.id)})
    record_audit(session, identity.actor, "certificates:photo:hand_in", made.id, {"bytes": len(data)})
    return made


def keep_read(session: Session, intake_id: UUID, files: Sequence[ReadFile]) -> None:
    """Store what was read of an archive; a file read by somebody else meanwhile stays as it is."""
    places = select(PhotoIntakeItem.place).where(PhotoIntakeItem.intake_id == intake_id)
    known = set(session.scalars(places))
    session.add_all(_item(intake_id, one) for one in files if one.place not in known)
    session.flush()


def finish_reading(session: Session, intake_id: UUID) -> None:
    """Say that an archive is read; the archive itself, with all that cameras added, goes."""
    _settle(session, intake_id, "finish", "certificates:photo:finish")


def refuse_archive(session: Session, intake_id: UUID, why: Text) -> None:
    """Say why an archive is not read; it goes."""
    found = _settle(session, intake_id, "refuse", "certificates:photo:refuse")
    if found is not None:
        found.refusal = str(why)
        session.flush()


def confirm_intake(session: Session, found: PhotoIntake, scope: Scope, actor: Actor) -> int:
    """Take in every picture of an archive that fits somebody, checked again; return how many changed."""
    session.refresh(found, ["state"], with_for_update=True)
    if found.state != IntakeState.READY:
        raise RefusedError([Reason("not_read", _("压缩包还没有读完，请稍候。"))])
    fitting = check_intake(session, found.id, scope).fitting
    if not fitting:
        raise RefusedError([Reason("nothing_fits", _("没有一张照片能对应到人员，没有录入任何照片。"))])
    changed = 0
    for one in fitting:
        item = session.get_one(PhotoIntakeItem, one.item_id)
        assert one.person is not None and item.content_sealed is not None  # noqa: S101, PT018 - they fit
        portrait = opened_bytes(item.content_sealed, ITEM_PLACE)
        changed += take_in_photo(session, one.person.officer_id, portrait, actor) is not None
        session.expunge(item)
    detail = {"fitting": len(fitting), "changed": changed}
    record_audit(session, actor, "certificates:photo:confirm", found.id, detail)
    _throw_away(session, [found.id])
    return changed


def discard_intake(session: Session, found: PhotoIntake, actor: Actor) -> None:
    """Throw an archive away with all that was read of it; nothing was taken in yet."""
    record_audit(session, actor, "certificates:photo:discard", found.id)
    _throw_away(session, [found.id])


def _item(intake_id: UUID, one: ReadFile) -> PhotoIntakeItem:
    content = sealed_bytes(one.content, ITEM_PLACE) if one.content is not None else None
    return PhotoIntakeItem(
        id=new_key(),
        intake_id=intake_id,
        place=one.place,
        name=one.name[:LONGEST_NAME],
        fault=one.fault or "",
        content_sealed=content,
    )


def _settle(session: Session, intake_id: UUID, move: str, verb: str) -> PhotoIntake | None:
    found = session.get(PhotoIntake, intake_id, with_for_update=True)
    if found is None or INTAKE.reasons_against(IntakeState(found.state), move):
        return None
    found.state = INTAKE.after(IntakeState(found.state), move)
    found.archive_sealed = None
    count = select(func.count()).where(PhotoIntakeItem.intake_id == intake_id)
    found.total = session.scalar(count) or 0
    record_audit(session, SYSTEM, verb, intake_id, {"files": found.total})
    session.flush()
    return found


def _throw_away_old(session: Session) -> None:
    old = session.scalars(select(PhotoIntake.id).where(PhotoIntake.uploaded_at < clock.now() - KEPT))
    _throw_away(session, list(old))


def _throw_away(session: Session, ids: Sequence[UUID]) -> None:
    session.execute(delete(PhotoIntakeItem).where(PhotoIntakeItem.intake_id.in_(ids)))
    session.execute(delete(PhotoIntake).where(PhotoIntake.id.in_(ids)))

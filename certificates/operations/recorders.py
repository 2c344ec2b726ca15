"""Verbs on body-worn recorders: the class of a unit is set by the city, its stock is reported by the unit."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates.recorders import RecorderClass, reasons_against_class
from core import clock
from core.audit import Actor
from core.errors import refuse_if
from core.operations import record_audit
from people.models import Organisation, RecorderMinimum, RecorderStock


def classify_unit(
    session: Session,
    organisation: Organisation,
    recorder_class: RecorderClass,
    actor: Actor,
    *,
    by_hand: int | None = None,
    basis: str = "",
) -> None:
    """Put a unit in a class; in class C with the least number of recorders and what it rests on."""
    refuse_if(reasons_against_class(recorder_class, by_hand, basis))
    session.refresh(organisation, ["recorder_class"], with_for_update=True)
    before = session.get(RecorderMinimum, organisation.id)
    detail = {
        "class": recorder_class,
        "minimum": by_hand,
        "basis": basis,
        "before": [organisation.recorder_class, before.minimum if before else None],
    }
    organisation.recorder_class = recorder_class
    if by_hand is not None:
        row = RecorderMinimum(organisation_id=organisation.id, minimum=by_hand, basis=basis, set_at=clock.now())
        session.merge(row)
    elif before is not None:
        session.delete(before)
    session.flush()
    record_audit(session, actor, "certificates:recorder:classify", organisation.id, detail)


def report_stock(
    session: Session, organisation: Organisation, actor: Actor, *, usable: int, broken: int, note: str = ""
) -> RecorderStock:
    """Report what a unit has of recorders today; the report before stays as it was."""
    session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    mine = RecorderStock.organisation_id == organisation.id
    last = session.scalar(select(func.max(RecorderStock.number)).where(mine)) or 0
    made = RecorderStock(
        organisation_id=organisation.id,
        number=last + 1,
        usable=usable,
        broken=broken,
        note=note,
        reported_by=actor.account_id,
        reported_at=clock.now(),
    )
    session.add(made)
    session.flush()
    detail = {"usable": usable, "broken": broken, "number": made.number}
    record_audit(session, actor, "certificates:recorder:report", organisation.id, detail)
    return made

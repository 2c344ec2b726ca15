"""Verbs that put a new card in the place of an old one: renewal, exchange, reissue after a loss.

The new card has a number of its own; the old one points to it and is worth nothing from the same moment.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from certificates.acts import ActKind, Warrant
from certificates.documents.faces import refuse_unprintable
from certificates.exchange import DAMAGE, Face, reasons_against_exchange
from certificates.models import Credential
from certificates.numbers import series_prefix
from certificates.operations.credentials import common_values, reserve_numbers
from certificates.operations.documents import face_of
from certificates.operations.life import Deed, act_on, begin_cards, checked
from certificates.queries.life import roll_grounds
from certificates.states import CREDENTIAL, CredentialSource, CredentialState
from certificates.validity import last_day
from core import clock
from core.audit import Actor
from core.errors import Reason, refuse_if
from core.operations import record_audit
from core.texts import lazy_gettext as _
from people.models import Organisation
from people.operations import amend_officer
from people.queries import city

SOURCES: dict[ActKind, CredentialSource] = {
    ActKind.RENEW: CredentialSource.RENEWED,
    ActKind.REISSUE: CredentialSource.REISSUED,
    ActKind.EXCHANGE: CredentialSource.EXCHANGED,
}


def renew(session: Session, old: Credential, warrant: Warrant, public_url: str, actor: Actor) -> Credential:
    """Renew a credential that is about to run out: the same face, five years from today."""
    deed = _checked(session, old, ActKind.RENEW, warrant, actor)
    return _put_in_place(session, old, _face(old), last_day(clock.today()), deed=deed, public_url=public_url)


def reissue(session: Session, old: Credential, warrant: Warrant, public_url: str, actor: Actor) -> Credential:
    """Give another card in place of one that was lost and declared void; it runs out when that would have."""
    deed = _checked(session, old, ActKind.REISSUE, warrant, actor)
    return _put_in_place(session, old, _face(old), old.valid_until, deed=deed, public_url=public_url)


def exchange(
    session: Session, old: Credential, warrant: Warrant, face: Face, *, public_url: str, actor: Actor
) -> Credential:
    """Give a card with another face: another unit, name, category or area; or the same where it is damaged.

    The roll is amended to say the same. The card runs out when the old one would have.
    """
    deed = _checked(session, old, ActKind.EXCHANGE, warrant, actor)
    refuse_if(reasons_against_exchange(deed.warrant.ground, _face(old), face))
    if deed.warrant.ground != DAMAGE:
        _amend(session, old, face, actor)
    if grounds := roll_grounds(old.officer, clock.today()):
        text = _("名册登记该人员不在执法岗位，不能换发。请先核实岗位状态。")
        refuse_if([Reason(f"ground_{grounds[0]}", text)])
    return _put_in_place(session, old, face, old.valid_until, deed=deed, public_url=public_url)


def _checked(session: Session, old: Credential, kind: ActKind, warrant: Warrant, actor: Actor) -> Deed:
    warrant, _facts = checked(session, old, kind, warrant)
    return Deed(kind, warrant, actor)


def _amend(session: Session, old: Credential, face: Face, actor: Actor) -> None:
    amend_officer(
        session,
        old.officer,
        name=face.holder_name,
        organisation=session.get_one(Organisation, face.organisation_id),
        category=face.category,
        area=face.area,
        actor=actor,
    )


def _face(one: Credential) -> Face:
    return Face(one.holder_name, one.organisation_id, one.category, one.area)


def _put_in_place(
    session: Session, old: Credential, face: Face, valid_until: date, *, deed: Deed, public_url: str
) -> Credential:
    organisation = session.get_one(Organisation, face.organisation_id)
    values = _values(session, old, face, organisation, valid_until=valid_until, kind=deed.kind)
    refuse_unprintable(face_of(Credential(**values, cert_no=""), public_url))
    values["cert_no"] = reserve_numbers(session, series_prefix(organisation.code), 1)[0]
    session.execute(insert(Credential), [values])
    begin_cards(session, [values], deed.kind, deed.warrant, deed.actor)
    act_on(session, old, replace(deed, kind=ActKind.REPLACE))
    old.replaced_by_id = values["id"]
    session.flush()
    detail = {"cert_no": values["cert_no"], "in_place_of": old.cert_no, "ground": deed.warrant.ground}
    record_audit(session, deed.actor, f"certificates:credential:{deed.kind}", values["id"], detail)
    return session.get_one(Credential, values["id"])


def _values(
    session: Session, old: Credential, face: Face, organisation: Organisation, *, valid_until: date, kind: ActKind
) -> dict[str, Any]:
    now = clock.now()
    return {
        **common_values(old.officer_id, organisation.id, now),
        "profile": old.profile,
        "holder_name": face.holder_name,
        "unit_name": organisation.name,
        "category": face.category,
        "area": face.area,
        "issuer_name": city(session).issuer_name,
        "is_sample": old.is_sample,
        "source": SOURCES[kind],
        "valid_from": clock.today(),
        "valid_until": valid_until,
        "state": CREDENTIAL.after(CredentialState.RESERVED, "issue"),
        "issued_at": now,
    }

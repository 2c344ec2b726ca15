"""What happened to a few of the demo city's credentials: one suspended for a while, one lost, one to be revoked.

As many stay valid as were: what is suspended is lifted again, what is lost is reissued, and the revocation
waits for its second person.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.stage import Stage, acting, digest_of
from certificates.acts import Warrant
from certificates.models import Credential
from certificates.operations import life_acts, life_cards
from core import clock
from core.db import transaction
from people.models import Officer

SUSPENDED, LOST, PROPOSED = 5, 6, 7
PAPER = "示法治办〔%(year)s〕%(number)s号"


def live(stage: Stage, public_url: str) -> None:
    """Suspend one credential and lift it again; declare another lost and reissue it."""
    _suspend_and_lift(stage)
    _lose_and_reissue(stage, public_url)
    stage.advance(2)


def _suspend_and_lift(stage: Stage) -> None:
    with clock.at(stage.morning(-50)), transaction() as session:
        until = clock.today() + timedelta(days=30)
        reason = "年度培训学时未达到要求，责令限期补足。"
        warrant = Warrant("U2", paper=_paper(21), reason=reason)
        office = acting(session, "guanli").actor
        life_acts.suspend(session, _credential(session, stage, SUSPENDED), warrant, until, office)
    with clock.at(stage.morning(-38)), transaction() as session:
        warrant = Warrant("L2", paper=_paper(26), reason="已补足培训学时，予以解除。")
        life_acts.lift(session, _credential(session, stage, SUSPENDED), warrant, acting(session, "guanli").actor)


def _lose_and_reissue(stage: Stage, public_url: str) -> None:
    with clock.at(stage.morning(-30)), transaction() as session:
        warrant = Warrant("D2", reason="持证人报告在公务途中遗失。")
        life_acts.void(session, _credential(session, stage, LOST), warrant, acting(session, "guanli").actor)
    with clock.at(stage.morning(-25)), transaction() as session:
        old, warrant = _credential(session, stage, LOST), Warrant("R2", reason="经核实，予以补办。")
        life_cards.reissue(session, old, warrant, public_url, acting(session, "guanli").actor)


def propose_revocation(stage: Stage) -> None:
    """Propose that a third be revoked; that waits for its second person."""
    with clock.at(stage.morning(-2)), transaction() as session:
        reason = "经调查，持证人将证件转借他人使用，本人陈述申辩后仍予认定。"
        warrant = Warrant("M4", paper=_paper(33), reason=reason)
        credential = _credential(session, stage, PROPOSED)
        life_acts.propose_revocation(session, credential, warrant, acting(session, "renshi").actor)
    stage.advance(1)


def _credential(session: Session, stage: Stage, place: int) -> Credential:
    document = digest_of(stage.roll.holders[place].document)
    query = select(Credential).join(Officer, Credential.officer_id == Officer.id)
    return session.scalars(query.where(Officer.document_digest == document)).unique().one()


def _paper(number: int) -> str:
    return PAPER % {"year": clock.today().year, "number": number}

"""The demo city's credentials and its clean-up round."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.exam_step import pass_list_of
from app.demo.stage import Stage, acting, digest_of
from certificates.models import CleanupCase, CleanupRound, Credential
from certificates.operations import clean_up, credentials
from certificates.states import CaseState
from core import clock
from core.db import transaction
from core.import_kinds import import_sheet
from core.sheets import write_csv
from people.identity import Identity
from people.models import Officer

ROUND = "行政执法人员资格清理"
KEPT_EVERY = 190


def take_over(stage: Stage) -> None:
    """Take the older credentials over from a sheet."""
    kind = credentials.CREDENTIALS
    data = write_csv([column.name for column in kind.columns], [one.credential_row() for one in stage.roll.older])
    with clock.at(stage.morning(-60)), transaction() as session:
        import_sheet(session, kind, "credentials.csv", data, acting(session, "guanli"))
    stage.advance(len(stage.roll.older))


def issue(stage: Stage, public_url: str) -> None:
    """Issue a credential to everybody on the list; the documents are drawn once the server is up."""
    with clock.at(stage.morning(-8)), transaction() as session:
        actor = acting(session, "guanli").actor
        count = credentials.issue_for_pass_list(session, pass_list_of(session), public_url, actor)
    stage.advance(count)


def clean(stage: Stage) -> None:
    """Flag the lapsed by rule and a few by hand, remove the lapsed, keep the few, leave some to HR."""
    with clock.at(stage.morning(-6)), transaction() as session:
        hr = acting(session, "renshi")
        round_ = clean_up.open_round(session, ROUND, hr.actor)
        clean_up.flag_lapsed(session, round_, hr.actor, clock.today())
        _flag_by_hand(session, stage, round_, hr)
    stage.advance(500)
    waiting = {digest_of(person.document) for person in stage.roll.waiting}
    lapsed = {digest_of(person.document) for person in stage.roll.lapsed}
    with clock.at(stage.morning(-4)), transaction() as session:
        hr = acting(session, "renshi")
        query = (
            select(CleanupCase, Officer.document_digest)
            .join(Credential, CleanupCase.credential_id == Credential.id)
            .join(Officer, Credential.officer_id == Officer.id)
            .where(CleanupCase.state == CaseState.OPEN)
        )
        for case, digest in session.execute(query).unique().all():
            if digest in lapsed:
                clean_up.remove_case(session, case, "经单位核实，情形属实，予以清理。", hr.actor)
            elif digest not in waiting:
                clean_up.keep_case(session, case, "经单位核实，仍在执法岗位，予以保留。", hr.actor)
            stage.advance(1)


def _flag_by_hand(session: Session, stage: Stage, round_: CleanupRound, hr: Identity) -> None:
    documents = [digest_of(person.document) for person in stage.roll.holders[::KEPT_EVERY]]
    query = select(Credential).join(Officer, Credential.officer_id == Officer.id)
    for credential in session.scalars(query.where(Officer.document_digest.in_(documents))).unique().all():
        evidence = "单位自查反映一年以上未从事执法，待核实。"
        clean_up.flag_by_hand(session, round_, credential, "O7", evidence, hr.actor)

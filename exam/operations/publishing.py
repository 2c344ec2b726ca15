"""Publishing the list of those who passed: a frozen snapshot, once for each sitting."""

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.db import new_key
from core.errors import ForbiddenError, refuse_if
from core.operations import append_to_log, record_audit
from exam.models.planning import Sitting
from exam.models.results import PassList, PassListEntry, Result
from exam.pass_lists import ListedPerson, PublishedList, digest_of
from exam.queries.pass_lists import passed_in_order, publishing_facts
from exam.sittings import reasons_against_publishing
from people.queries import city

TITLE_SUFFIX = "合格人员名单"


def title_of(sitting: Sitting) -> str:
    """Return what the list of a sitting is called."""
    return f"{sitting.title}{TITLE_SUFFIX}"


def publish_pass_list(session: Session, sitting: Sitting, actor: Actor) -> PassList:
    """Publish who passed, under the name of the city's office; it cannot be changed afterwards."""
    if actor.account_id is None:
        raise ForbiddenError
    session.flush()
    session.refresh(sitting, with_for_update={"of": Sitting})
    refuse_if(reasons_against_publishing(publishing_facts(session, sitting)))
    results = passed_in_order(session, sitting.id)
    people = [_listed(serial, result) for serial, result in enumerate(results, start=1)]
    made = PublishedList(title_of(sitting), city(session).issuer_name, clock.now(), people)
    pass_list = PassList(
        id=new_key(),
        sitting_id=sitting.id,
        title=made.title,
        issuer_name=made.issuer_name,
        passed_count=len(people),
        digest=digest_of(made),
        published_by=actor.account_id,
        published_at=made.published_at,
    )
    session.add(pass_list)
    session.flush()
    session.execute(insert(PassListEntry), [_entry(pass_list, *pair) for pair in zip(people, results, strict=True)])
    append_to_log(session, "pass_list", pass_list.id, pass_list.digest)
    detail = {"passed": pass_list.passed_count, "digest": pass_list.digest}
    record_audit(session, actor, "exam:pass_list:publish", pass_list.id, detail)
    return pass_list


def _listed(serial: int, result: Result) -> ListedPerson:
    candidate = result.candidate
    return ListedPerson(serial, candidate.officer.name, candidate.organisation.name, candidate.candidate_no)


def _entry(pass_list: PassList, person: ListedPerson, result: Result) -> dict[str, object]:
    return {
        "pass_list_id": pass_list.id,
        "serial": person.serial,
        "candidate_id": result.candidate_id,
        "name": person.name,
        "unit_code": result.candidate.organisation.code,
        "unit_name": person.unit_name,
        "candidate_no": person.candidate_no,
    }

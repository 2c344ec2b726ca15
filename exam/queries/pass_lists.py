"""Reads over published pass lists: what anybody may see, and what publishing one rests on."""

from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.paging import Page, page_of
from exam.models.planning import Sitting
from exam.models.results import PassList, PassListEntry, Result
from exam.pass_lists import ListedPerson, PublishedList
from exam.queries.newest import newest_result
from exam.queries.results import passed_count
from exam.sittings import PublishingFacts
from exam.states import Outcome, SittingKind, SittingState
from people.models import Organisation
from people.queries import city

SEARCH_LENGTH = 50


def recent_pass_lists(session: Session, limit: int = 5) -> list[PassList]:
    """Return the newest published lists."""
    return list(session.scalars(select(PassList).order_by(PassList.published_at.desc()).limit(limit)))


def pass_lists(session: Session, number: int) -> Page[PassList]:
    """Return one page of published lists, the newest first."""
    return page_of(session, select(PassList).order_by(PassList.published_at.desc(), PassList.id), number)


def pass_list(session: Session, pass_list_id: UUID) -> PassList:
    """Return one published list."""
    found = session.get(PassList, pass_list_id)
    if found is None:
        raise NotFoundError
    return found


def pass_list_of(session: Session, sitting_id: UUID) -> PassList | None:
    """Return the list published of a sitting, if there is one."""
    return session.scalar(select(PassList).where(PassList.sitting_id == sitting_id))


def entries(session: Session, pass_list_id: UUID, unit_code: str, text: str, number: int) -> Page[PassListEntry]:
    """Return one page of a list by serial, narrowed to a unit and to a name or a whole candidate number."""
    query = select(PassListEntry).where(PassListEntry.pass_list_id == pass_list_id)
    if unit_code:
        query = query.where(PassListEntry.unit_code == unit_code)
    if text:
        named = PassListEntry.name.contains(text[:SEARCH_LENGTH], autoescape=True)
        query = query.where(or_(named, PassListEntry.candidate_no == text))
    return page_of(session, query.order_by(PassListEntry.serial), number)


def units_listed(session: Session, pass_list_id: UUID) -> list[tuple[str, str, int]]:
    """Return code, name and number of people of each unit on a list, by code."""
    query = (
        select(PassListEntry.unit_code, PassListEntry.unit_name, func.count())
        .where(PassListEntry.pass_list_id == pass_list_id)
        .group_by(PassListEntry.unit_code, PassListEntry.unit_name)
        .order_by(PassListEntry.unit_code)
    )
    return [(code, name, count) for code, name, count in session.execute(query)]


def published(session: Session, pass_list: PassList) -> PublishedList:
    """Return the whole list as it was published, from which its digest can be computed again."""
    query = (
        select(PassListEntry.serial, PassListEntry.name, PassListEntry.unit_name, PassListEntry.candidate_no)
        .where(PassListEntry.pass_list_id == pass_list.id)
        .order_by(PassListEntry.serial)
    )
    people = [ListedPerson(*row) for row in session.execute(query)]
    return PublishedList(pass_list.title, pass_list.issuer_name, pass_list.published_at, people)


def publishing_facts(session: Session, sitting: Sitting) -> PublishingFacts:
    """Return what publishing a sitting's list rests on."""
    return PublishingFacts(
        state=SittingState(sitting.state),
        passed=passed_count(session, sitting.id),
        is_published=pass_list_of(session, sitting.id) is not None,
        issuer_name=city(session).issuer_name,
        kind=SittingKind(sitting.kind),
    )


def passed_in_order(session: Session, sitting_id: UUID) -> list[Result]:
    """Return those who passed a sitting, by unit code and candidate number."""
    query = (
        select(Result)
        .join(Organisation, Result.organisation_id == Organisation.id)
        .where(Result.sitting_id == sitting_id, Result.outcome == Outcome.PASSED, newest_result())
    )
    # Sorted here, because databases differ in how they order texts.
    found = session.scalars(query).all()
    return sorted(found, key=lambda one: (one.candidate.organisation.code, one.candidate.candidate_no))

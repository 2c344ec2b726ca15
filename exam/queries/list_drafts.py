"""Reads for the office over versions of a list on their way to the public: their lines with real names."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.paging import Page, page_of
from exam.list_states import PassListState
from exam.models.planning import Candidate
from exam.models.results import PassList, PassListEntry
from people.models import Account, Officer

SEARCH_LENGTH = 50


def draft(session: Session, pass_list_id: UUID) -> PassList:
    """Return one version of a list, in whatever state."""
    found = session.get(PassList, pass_list_id)
    if found is None:
        raise NotFoundError
    return found


def unpublished_of(session: Session, sitting_id: UUID) -> list[PassList]:
    """Return the versions of a sitting's list that were not published, the newest first."""
    query = select(PassList).where(PassList.sitting_id == sitting_id, PassList.state != PassListState.PUBLISHED)
    return list(session.scalars(query.order_by(PassList.drafted_at.desc(), PassList.id.desc())))


def draft_lines(
    session: Session, pass_list_id: UUID, text: str, number: int, *, only_changed: bool
) -> Page[Row[PassListEntry, str]]:
    """Return one page of a version's lines with the name of each person, tombstones too."""
    query: Any = (
        select(PassListEntry, Officer.name.label("person"))
        .join(Candidate, Candidate.id == PassListEntry.candidate_id)
        .join(Officer, Officer.id == Candidate.officer_id)
        .where(PassListEntry.pass_list_id == pass_list_id)
        .order_by(PassListEntry.serial)
    )
    if only_changed:
        query = query.where(PassListEntry.change.is_not(None))
    if text:
        named = Officer.name.contains(text[:SEARCH_LENGTH], autoescape=True)
        query = query.where(or_(named, PassListEntry.candidate_no == text))
    return page_of(session, query, number)


def names_of_candidates(session: Session, candidate_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names on the roll of a few candidates."""
    query = select(Candidate.id, Officer.name).join(Officer, Officer.id == Candidate.officer_id)
    rows = session.execute(query.where(Candidate.id.in_(candidate_ids)))
    return {row.id: row.name for row in rows}


def names_of_accounts(session: Session, account_ids: Collection[UUID | None]) -> dict[UUID, str]:
    """Return what accounts are called."""
    wanted = {one for one in account_ids if one is not None}
    rows = session.execute(select(Account.id, Account.display_name).where(Account.id.in_(wanted)))
    return {row.id: row.display_name for row in rows}

"""Reads for the files of a published list: what they say now, and what was stored and logged on its day."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from exam.list_faces import ListFace
from exam.list_states import ListLayout
from exam.models.results import PassListFile
from exam.queries.pass_lists import PublicPassList, people_of, units_listed
from people.queries import has_demo_officers


def face_of(session: Session, shown: PublicPassList) -> ListFace:
    """Return what the files of a published list say today, with all its lines."""
    return ListFace(
        title=shown.title,
        version=shown.version,
        issuer_name=shown.issuer_name,
        published_at=shown.published_at,
        notice_from=shown.notice_from,
        notice_until=shown.notice_until,
        effective_on=shown.effective_on,
        is_provisional=shown.is_provisional,
        legal_basis=shown.legal_basis,
        contact=shown.contact,
        reason=shown.reason,
        passed_count=shown.passed_count,
        exempt_count=shown.exempt_count,
        people=tuple(people_of(session, shown)),
        units=tuple(units_listed(session, shown.id)),
        names_until=shown.names_until,
        are_names_off=shown.are_names_off,
        digest=shown.digest,
        log_number=shown.log_number,
        is_superseded=shown.is_superseded,
        is_sample=has_demo_officers(session),
    )


def stored_file(session: Session, pass_list_id: UUID, layout: ListLayout) -> bytes | None:
    """Return a file of a list as it was logged, or None where it has not been drawn yet."""
    query = select(PassListFile.content).where(
        PassListFile.pass_list_id == pass_list_id, PassListFile.layout == layout
    )
    return session.scalar(query)

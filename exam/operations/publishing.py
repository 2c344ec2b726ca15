"""Verbs on pass lists: drafted by one person, approved by another, published, corrected by a further version.

Publishing freezes a version, seals it and writes it into the public log, all in one transaction; what
was published is never edited.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from core import clock
from core.audit import SYSTEM, Actor
from core.calendars import working_calendar
from core.db import new_key
from core.errors import ForbiddenError, refuse_if
from core.jobs import enqueue
from core.operations import append_all_to_log, append_to_log, record_audit
from core.public_log import Published
from exam.legal_bases import BASIS_TEXTS
from exam.line_changes import Line, differences
from exam.list_drafts import (
    DraftingFacts,
    ListTerms,
    MoveFacts,
    reasons_against_drafting,
    reasons_against_move,
    reasons_against_remark,
    reasons_against_terms,
)
from exam.list_states import FILE_LOG_KIND, PASS_LIST, EffectMode, LineChange, ListLayout, PassListState
from exam.models.planning import Sitting
from exam.models.results import PassList, PassListEntry, PassListFile
from exam.notices import ListDates, dates_of
from exam.pass_lists import digest_of, figures_as_row
from exam.queries.list_files import stored_file
from exam.queries.list_lines import figures_now, is_outdated, newest_of, next_lines, open_draft_of
from exam.queries.pass_lists import published, publishing_facts
from exam.sittings import reasons_against_publishing
from people.queries import city

TITLE_SUFFIX = "合格人员名单"
LOG_KIND = "pass_list"
FILES_JOB = "exam:list_files"


def title_of(sitting: Sitting) -> str:
    """Return what the list of a sitting is called."""
    return f"{sitting.title}{TITLE_SUFFIX}"


def draft_pass_list(session: Session, sitting: Sitting, terms: ListTerms, actor: Actor) -> PassList:
    """Draft the next version of a sitting's list: the first, or a correction of the newest published one."""
    account_id = _account(actor)
    _take_turns(session, sitting)
    earlier = newest_of(session, sitting.id)
    lines = next_lines(session, sitting.id, earlier)
    facts = DraftingFacts(
        has_open_draft=open_draft_of(session, sitting.id) is not None,
        changed=differences(lines).total if earlier else None,
    )
    refuse_if(
        [
            *(reasons_against_publishing(publishing_facts(session, sitting)) if earlier is None else []),
            *reasons_against_drafting(facts),
            *reasons_against_terms(terms, is_correction=earlier is not None),
        ]
    )
    pass_list = _draft(session, sitting, terms, earlier, account_id)
    _write_lines(session, pass_list, lines)
    detail = {"version": pass_list.version, "listed": pass_list.passed_count, "mode": pass_list.mode}
    record_audit(session, actor, "exam:pass_list:draft", pass_list.id, {**detail, "basis": pass_list.basis})
    return pass_list


def approve_pass_list(session: Session, pass_list: PassList, actor: Actor) -> None:
    """Approve a draft; whoever drafted it may not."""
    account_id = _account(actor)
    _check_move(session, pass_list, "approve", actor)
    pass_list.state = PASS_LIST.after(PassListState(pass_list.state), "approve")
    pass_list.approved_by, pass_list.approved_at = account_id, clock.now()
    session.flush()
    record_audit(session, actor, "exam:pass_list:approve", pass_list.id, {"version": pass_list.version})


def put_back_pass_list(session: Session, pass_list: PassList, remark: str, actor: Actor) -> None:
    """Take an approval back, with a reason; the list is a draft again."""
    _check_move(session, pass_list, "put_back", actor)
    refuse_if(reasons_against_remark(remark))
    pass_list.state = PASS_LIST.after(PassListState(pass_list.state), "put_back")
    pass_list.approved_by = pass_list.approved_at = None
    pass_list.remark = remark.strip()
    session.flush()
    record_audit(session, actor, "exam:pass_list:put_back", pass_list.id, {"reason": pass_list.remark})


def discard_pass_list(session: Session, pass_list: PassList, remark: str, actor: Actor) -> None:
    """Discard a draft that was not published, with a reason; its row stays."""
    account_id = _account(actor)
    _check_move(session, pass_list, "discard", actor)
    refuse_if(reasons_against_remark(remark))
    pass_list.state = PASS_LIST.after(PassListState(pass_list.state), "discard")
    pass_list.discarded_by, pass_list.discarded_at = account_id, clock.now()
    pass_list.remark = remark.strip()
    session.flush()
    record_audit(session, actor, "exam:pass_list:discard", pass_list.id, {"reason": pass_list.remark})


def publish_pass_list(session: Session, pass_list: PassList, actor: Actor) -> PassList:
    """Publish an approved version: dates, figures, digest and its leaf in the public log, all at once."""
    account_id = _account(actor)
    _check_move(session, pass_list, "publish", actor)
    dates = _dates(session, pass_list)
    figures = figures_now(session, pass_list.sitting_id)
    _date_lines(session, pass_list, dates)
    # The row is written once, whole: the database takes no published version without seal and leaf.
    with session.no_autoflush:
        pass_list.state = PASS_LIST.after(PassListState(pass_list.state), "publish")
        pass_list.published_by, pass_list.published_at = account_id, clock.now()
        pass_list.notice_from, pass_list.notice_until = dates.notice_from, dates.notice_until
        pass_list.effective_on, pass_list.is_provisional = dates.effective_on, dates.is_provisional
        pass_list.figures = figures_as_row(figures)
        pass_list.digest = digest_of(published(session, pass_list))
        pass_list.log_index = append_to_log(session, LOG_KIND, pass_list.id, pass_list.digest)
    session.flush()
    detail = {
        "version": pass_list.version,
        "passed": pass_list.passed_count,
        "digest": pass_list.digest,
        "log_index": pass_list.log_index,
        "effective_on": dates.effective_on.isoformat(),
    }
    record_audit(session, actor, "exam:pass_list:publish", pass_list.id, detail)
    enqueue(session, FILES_JOB, {"pass_list": str(pass_list.id)})
    return pass_list


def store_list_files(session: Session, pass_list: PassList, drawn: Mapping[ListLayout, bytes]) -> None:
    """Store the files of a list and enter each digest in the log, once: another worker may have been first."""
    session.refresh(pass_list, with_for_update=True)
    if any(stored_file(session, pass_list.id, layout) is not None for layout in drawn):
        return
    files = [
        PassListFile(
            pass_list_id=pass_list.id,
            layout=layout,
            content=content,
            digest=hashlib.sha256(content).hexdigest(),
            drawn_at=clock.now(),
        )
        for layout, content in drawn.items()
    ]
    session.add_all(files)
    session.flush()
    append_all_to_log(session, [Published(FILE_LOG_KIND, pass_list.id, file.digest) for file in files])
    digests = {str(file.layout): file.digest for file in files}
    record_audit(session, SYSTEM, "exam:pass_list:store_files", pass_list.id, digests)


def move_facts(session: Session, pass_list: PassList, account_id: UUID | None) -> MoveFacts:
    """Return what a move of a draft rests on."""
    state = PassListState(pass_list.state)
    is_open = state in {PassListState.DRAFT, PassListState.APPROVED}
    newest = newest_of(session, pass_list.sitting_id)
    return MoveFacts(
        state=state,
        is_drafter=pass_list.drafted_by == account_id,
        is_outdated=is_open and is_outdated(session, pass_list),
        is_superseded=is_open and (newest.id if newest else None) != pass_list.supersedes_id,
    )


def _check_move(session: Session, pass_list: PassList, verb: str, actor: Actor) -> None:
    _take_turns(session, session.get_one(Sitting, pass_list.sitting_id))
    session.refresh(pass_list, with_for_update=True)
    refuse_if(reasons_against_move(move_facts(session, pass_list, actor.account_id), verb))


def _take_turns(session: Session, sitting: Sitting) -> None:
    """Let whoever closes, corrects or publishes this sitting wait."""
    session.flush()
    session.refresh(sitting, with_for_update={"of": Sitting})


def _account(actor: Actor) -> UUID:
    if actor.account_id is None:
        raise ForbiddenError
    return actor.account_id


def _draft(
    session: Session, sitting: Sitting, terms: ListTerms, earlier: PassList | None, account_id: UUID
) -> PassList:
    is_notice = terms.mode is EffectMode.NOTICE
    pass_list = PassList(
        id=new_key(),
        sitting_id=sitting.id,
        version=earlier.version + 1 if earlier else 1,
        supersedes_id=earlier.id if earlier else None,
        mode=terms.mode,
        notice_days=terms.notice_days if is_notice else 0,
        basis=terms.basis,
        legal_basis=BASIS_TEXTS[terms.basis],
        contact=terms.contact.strip(),
        reason=terms.reason.strip() if earlier else "",
        title=title_of(sitting),
        issuer_name=city(session).issuer_name,
        passed_count=0,
        figures=figures_as_row(figures_now(session, sitting.id)),
        drafted_by=account_id,
        drafted_at=clock.now(),
    )
    session.add(pass_list)
    return pass_list


def _write_lines(session: Session, pass_list: PassList, lines: list[Line]) -> None:
    pass_list.passed_count = sum(line.is_listed for line in lines)
    pass_list.exempt_count = sum(line.is_listed and line.is_exempt for line in lines)
    session.flush()
    if lines:
        session.execute(insert(PassListEntry), [{"pass_list_id": pass_list.id, **asdict(line)} for line in lines])


def _dates(session: Session, pass_list: PassList) -> ListDates:
    earlier = session.get(PassList, pass_list.supersedes_id) if pass_list.supersedes_id else None
    kept = None
    if earlier is not None and earlier.effective_on is not None and earlier.published_at is not None:
        kept = ListDates(
            clock.day_of(earlier.published_at),
            earlier.notice_from,
            earlier.notice_until,
            earlier.effective_on,
            earlier.is_provisional,
        )
    mode, days = EffectMode(pass_list.mode), pass_list.notice_days
    return dates_of(mode, clock.today(), days, working_calendar(session), kept)


def _date_lines(session: Session, pass_list: PassList, dates: ListDates) -> None:
    """Give new lines the day they take effect, and new tombstones the day and the correction."""
    mine = PassListEntry.pass_list_id == pass_list.id
    undated = mine & PassListEntry.is_listed & PassListEntry.effective_on.is_(None)
    session.execute(update(PassListEntry).where(undated).values(effective_on=dates.effective_on))
    gone = mine & (PassListEntry.change == LineChange.WITHDRAWN)
    values = {"withdrawn_on": clock.today(), "withdrawn_by": pass_list.version - 1, "effective_on": None}
    session.execute(update(PassListEntry).where(gone).values(values))

"""Verbs on the question bank: bring items in, give an item a new version, retire and restore it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.db import new_key
from core.errors import Reason, RefusedError, refuse_if
from core.import_kinds import ImportKind
from core.imports import ParsedRow, Problem
from core.operations import record_audit
from core.texts import Text, lazy_gettext as _
from people.identity import Identity
from questions.items import ItemDraft, reasons_against, reasons_against_change, same_stems
from questions.models import Item, ItemVersion
from questions.queries import ItemFilter, draft_of, drafts
from questions.sheet import COLUMNS, KIND_WRITTEN, SUBJECT_WORDS, draft_of as draft_of_row, problems_in
from questions.states import ITEM, RESTORE, RETIRE, ItemState

EVERYTHING = ItemFilter()


@dataclass(frozen=True)
class ImportCount:
    """What became of the items of one import."""

    added: int
    changed: int
    same: int


def import_items(session: Session, handed_in: Sequence[ItemDraft], actor: Actor) -> ImportCount:
    """Bring items in, all or nothing: a new code is added, a known one with other content gets a new version."""
    known = {draft.code: draft for draft in drafts(session, EVERYTHING)}
    refuse_if(_reasons_against_import(handed_in, known))
    added = [draft for draft in handed_in if draft.code not in known]
    changed = [draft for draft in handed_in if draft.code in known and known[draft.code] != draft]
    for draft in added:
        session.add_all(_new_item(draft, actor))
    items = _items_by_code(session, changed)
    session.add_all([_next_version(items[draft.code], draft, actor) for draft in changed])
    session.flush()
    count = ImportCount(len(added), len(changed), len(handed_in) - len(added) - len(changed))
    detail = {"added": count.added, "changed": count.changed, "same": count.same}
    record_audit(session, actor, "questions:bank:import", None, detail)
    return count


def revise_item(session: Session, item: Item, draft: ItemDraft, actor: Actor) -> ItemVersion:
    """Give an item a new version; the earlier ones stay as they were asked."""
    before = draft_of(item, item.versions[0])
    if draft == before:
        raise RefusedError([Reason("no_change", _("内容没有改动，无需保存。"))])
    if draft.code != item.code:
        raise RefusedError([Reason("code_changed", _("题号不能改动。"))])
    known = {one.code: one for one in drafts(session, EVERYTHING)}
    refuse_if(_reasons_against_import([draft], known))
    version = _next_version(item, draft, actor)
    session.add(version)
    session.flush()
    session.refresh(item, ["versions"])
    detail = {"code": item.code, "version": version.number}
    record_audit(session, actor, "questions:item:revise", item.id, detail)
    return version


def retire_item(session: Session, item: Item, actor: Actor) -> None:
    """Keep an item out of every new paper; papers drawn before keep it."""
    _move(session, item, RETIRE, actor)


def restore_item(session: Session, item: Item, actor: Actor) -> None:
    """Let an item be drawn again."""
    _move(session, item, RESTORE, actor)


def _move(session: Session, item: Item, verb: str, actor: Actor) -> None:
    item.state = ITEM.after(ItemState(item.state), verb)
    session.flush()
    record_audit(session, actor, f"questions:item:{verb}", item.id, {"code": item.code})


def _reasons_against_import(handed_in: Sequence[ItemDraft], known: dict[str, ItemDraft]) -> list[Reason]:
    reasons = [reason for draft in handed_in for reason in reasons_against(draft)]
    for draft in handed_in:
        if draft.code in known:
            reasons += reasons_against_change(known[draft.code], draft)
    if len({draft.code for draft in handed_in}) < len(handed_in):
        reasons.append(Reason("code_repeated", _("题号有重复，请核对。")))
    for code in same_stems(handed_in, known.values()).values():
        text = _("题干与题号 %(code)s 相同。请核对，同一道题只保留一个题号。", code=code)
        reasons.append(Reason("stem_repeated", text))
    return reasons


def _items_by_code(session: Session, changed: Sequence[ItemDraft]) -> dict[str, Item]:
    if not changed:
        return {}
    codes = {draft.code for draft in changed}
    return {row.code: row for row in session.scalars(select(Item)) if row.code in codes}


def _new_item(draft: ItemDraft, actor: Actor) -> tuple[Item, ItemVersion]:
    row = Item(
        id=new_key(),
        code=draft.code,
        kind=draft.kind,
        subject=draft.subject,
        state=ItemState.ACTIVE,
        version_number=0,
        created_at=clock.now(),
    )
    return row, _next_version(row, draft, actor)


def _next_version(item: Item, draft: ItemDraft, actor: Actor) -> ItemVersion:
    item.version_number += 1
    item.subject = draft.subject
    return ItemVersion(
        item_id=item.id,
        number=item.version_number,
        stem=draft.stem,
        options=list(draft.options),
        key=draft.key,
        law=draft.law,
        article=draft.article,
        explanation=draft.explanation,
        created_by=actor.account_id,
        created_at=clock.now(),
    )


def _check_items(session: Session, rows: list[ParsedRow], _identity: Identity) -> list[Problem]:
    return problems_in(rows, {draft.code: draft for draft in drafts(session, EVERYTHING)})


def _apply_items(session: Session, rows: list[ParsedRow], identity: Identity) -> Text:
    count = import_items(session, [draft_of_row(row) for row in rows], identity.actor)
    return _(
        "已导入试题：新增 %(added)s 道，更新 %(changed)s 道，%(same)s 道与题库相同、没有改动。",
        added=count.added,
        changed=count.changed,
        same=count.same,
    )


ITEMS = ImportKind(
    name="items",
    title=_("试题"),
    intro=_(
        "一行一题。题号相同而内容不同的，存为该题的新版本，原版本保留；停用的试题导入后仍停用。判断题不填选项，答案填“对”或“错”。"
    ),
    columns=COLUMNS,
    sample=(
        "CF-901",
        "单选",
        "行政处罚法",
        "行政处罚应当由具有行政执法资格的执法人员实施，执法人员不得少于（　）。",
        "一人",
        "两人",
        "三人",
        "四人",
        "",
        "",
        "B",
        "中华人民共和国行政处罚法",
        "第四十二条第一款",
        "",
    ),
    check=_check_items,
    apply=_apply_items,
    done_endpoint="items.index",
    choices={1: tuple(KIND_WRITTEN.values()), 2: tuple(SUBJECT_WORDS)},
)

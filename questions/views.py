"""Pages of the question bank: the list with its counts, one item, a new version, in and out by sheet."""

from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from core.access import requires
from core.db import reading, transaction
from core.downloads import as_file
from core.errors import DomainError
from core.import_flow import XLSX, register_import
from core.sheets import WorkbookSheet, write_workbook
from core.texts import lazy_gettext as _
from people.permissions import Permission
from questions import operations, queries
from questions.forms import ConfirmForm, ItemForm
from questions.items import ItemDraft, parsed_key, tidied, written_key
from questions.kinds import KIND_NAMES, OPTION_LETTERS, SUBJECT_NAMES, ItemKind, Subject
from questions.queries import ItemFilter
from questions.sheet import COLUMNS, written_row
from questions.states import STATE_NAMES, ItemState

Word = TypeVar("Word", bound=StrEnum)
bp = Blueprint("items", __name__, url_prefix="/items")
register_import(bp, "/import", operations.ITEMS, Permission.ITEM_EDIT)


@bp.get("/")
@requires(Permission.ITEM_READ)
def index() -> str:
    wanted = _wanted()
    with reading() as session:
        counts = queries.bank_counts(session)
        return render_template(
            "questions/index.html",
            counts=counts,
            subject_totals={
                one: sum(n for (_kind, subject), n in counts.items() if subject is one) for one in Subject
            },
            kind_totals={one: sum(n for (kind, _subject), n in counts.items() if kind is one) for one in ItemKind},
            total=sum(counts.values()),
            page=queries.items(session, wanted, request.args.get("page", 1, type=int)),
            wanted=wanted,
            **_names(),
        )


@bp.get("/export.xlsx")
@requires(Permission.ITEM_READ)
def export() -> Response:
    with reading() as session:
        rows = [written_row(draft) for draft in queries.drafts(session, _wanted())]
    sheet = WorkbookSheet(_("题库"), [column.name for column in COLUMNS], rows)
    return as_file(write_workbook([sheet]), XLSX, f"{_('题库')}.xlsx")


@bp.get("/<uuid:item_id>")
@requires(Permission.ITEM_READ)
def show(item_id: UUID) -> str:
    with reading() as session:
        item = queries.item(session, item_id)
        return render_template(
            "questions/show.html",
            item=item,
            version=item.versions[0],
            letters=OPTION_LETTERS,
            answer=written_key(ItemKind(item.kind), item.versions[0].key),
            form=ConfirmForm(),
            **_names(),
        )


@bp.route("/<uuid:item_id>/edit", methods=["GET", "POST"])
@requires(Permission.ITEM_EDIT)
def edit(item_id: UUID) -> str | Response:
    with reading() as session:
        item = queries.item(session, item_id)
        before = queries.draft_of(item, item.versions[0])
    form = _form_of(before)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                item = queries.item(session, item_id)
                version = operations.revise_item(session, item, _draft_of(form, before), current_user.actor)
            flash(_("已存为第 %(number)s 版，此后组卷用新版本。", number=version.number), "success")
            return redirect(url_for(".show", item_id=item_id))
        except DomainError as error:
            form.refuse(error)
    return render_template("questions/edit.html", form=form, item=item, **_names())


@bp.post("/<uuid:item_id>/retire")
@requires(Permission.ITEM_EDIT)
def retire(item_id: UUID) -> Response:
    with transaction() as session:
        item = queries.item(session, item_id)
        operations.retire_item(session, item, current_user.actor)
    flash(_("已停用 %(code)s，此后组卷不再抽取。", code=item.code), "success")
    return redirect(url_for(".show", item_id=item_id))


@bp.post("/<uuid:item_id>/restore")
@requires(Permission.ITEM_EDIT)
def restore(item_id: UUID) -> Response:
    with transaction() as session:
        item = queries.item(session, item_id)
        operations.restore_item(session, item, current_user.actor)
    flash(_("已恢复启用 %(code)s。", code=item.code), "success")
    return redirect(url_for(".show", item_id=item_id))


def _wanted() -> ItemFilter:
    return ItemFilter(
        text=request.args.get("text", "").strip(),
        kind=_chosen(ItemKind, "kind"),
        subject=_chosen(Subject, "subject"),
        state=_chosen(ItemState, "state"),
    )


def _chosen(words: type[Word], name: str) -> Word | None:
    value = request.args.get(name, "")
    return words(value) if value in list(words) else None


def _names() -> dict[str, object]:
    return {"kinds": KIND_NAMES, "subjects": SUBJECT_NAMES, "states": STATE_NAMES}


def _form_of(before: ItemDraft) -> ItemForm:
    form = ItemForm(
        subject=before.subject,
        stem=before.stem,
        key=written_key(before.kind, before.key),
        law=before.law,
        article=before.article,
        explanation=before.explanation,
        **{f"option_{letter.lower()}": text for letter, text in zip(OPTION_LETTERS, before.options, strict=False)},
    )
    form.subject.choices = [(str(subject), text) for subject, text in SUBJECT_NAMES.items()]
    is_verdict = before.kind is ItemKind.TRUE_FALSE
    form.key.description = _("填“对”或“错”。") if is_verdict else _("填正确选项的字母，如 B 或 ABD。")
    return form


def _draft_of(form: ItemForm, before: ItemDraft) -> ItemDraft:
    is_verdict = before.kind is ItemKind.TRUE_FALSE
    draft = ItemDraft(
        code=before.code,
        kind=before.kind,
        subject=Subject(form.subject.data),
        stem=form.stem.data or "",
        options=before.options if is_verdict else tuple(field.data or "" for field in form.options),
        key=parsed_key(before.kind, form.key.data or ""),
        law=form.law.data or "",
        article=form.article.data or "",
        explanation=form.explanation.data or "",
    )
    return tidied(draft)

"""Pages of blueprints: how papers are made up, and whether the bank can fill them."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from core.access import requires
from core.db import reading, transaction
from core.errors import DomainError
from core.texts import lazy_gettext as _
from exam.blueprints import (
    MULTIPLE_RULE_NAMES,
    BlueprintDraft,
    MultipleRule,
    reason_of,
    subject_name,
    total_items,
    total_marks,
)
from exam.forms.sittings import OFFERED_ROWS, BlueprintForm
from exam.operations import planning
from exam.queries import planning as queries
from people.permissions import Permission
from questions.kinds import KIND_NAMES

bp = Blueprint("blueprints", __name__, url_prefix="/blueprints")


@bp.get("/")
@requires(Permission.EXAM_PLAN)
def index() -> str:
    with reading() as session:
        rows = [(row, queries.cells_of(row)) for row in queries.blueprints(session)]
        return render_template(
            "exam/blueprints.html", rows=[(row, total_items(cells), total_marks(cells)) for row, cells in rows]
        )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.EXAM_PLAN)
def new() -> str | Response:
    form = _form()
    if form.validate_on_submit():
        try:
            draft = BlueprintDraft(
                form.title.data,
                form.drafted_cells(),
                form.duration_minutes.data,
                form.cut_score.data,
                MultipleRule(form.multiple_rule.data),
            )
            with transaction() as session:
                blueprint = planning.define_blueprint(session, draft, current_user.actor)
            flash(_("已新建组卷方案“%(title)s”。", title=blueprint.title), "success")
            return redirect(url_for(".show", blueprint_id=blueprint.id))
        except DomainError as error:
            form.refuse(error)
    return render_template("exam/blueprint_new.html", form=form)


@bp.get("/<uuid:blueprint_id>")
@requires(Permission.EXAM_READ)
def show(blueprint_id: UUID) -> str:
    with reading() as session:
        blueprint = queries.blueprint(session, blueprint_id)
        cells = queries.cells_of(blueprint)
        return render_template(
            "exam/blueprint.html",
            blueprint=blueprint,
            cells=cells,
            items=total_items(cells),
            marks=total_marks(cells),
            reasons=[reason_of(one) for one in queries.blueprint_shortages(session, blueprint)],
            kinds=KIND_NAMES,
            subject_name=subject_name,
            multiple_rules=MULTIPLE_RULE_NAMES,
        )


def _form() -> BlueprintForm:
    draft = planning.default_blueprint()
    rows = [
        {"kind": str(cell.kind), "subject": "", "item_count": cell.item_count, "marks_each": cell.marks_each}
        for cell in draft.cells
    ]
    blanks: list[dict[str, object]] = [{} for _row in range(OFFERED_ROWS - len(rows))]
    return BlueprintForm(cells=[*rows, *blanks], duration_minutes=draft.duration_minutes, cut_score=draft.cut_score)

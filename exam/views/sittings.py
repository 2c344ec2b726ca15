"""Pages of sittings: planning one, its list of candidates, opening and closing it."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import clock
from core.access import requires
from core.db import reading, transaction
from core.errors import DomainError
from core.import_flow import register_import
from core.queries import audit_of
from core.texts import Text, lazy_gettext as _
from exam.accommodations import ACCOMMODATION_NAMES
from exam.forms.sittings import ConfirmForm, HandInFileForm, SittingForm, StandingForm
from exam.models.planning import Candidate, Sitting
from exam.operations import closing, planning
from exam.operations.planning import CANDIDATES
from exam.operations.unit_registration import register_own_people
from exam.queries import planning as queries, registration
from exam.queries.accommodations import granted_to
from exam.queries.corrections import changed_since, proposed_count
from exam.queries.make_ups import eligible_for_make_up, first_sittings
from exam.queries.papers import paper_counts
from exam.queries.pass_lists import pass_list_of, publishing_facts
from exam.queries.planning import CandidateFilter, ListCounts, Progress
from exam.queries.score_checks import open_count
from exam.registration import (
    reasons_against_applicant,
    reasons_against_leaving,
    reasons_against_list,
    reasons_against_unit,
)
from exam.sittings import (
    PHASE_NAMES,
    Phase,
    Window,
    phase_of,
    reasons_against_closing,
    reasons_against_opening,
    reasons_against_publishing,
)
from exam.states import (
    FINISH_NAMES,
    OUTCOME_NAMES,
    SHORTFALL_NAMES,
    SITTING_KIND_NAMES,
    STANDING_NAMES,
    Outcome,
    SittingKind,
    SittingState,
    Standing,
)
from people.permissions import Permission
from people.queries import OfficerFilter, organisations
from training.models import Course
from training.queries import courses

bp = Blueprint("sittings", __name__, url_prefix="/sittings")
register_import(bp, "/import", CANDIDATES, Permission.EXAM_PLAN)

PROGRESS_NAMES: dict[Progress, Text] = {
    Progress.NOT_STARTED: _("未开始"),
    Progress.ANSWERING: _("作答中"),
    Progress.PAUSED: _("已暂停"),
    Progress.HANDED_IN: _("已交卷"),
}
STANDING_VERBS: dict[Standing, tuple[Text, Callable[..., None]]] = {
    Standing.EXEMPT: (_("免考"), planning.exempt_candidate),
    Standing.WITHDRAWN: (_("退出"), planning.withdraw_candidate),
    Standing.REGISTERED: (_("恢复应参加"), planning.reinstate_candidate),
}


@bp.get("/")
@requires(Permission.EXAM_READ)
def index() -> str:
    with reading() as session:
        rows = queries.sittings(session)
        return render_template(
            "exam/sittings.html",
            rows=[(row, _phase(row)) for row in rows],
            phases=PHASE_NAMES,
            kinds=SITTING_KIND_NAMES,
            checks=open_count(session) if current_user.may(Permission.EXAM_PLAN) else 0,
            counts=queries.list_counts(session, current_user.scope),
            nobody=ListCounts(),
        )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.EXAM_PLAN)
def new() -> str | Response:
    with reading() as session:
        form = _sitting_form(session)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                sitting = planning.plan_sitting(session, _sitting_of(session, form), current_user.actor)
            flash(_("已新建考试“%(title)s”，请登记考生。", title=sitting.title), "success")
            return redirect(url_for(".show", sitting_id=sitting.id))
        except DomainError as error:
            form.refuse(error)
    return render_template("exam/sitting_new.html", form=form)


@bp.get("/<uuid:sitting_id>")
@requires(Permission.EXAM_READ)
def show(sitting_id: UUID) -> str:
    wanted = _wanted()
    with reading() as session:
        sitting = queries.sitting(session, sitting_id)
        number = request.args.get("page", 1, type=int)
        return render_template(
            "exam/sitting.html",
            sitting=sitting,
            phase=_phase(sitting),
            phases=PHASE_NAMES,
            course=session.get(Course, sitting.course_id) if sitting.course_id else None,
            counts=queries.list_counts(session, current_user.scope, sitting.id).get(sitting.id, ListCounts()),
            page=queries.candidates(session, sitting.id, current_user.scope, wanted, number),
            units=queries.units_of(session, sitting.id, current_user.scope),
            wanted=wanted,
            standings=STANDING_NAMES,
            progresses=PROGRESS_NAMES,
            outcomes=OUTCOME_NAMES,
            **_follow_up(session, sitting),
            list_reasons=_list_reasons(sitting),
            reasons=_step_reasons(session, sitting),
            confirm=ConfirmForm(formdata=None),
        )


@bp.post("/<uuid:sitting_id>/open")
@requires(Permission.EXAM_PLAN)
def open_doors(sitting_id: UUID) -> Response:
    with transaction() as session:
        sitting = queries.sitting(session, sitting_id)
        planning.open_sitting(session, sitting, current_user.actor)
    flash(_("“%(title)s”已开放，考生到时即可进入。", title=sitting.title), "success")
    return redirect(url_for(".show", sitting_id=sitting_id))


@bp.post("/<uuid:sitting_id>/close")
@requires(Permission.EXAM_PLAN)
def close(sitting_id: UUID) -> Response:
    with transaction() as session:
        sitting = queries.sitting(session, sitting_id)
        closing.close_sitting(session, sitting, current_user.actor)
    flash(_("“%(title)s”已结束，成绩已确定。", title=sitting.title), "success")
    return redirect(url_for("results.show", sitting_id=sitting_id))


@bp.get("/<uuid:sitting_id>/register")
@requires(Permission.CANDIDATE_REGISTER)
def register(sitting_id: UUID) -> str:
    text, own_id = request.args.get("text", "").strip(), current_user.scope.organisation_id
    wanted = OfficerFilter(text=text, organisation_id=own_id or request.args.get("organisation", type=UUID))
    with reading() as session:
        sitting = queries.sitting(session, sitting_id)
        is_asked = bool(wanted.text or wanted.organisation_id)
        people = registration.unregistered_officers(session, sitting.id, wanted) if is_asked else []
        facts = registration.applicant_facts(session, sitting.id, people)
        return render_template(
            "exam/register.html",
            sitting=sitting,
            wanted=wanted,
            is_asked=is_asked,
            units=organisations(session, current_user.scope),
            people=[(one, reasons_against_applicant(fact)) for one, fact in zip(people, facts, strict=True)],
            limit=registration.MOST_OFFERED,
            passed=registration.passed_before(session, people),
            list_reasons=_list_reasons(sitting) or _unit_reasons(sitting),
            form=ConfirmForm(),
        )


@bp.post("/<uuid:sitting_id>/register")
@requires(Permission.CANDIDATE_REGISTER)
def register_ticked(sitting_id: UUID) -> Response:
    ticked = request.form.getlist("officer", type=UUID)
    if not ticked:
        flash(_("没有勾选人员，请先勾选要登记的人员。"), "warning")
        unit, text = request.args.get("organisation"), request.args.get("text")
        return redirect(url_for(".register", sitting_id=sitting_id, organisation=unit, text=text))
    with transaction() as session:
        sitting = queries.sitting(session, sitting_id)
        officers = registration.officers_by_ids(session, ticked)
        count = register_own_people(session, sitting, officers, current_user._get_current_object())
    flash(_("已登记 %(count)s 名考生。", count=count), "success")
    return redirect(url_for(".show", sitting_id=sitting_id))


@bp.post("/<uuid:sitting_id>/register-make-up")
@requires(Permission.EXAM_PLAN)
def register_make_up(sitting_id: UUID) -> Response:
    with transaction() as session:
        sitting = queries.sitting(session, sitting_id)
        count = planning.register_for_make_up(session, sitting, current_user.actor)
    flash(_("已登记 %(count)s 名考生。", count=count), "success")
    return redirect(url_for(".show", sitting_id=sitting_id))


@bp.get("/<uuid:sitting_id>/candidates/<uuid:candidate_id>")
@requires(Permission.EXAM_READ)
def candidate(sitting_id: UUID, candidate_id: UUID) -> str:
    with reading() as session:
        found = queries.candidate(session, sitting_id, candidate_id, current_user.scope)
        return _candidate_page(session, found, _standing_form(found))


@bp.post("/<uuid:sitting_id>/candidates/<uuid:candidate_id>")
@requires(Permission.EXAM_PLAN)
def change_standing(sitting_id: UUID, candidate_id: UUID) -> str | Response:
    with transaction() as session:
        found = queries.candidate(session, sitting_id, candidate_id, current_user.scope)
        form = _standing_form(found)
        if form.validate_on_submit():
            try:
                name, change = STANDING_VERBS[Standing(form.standing.data)]
                change(session, found, form.reason.data, current_user.actor)
                flash(_("已为 %(name)s 办理：%(verb)s。", name=found.officer.name, verb=name), "success")
                return redirect(url_for(".candidate", sitting_id=sitting_id, candidate_id=candidate_id))
            except DomainError as error:
                form.refuse(error)
        return _candidate_page(session, found, form)


def _candidate_page(session: Session, found: Candidate, form: StandingForm) -> str:
    sitting = queries.sitting(session, found.sitting_id)
    return render_template(
        "exam/candidate.html",
        sitting=sitting,
        candidate=found,
        record=queries.candidate_record(session, found),
        facts=queries.candidate_facts(session, found),
        required=queries.required_hours(session, sitting),
        standings=STANDING_NAMES,
        progresses=PROGRESS_NAMES,
        outcomes=OUTCOME_NAMES,
        shortfalls=SHORTFALL_NAMES,
        finishes=FINISH_NAMES,
        granted=granted_to(session, found.id),
        accommodations=ACCOMMODATION_NAMES,
        upload=HandInFileForm(formdata=None),
        history=[entry for entry in audit_of(session, found.id) if "reason" in entry.detail],
        reasons=_list_reasons(sitting) or _leaving_reasons(session, found),
        form=form,
    )


def _follow_up(session: Session, sitting: Sitting) -> dict[str, object]:
    """Return what stands around a sitting: its first one, its papers, its list and what changed since."""
    pass_list = pass_list_of(session, sitting.id)
    is_planner = current_user.may(Permission.EXAM_PLAN)
    is_make_up = sitting.kind == SittingKind.MAKE_UP
    return {
        "kinds": SITTING_KIND_NAMES,
        "first": session.get(Sitting, sitting.first_sitting_id) if sitting.first_sitting_id else None,
        "eligible": len(eligible_for_make_up(session, sitting)) if is_planner and is_make_up else 0,
        "papers": paper_counts(session, sitting.id),
        "pass_list": pass_list,
        "changed": changed_since(session, pass_list) if pass_list else (0, 0),
        "proposals": proposed_count(session, sitting.id) if is_planner else 0,
    }


def _wanted() -> CandidateFilter:
    args = request.args
    return CandidateFilter(
        text=args.get("text", "").strip(),
        organisation_id=args.get("organisation", type=UUID),
        standing=args.get("standing", type=Standing),
        progress=args.get("progress", type=Progress),
        outcome=args.get("outcome", type=Outcome) if current_user.may(Permission.RESULT_READ) else None,
    )


def _step_reasons(session: Session, sitting: Sitting) -> dict[str, list[Text]]:
    """Return why each step cannot be taken now, for whoever may take it."""
    if not current_user.may(Permission.EXAM_PLAN):
        return {}
    now = clock.now()
    steps = {
        "open": reasons_against_opening(queries.opening_facts(session, sitting), now),
        "close": reasons_against_closing(queries.closing_facts(session, sitting, now), now),
        "publish": reasons_against_publishing(publishing_facts(session, sitting)),
    }
    return {step: [reason.text for reason in reasons] for step, reasons in steps.items()}


def _list_reasons(sitting: Sitting) -> list[Text]:
    return [reason.text for reason in reasons_against_list(queries.list_facts(sitting), clock.now())]


def _unit_reasons(sitting: Sitting) -> list[Text]:
    """Return why a unit, unlike the city's office, cannot put people on the list."""
    if current_user.scope.organisation_id is None:
        return []
    return [one.text for one in reasons_against_unit(SittingKind(sitting.kind), sitting.opens_at, clock.now())]


def _leaving_reasons(session: Session, found: Candidate) -> list[Text]:
    if found.standing != Standing.REGISTERED:
        return []
    facts = queries.standing_facts(session, found)
    return [reason.text for reason in reasons_against_leaving(facts)]


def _phase(sitting: Sitting) -> Phase:
    window = Window(sitting.opens_at, sitting.closes_at)
    return phase_of(SittingState(sitting.state), window, clock.now())


def _sitting_form(session: Session) -> SittingForm:
    form = SittingForm()
    named = [(str(row.id), row.title) for row in first_sittings(session)]
    form.first_sitting.choices = [("", _("（不是补考）")), *named]
    form.blueprint.choices = [(str(row.id), row.title) for row in queries.blueprints(session)]
    listed = [(str(row.id), row.title) for row in courses(session)]
    form.course.choices = [*listed, ("", _("不要求学时"))]
    return form


def _sitting_of(session: Session, form: SittingForm) -> Sitting:
    blueprint = queries.blueprint(session, UUID(form.blueprint.data))
    kind = SittingKind(form.kind.data)
    asks_hours = form.course.data and kind is not SittingKind.MOCK
    return Sitting(
        title=form.title.data,
        kind=kind,
        first_sitting_id=UUID(form.first_sitting.data) if form.first_sitting.data else None,
        blueprint=blueprint,
        blueprint_id=blueprint.id,
        course_id=UUID(form.course.data) if asks_hours else None,
        opens_at=_instant(form.opens_at.data),
        closes_at=_instant(form.closes_at.data),
        grace_seconds=form.grace_seconds.data,
        leave_limit=form.leave_limit.data,
        check_days=form.check_days.data,
    )


def _instant(wall: datetime) -> datetime:
    return clock.at_city_time(wall.date(), wall.hour, wall.minute)


def _standing_form(found: Candidate) -> StandingForm:
    form = StandingForm()
    is_due = found.standing == Standing.REGISTERED
    offered = (Standing.EXEMPT, Standing.WITHDRAWN) if is_due else (Standing.REGISTERED,)
    form.standing.choices = [(str(one), STANDING_VERBS[one][0]) for one in offered]
    return form

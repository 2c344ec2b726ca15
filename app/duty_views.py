"""Pages of open duties: a unit's own or all units', a card for what is overdue, the mails that were sent."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.duties import duties_within, path_of, requirement_of, words_of
from app.languages import LANGUAGES
from core import clock
from core.access import requires
from core.db import reading, transaction
from core.errors import DomainError, NotFoundError
from core.mail import mail_server
from core.paging import Page, page_among
from core.texts import Text, lazy_gettext as _
from exam.duties import DUTY_NAMES, Duty, DutyKind
from exam.forms.duties import CardForm
from exam.models.duties import SupervisionCard
from exam.operations.supervision import issue_card
from exam.queries.due_days import due_day
from exam.queries.reminders import reminders
from exam.queries.supervision import open_cards_by_duty
from exam.reminders import REMINDER_STATE_NAMES, named_again
from exam.supervision import CARD, CardDraft
from people.models import Organisation
from people.permissions import Permission
from people.queries import organisation, organisations
from people.scope import Scope

bp = Blueprint("duties", __name__, url_prefix="/duties")
CARD_DAYS = 5


@dataclass(frozen=True)
class ShownDuty:
    """One duty as a page shows it; ``card`` is the open supervision card that was issued for it."""

    duty: Duty
    unit: Organisation
    words: Text
    path: str
    is_overdue: bool
    card: SupervisionCard | None


def shown_duties(session: Session, scope: Scope, now: datetime) -> list[ShownDuty]:
    """Return what the units within the scope have open, as pages show it, by date."""
    units = {one.id: one for one in organisations(session, scope)}
    cards = open_cards_by_duty(session, scope)
    return [
        ShownDuty(
            duty=duty,
            unit=units[duty.organisation_id],
            words=words_of(duty),
            path=path_of(duty),
            is_overdue=duty.is_overdue(now),
            card=cards.get((duty.organisation_id, duty.key)),
        )
        for duty in duties_within(session, scope, now)
        if duty.organisation_id in units
    ]


@bp.get("/")
@requires(Permission.DUTY_READ)
def index() -> str:
    unit_id, kind = request.args.get("organisation", type=UUID), request.args.get("kind", "")
    is_overdue = request.args.get("overdue") == "yes"
    with reading() as session:
        if unit_id is not None:
            organisation(session, unit_id, current_user.scope)
        found = shown_duties(session, current_user.scope, clock.now())
        rows = [
            one
            for one in found
            if unit_id in (None, one.unit.id) and kind in ("", one.duty.kind) and (one.is_overdue or not is_overdue)
        ]
        return render_template(
            "app/duties.html",
            page=_page_of(rows),
            all=found,
            overdue=sum(one.is_overdue for one in found),
            units=organisations(session, current_user.scope),
            behind={one.unit.id for one in found if one.is_overdue},
            unit_id=unit_id,
            kind=kind,
            is_overdue=is_overdue,
            kinds=DUTY_NAMES,
            card_words=CARD.words,
            has_mail=mail_server() is not None,
        )


@bp.route("/supervise", methods=["GET", "POST"])
@requires(Permission.SUPERVISION_ISSUE)
def supervise() -> str | Response:
    form = CardForm()
    with reading() if request.method == "GET" else transaction() as session:
        unit, duty = _overdue_duty(session)
        if form.validate_on_submit():
            try:
                identity = current_user._get_current_object()
                card = issue_card(session, unit, _draft_of(form, duty), identity)
                flash(_("已向%(unit)s发出督办卡，编号%(number)s。", unit=unit.name, number=card.number), "success")
                return redirect(url_for("supervision.show", card_id=card.id))
            except DomainError as error:
                form.refuse(error)
        elif request.method == "GET":
            _suggest(session, form, duty)
        return render_template("app/supervise.html", unit=unit, duty=duty, words=words_of(duty), form=form)


@bp.get("/reminders")
@requires(Permission.DUTY_READ)
def mails() -> str:
    with reading() as session:
        page = reminders(session, current_user.scope, request.args.get("page", 1, type=int))
        return render_template(
            "app/reminders.html",
            page=page,
            named={one.id: [named_again(duty) for duty in one.duties] for one in page.rows},
            words_of=words_of,
            states=REMINDER_STATE_NAMES,
            server=mail_server(),
        )


def _page_of(rows: list[ShownDuty]) -> Page[ShownDuty]:
    return page_among(rows, request.args.get("page", 1, type=int))


def _overdue_duty(session: Session) -> tuple[Organisation, Duty]:
    """Return the unit and the duty that the address names, which must be open and overdue still."""
    unit_id = request.args.get("organisation", type=UUID)
    if unit_id is None:
        raise NotFoundError
    unit = organisation(session, unit_id, current_user.scope)
    now = clock.now()
    for duty in duties_within(session, Scope(unit.id), now):
        is_asked = duty.key == request.args.get("duty") and duty.kind is not DutyKind.CARD
        if is_asked and duty.is_overdue(now):
            return unit, duty
    raise NotFoundError(_("这项工作已经办完，或者没有逾期，不用督办。请返回待办事项查看。"))


def _suggest(session: Session, form: CardForm, duty: Duty) -> None:
    """Begin the card in Chinese whatever language the page is in: so the paper is."""
    with force_locale(LANGUAGES["zh"]):
        form.matter.data = str(_("%(matter)s。", matter=words_of(duty)))
        form.requirement.data = str(requirement_of(duty))
    form.due_on.data = due_day(session, clock.today(), CARD_DAYS)


def _draft_of(form: CardForm, duty: Duty) -> CardDraft:
    return CardDraft(
        matter=form.matter.data or "",
        requirement=form.requirement.data or "",
        owner_name=form.owner_name.data or "",
        owner_post=form.owner_post.data or "",
        due_on=form.due_on.data,
        duty_key=duty.key,
    )

"""Pages of the working-day calendar: the years that were entered, and bringing in a further one."""

from flask import Blueprint, render_template, request

from core import clock
from core.access import requires
from core.calendars import CALENDAR, calendar_years, days_of_year, working_calendar
from core.db import reading
from core.import_flow import register_import
from people.permissions import Permission

bp = Blueprint("working_days", __name__, url_prefix="/working-days")
register_import(bp, "/import", CALENDAR, Permission.CALENDAR_EDIT)


@bp.get("/")
@requires(Permission.CALENDAR_EDIT)
def index() -> str:
    this_year = clock.today().year
    with reading() as session:
        years = calendar_years(session)
        entered = [one.year for one in years]
        year = request.args.get("year", this_year if this_year in entered else max(entered, default=0), type=int)
        calendar = working_calendar(session)
        days = days_of_year(session, year) if year in entered else []
        return render_template(
            "exam/working_days.html",
            years=years,
            year=year,
            days=days,
            deviating=[one for one in days if calendar.deviates(one.day)],
            missing=[one for one in (this_year, this_year + 1) if one not in entered],
        )

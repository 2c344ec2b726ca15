"""Build the application: settings, database, door, pages, errors."""

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect

from app import duty_views, log_api, log_pages, views
from app.errors import answer_errors
from app.filters import add_filters
from app.guard import keep_the_door
from app.headers import send_headers
from app.languages import is_english, speak
from app.logs import configure_logs
from app.lookup_door import LookupDoor
from app.navigation import places, upkeep
from app.proxies import BehindProxies
from app.reminding import set_up_reminders
from app.save_door import SaveDoor
from app.settings import ROOT, Settings
from certificates import api as lookup_api
from certificates.operations.signers import use_signing_place
from certificates.views import (
    badges,
    bulk,
    clean_up,
    credentials,
    doubts,
    lookup,
    photos,
    portals,
    recorders,
    registers,
    verify,
)
from core import clock
from core.db import connect, reading
from core.mail import use_mail_server
from core.sealing import matching_digest, use_keys
from exam import api as exam_api
from exam.views import (
    accommodations,
    acts,
    blueprints,
    board,
    circular_drafts,
    circulars,
    corrections,
    draws,
    exemptions,
    held,
    list_files,
    mocks,
    non_completion,
    objections,
    pass_lists,
    preparation,
    publishing,
    receipts,
    results,
    room,
    rooms,
    score_checks,
    sittings,
    snapshots,
    supervision,
    working_days,
)
from people.permissions import ROLE_NAMES
from people.queries import has_demo_officers
from people.views import accounts, officers, organisations
from questions import views as question_views
from training import views as training_views

MAX_UPLOAD = 11 * 1024 * 1024
BLUEPRINTS = (
    views.bp,
    accounts.bp,
    organisations.bp,
    officers.bp,
    training_views.bp,
    question_views.bp,
    blueprints.bp,
    sittings.bp,
    board.bp,
    acts.bp,
    held.bp,
    rooms.bp,
    accommodations.bp,
    room.bp,
    exam_api.bp,
    results.bp,
    non_completion.bp,
    preparation.bp,
    supervision.bp,
    duty_views.bp,
    pass_lists.bp,
    snapshots.bp,
    circulars.bp,
    circular_drafts.bp,
    list_files.bp,
    publishing.bp,
    objections.bp,
    exemptions.bp,
    working_days.bp,
    corrections.bp,
    score_checks.bp,
    draws.bp,
    receipts.bp,
    mocks.bp,
    credentials.bp,
    bulk.bp,
    photos.bp,
    recorders.bp,
    lookup.bp,
    lookup_api.bp,
    doubts.bp,
    portals.bp,
    registers.bp,
    verify.bp,
    badges.bp,
    clean_up.bp,
    log_pages.bp,
    log_api.bp,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application over the database that the settings name."""
    settings = settings or Settings()
    configure_logs()
    use_keys(settings.secret_bytes)
    connect(settings.database)
    use_mail_server(settings.mail_server)
    use_signing_place(settings.signing_place)
    set_up_reminders(settings.address, settings.reminder_days)
    app = Flask("app", root_path=str(ROOT / "app"), template_folder=str(ROOT / "templates"))
    app.config.update(
        SECRET_KEY=matching_digest("session cookie"),
        MAX_CONTENT_LENGTH=MAX_UPLOAD,
        PUBLIC_URL=settings.address,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.address.startswith("https://"),
        BOOTSTRAP_SERVE_LOCAL=True,
        WTF_CSRF_TIME_LIMIT=None,
    )
    _assemble(app)
    app.wsgi_app = SaveDoor(app)  # type: ignore[method-assign]
    app.wsgi_app = LookupDoor(app)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        app.wsgi_app = BehindProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def _assemble(app: Flask) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    Bootstrap5(app)
    CSRFProtect(app).exempt(exam_api.bp)
    speak(app)
    keep_the_door(app)
    add_filters(app)
    answer_errors(app)
    send_headers(app)
    for bp in BLUEPRINTS:
        app.register_blueprint(bp)
    app.context_processor(_for_every_page)


def _for_every_page() -> dict[str, object]:
    with reading() as session:
        is_demo = has_demo_officers(session)
    return {
        "is_english": is_english(),
        "places": places(),
        "upkeep": upkeep(),
        "role_names": ROLE_NAMES,
        "now": clock.now(),
        "is_demo": is_demo,
    }

"""What every test may ask for: a fresh database, the application, and a browser per role."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.factory import create_app
from app.settings import Settings
from core import db
from core.sealing import use_keys
from people.permissions import Role
from tests.databases import Databases
from tests.factories import make_account, make_city
from tests.forms_browser import FormsBrowser

pytest_plugins = ["tests.browser", "tests.in_room"]
SECRET = "a secret for tests alone"
use_keys(SECRET.encode())
# A shared machine is slow at times, so no example has a deadline; where a run must tell the same twice, it does.
hypothesis.settings.register_profile("everywhere", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("everywhere")


@pytest.fixture(autouse=True)
def own_keys() -> None:
    """Every test seals with the tests' own keys, whatever another left in this process."""
    use_keys(SECRET.encode())


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    with Databases(tmp_path_factory.mktemp("databases")) as made:
        yield made


@pytest.fixture
def database(databases: Databases) -> Iterator[db.Database]:
    with databases.fresh() as url:
        yield db.connect(url)
        db.disconnect()


@pytest.fixture
def session(database: db.Database) -> Iterator[Session]:
    with db.transaction() as session:
        yield session


@pytest.fixture
def settings(database: db.Database, tmp_path: Path) -> Settings:
    return Settings(DATABASE_URL=database.url, CHIZHENG_SECRET=SECRET, CHIZHENG_VAR=tmp_path)


@pytest.fixture
def app(settings: Settings) -> Flask:
    app = create_app(settings)
    app.config["TESTING"] = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def browser(app: Flask) -> FormsBrowser:
    """A browser nobody has signed in with."""
    return FormsBrowser(app)


@pytest.fixture
def signed_in(app: Flask) -> Callable[[Role], FormsBrowser]:
    """A browser signed in as a new account of the role; below the city, of the organisation C01."""

    def open_browser(role: Role) -> FormsBrowser:
        browser = FormsBrowser(app)
        if role is Role.PUBLIC:
            return browser
        with db.transaction() as session:
            city = make_city(session)
            account = make_account(session, role, city.county)
        browser.sign_in(account)
        return browser

    return open_browser

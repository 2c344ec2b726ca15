"""A browser for pages without script: it submits the forms it finds, and checks each page it opens."""

from collections import Counter
from pathlib import PurePath
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.test import TestResponse

from people.models import Account

TEST_PASSWORD = "a long test password"


class FormsBrowser:
    """Opens pages, fills in forms, follows redirects; CSRF stays on."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.response: TestResponse
        self.page: BeautifulSoup

    def open(self, path: str, status: int = 200) -> BeautifulSoup:
        return self._arrive(self.client.get(path, follow_redirects=True), status)

    def fetch(self, path: str, status: int = 200) -> TestResponse:
        response = self.client.get(path)
        assert response.status_code == status, f"{path} answered {response.status_code}"
        return response

    def submit(
        self, values: dict[str, Any] | None = None, action: str | None = None, status: int = 200
    ) -> BeautifulSoup:
        """Submit the page's form (the one whose action ends so, where there are several)."""
        form = self._form(action)
        filled = {**_values_of(form), **(values or {})}
        path = str(form.get("action") or self.response.request.path)
        if str(form.get("method", "get")).lower() == "get":
            answer = self.client.get(path, query_string=filled, follow_redirects=True)
        else:
            answer = self.client.post(path, data=filled, follow_redirects=True, content_type=_encoding(form))
        return self._arrive(answer, status)

    def sign_in(self, account: Account) -> None:
        self.open("/sign-in")
        self.submit({"username": account.username, "password": TEST_PASSWORD}, action="")

    def text(self) -> str:
        main = self.page.find("main") or self.page
        return main.get_text(" ", strip=True)

    def link(self, text: str) -> str:
        for anchor in self.page.find_all("a"):
            if text in anchor.get_text():
                return str(anchor["href"])
        raise AssertionError(f"no link says {text!r}")

    def _form(self, action: str | None) -> Tag:
        main = self.page.find("main") or self.page
        for form in main.find_all("form"):
            if action is None or str(form.get("action") or "").endswith(action):
                return form
        raise AssertionError(f"no form for {action!r} on {self.response.request.path}")

    def _arrive(self, response: TestResponse, status: int) -> BeautifulSoup:
        self.response = response
        self.page = BeautifulSoup(response.get_data(as_text=True), "html.parser")
        assert response.status_code == status, (
            f"{response.request.path}: {response.status_code} {self.text()[:500]}"
        )
        if response.mimetype == "text/html":
            check_page(self.page, response.request.path)
        return self.page


def check_page(page: BeautifulSoup, path: str) -> None:
    """Hold a page to what every page owes its reader."""
    assert page.title is not None, f"{path} has no title"
    assert page.title.get_text(strip=True), f"{path} has an empty title"
    assert len(page.find_all("h1")) == 1, f"{path} has {len(page.find_all('h1'))} h1"
    doubled = [name for name, count in Counter(tag["id"] for tag in page.find_all(id=True)).items() if count > 1]
    assert not doubled, f"{path} repeats ids {doubled}"
    for control in page.select("input:not([type=hidden]):not([type=submit]), select, textarea"):
        labelled = page.find("label", attrs={"for": control.get("id")}) or control.get("aria-label")
        assert labelled, f"{path}: {control.get('name')} has no label"
    for tag in page.find_all(["script", "link", "img", "iframe"]):
        source = str(tag.get("src") or tag.get("href") or "")
        assert "//" not in source, f"{path} loads {source} from elsewhere"


def _values_of(form: Tag) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for control in form.find_all(["input", "select", "textarea"]):
        name, kind = control.get("name"), control.get("type", "text")
        if not name or kind in {"submit", "file", "button"}:
            continue
        if kind in {"checkbox", "radio"}:
            if control.has_attr("checked"):
                values[name] = control.get("value", "y")
        elif control.name == "select":
            chosen = control.find("option", selected=True) or control.find("option")
            values[name] = chosen.get("value", "") if chosen else ""
        else:
            values[name] = control.get_text() if control.name == "textarea" else control.get("value", "")
    return values


def _encoding(form: Tag) -> str:
    return str(form.get("enctype") or "application/x-www-form-urlencoded")


def file_field(path: PurePath, data: bytes) -> tuple[Any, str]:
    from io import BytesIO

    return BytesIO(data), path.name

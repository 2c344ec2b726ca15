"""A candidate in the exam room, who speaks to the server as the page does, without script."""

from sqlalchemy import select

from core.db import reading, transaction
from exam.marking import as_shown
from exam.models.room import Attempt, Paper
from exam.papers import entries_of
from people.models import Officer
from people.permissions import Role
from questions.queries import shown_versions
from tests.factories import make_account, make_candidate, make_city, make_sitting
from tests.forms_browser import FormsBrowser


class Candidacy:
    """A candidate at a browser, with another candidate in the same room."""

    def __init__(self, app, **sitting):
        with transaction() as session:
            county = make_city(session).county
            self.sitting = make_sitting(session, **sitting)
            self.account = make_account(session, Role.CANDIDATE, county)
            self.other = make_account(session, Role.CANDIDATE, county)
            self.candidate = self._register(session, self.account.officer_id)
            self._register(session, self.other.officer_id)
        self.browser = FormsBrowser(app)
        self.browser.sign_in(self.account)

    def _register(self, session, officer_id):
        return make_candidate(session, self.sitting, session.get_one(Officer, officer_id))

    def start(self):
        self.browser.open(f"/sittings/{self.sitting.id}/waiting")
        self.browser.submit(action="/start")
        with reading() as session:
            query = select(Attempt).where(Attempt.candidate_id == self.candidate.id)
            self.attempt = session.scalars(query).one()
        return self.browser.page

    @property
    def api(self):
        return f"/api/attempts/{self.attempt.id}"

    def open_place(self):
        """Open the room here, whoever has it."""
        answer = self.ask_for_place({"take_over": True})
        assert answer.status_code == 200, answer.text
        self.token = answer.json["token"]
        return answer.json

    def ask_for_place(self, body=None, token=""):
        headers = {"Attempt-Token": token} if token else {}
        return self.browser.client.post(f"{self.api}/places", json=body, headers=headers)

    def save(self, *given, token=None, status=200):
        body = {"responses": [{"seq": seq, "place": place, "choice": choice} for seq, place, choice in given]}
        return self.post(body, token or self.token, status)

    def time(self, token=None, query=""):
        headers = {"Attempt-Token": token or self.token}
        return self.browser.client.get(f"{self.api}/time{query}", headers=headers)

    def leave(self, body, token=None):
        headers = {"Attempt-Token": token or self.token}
        return self.browser.client.post(f"{self.api}/leaves", json=body, headers=headers)

    def post(self, body, token, status):
        answer = self.browser.client.post(f"{self.api}/responses", json=body, headers={"Attempt-Token": token})
        assert answer.status_code == status, answer.text
        return answer.json

    def right_choices(self):
        with reading() as session:
            query = select(Paper.entries).where(Paper.candidate_id == self.candidate.id)
            entries = entries_of(session.scalars(query).one())
            versions = shown_versions(session, [entry.version_id for entry in entries])
        return [as_shown(entry.order, versions[entry.version_id].key) for entry in entries]

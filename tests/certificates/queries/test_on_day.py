import hashlib
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import delete, select, update

from certificates.acts import ActKind, Warrant
from certificates.life import Authority
from certificates.models import Credential, CredentialAct, Qualification
from certificates.operations import life_acts, life_cards
from certificates.operations.credentials import cancel_credential, issue_for_pass_list
from certificates.queries.on_day import on_day, on_day_of, statement_of_act
from certificates.states import CredentialStatus, QualificationState
from core import clock
from core.audit import Actor
from core.errors import DomainError, InvalidError, NotFoundError
from core.models import LogEntry
from core.signing import public_key
from people.permissions import Role
from people.scope import CITY, Scope
from tests.factories import (
    ACTOR,
    make_account,
    make_city,
    make_credential,
    make_officer,
    make_pass_list,
)

URL = "http://localhost:8000"
START = date(2026, 3, 2)


def morning(days=0, hour=9):
    return clock.at_city_time(START + timedelta(days=days), hour)


def day(days=0):
    return START + timedelta(days=days)


def warrant(ground):
    return Warrant(ground, paper="×法治办〔2026〕8号", reason="经核实")


@pytest.fixture
def credential(session):
    """A credential issued on the first day, suspended on day 10 at three, lifted on day 20 at nine."""
    with clock.at(morning()):
        officer = make_officer(session, make_city(session).county)
        issue_for_pass_list(session, make_pass_list(session, [officer]), URL, ACTOR)
        one = session.scalars(select(Credential)).unique().one()
    with clock.at(morning(10, 15)):
        life_acts.suspend(session, one, warrant("M1"), day(60), ACTOR)
    with clock.at(morning(20)):
        life_acts.lift(session, one, warrant("L1"), ACTOR)
    with clock.at(morning(30)):
        yield one


def asked(session, one, days):
    session.expire_all()
    return on_day(session, one.cert_no, day(days), CITY)


@pytest.mark.parametrize(
    ("days", "authority"),
    [
        (-1, Authority.NO),
        (0, Authority.PART),
        (1, Authority.YES),
        (9, Authority.YES),
        (10, Authority.PART),
        (11, Authority.NO),
        (19, Authority.NO),
        (20, Authority.PART),
        (21, Authority.YES),
        (30, Authority.YES),
    ],
)
def test_every_past_day_is_answered_with_its_proof(session, credential, days, authority):
    found = asked(session, credential, days)
    assert (found.authority, found.is_proved, found.is_before) == (authority, True, False)


def test_the_proof_leads_from_what_was_said_then_to_the_signed_head(session, credential):
    [part] = asked(session, credential, 15).parts
    evidence = part.evidence
    assert part.span.status is CredentialStatus.SUSPENDED
    assert evidence.act.kind == ActKind.SUSPEND
    assert evidence.entry.digest == hashlib.sha256(evidence.statement.canonical).hexdigest()
    assert evidence.proof.holds(public_key())
    assert evidence.proof.leaf == evidence.entry.leaf
    said = statement_of_act(session, credential, evidence.act.number)
    assert said.suspended_until == day(60)


def test_an_act_taken_out_of_the_register_is_noticed(session, credential):
    suspension = CredentialAct.kind == ActKind.SUSPEND
    session.execute(delete(CredentialAct).where(suspension))
    found = asked(session, credential, 15)
    assert (found.authority, found.is_proved) == (Authority.YES, False)


@pytest.mark.parametrize(
    "changes",
    [{"state": "active", "suspended_until": None}, {"suspended_until": date(2026, 3, 13)}],
)
def test_an_act_changed_in_the_register_is_noticed(session, credential, changes):
    session.execute(update(CredentialAct).where(CredentialAct.kind == ActKind.SUSPEND).values(changes))
    assert not asked(session, credential, 15).is_proved


def test_an_entry_changed_in_the_log_is_noticed(session, credential):
    session.execute(update(LogEntry).where(LogEntry.subject_id == credential.id).values(digest="0" * 64))
    assert not asked(session, credential, 5).is_proved


def test_a_card_taken_over_is_not_answered_for_before_it_came_into_the_register(session):
    with clock.at(morning()):
        officer = make_officer(session, make_city(session).county)
        one = make_credential(session, officer, valid_from=day(-100))
        before, since = on_day_of(session, one, day(-1)), on_day_of(session, one, day())
    assert (before.authority, before.is_before, before.registered_on) == (Authority.NO, True, day())
    assert (since.authority, since.is_before) == (Authority.PART, False)


def test_a_day_to_come_a_reserved_number_and_another_units_card_are_not_answered_for(session, credential):
    with pytest.raises(InvalidError):
        on_day(session, credential.cert_no, day(31), CITY)
    with pytest.raises(NotFoundError):
        on_day(session, "99999999999", day(), CITY)
    with pytest.raises(NotFoundError):
        on_day(session, credential.cert_no, day(), Scope(make_city(session).department.id))
    reserved = make_credential(session, credential.officer, state="reserved")
    with pytest.raises(NotFoundError):
        on_day(session, reserved.cert_no, day(), CITY)


ENDS = ("extra", "cancel", "revoke")
# How often each is tried: what ends a life with credentials is rare.
OFTEN = {
    "list": 3,
    "suspend": 6,
    "extend": 4,
    "lift": 4,
    "void": 2,
    "reissue": 4,
    "extra": 1,
    "cancel": 1,
    "revoke": 1,
}


class Life:
    """Somebody's life with credentials, lived by chance: what the operations refuse does not happen."""

    def __init__(self, session, seed):
        self.session, self.random = session, Random(seed)
        self.days, self.hour = 0, 0
        with clock.at(morning()):
            city = make_city(session)
            self.units = [city.county, city.department]
            self.officer = make_officer(session, city.county)
            self.people = [Actor(make_account(session, Role.HR).id, name) for name in ("甲", "乙")]

    def live(self, count):
        for _each in range(count):
            self.days += self.random.choice([0, 0, 1, 2, 5, 30, 100])
            self.hour = min(self.hour + 1, 23) if self.random.random() < 0.5 else self.hour
            with clock.at(morning(self.days, self.hour)):
                self._act()

    def _act(self):
        verb = self.random.choices(list(OFTEN), list(OFTEN.values()))[0]
        cards = list(self.session.scalars(select(Credential).order_by(Credential.reserved_at)).unique())
        card = self.random.choice(cards[-2:]) if cards else None
        try:
            with self.session.begin_nested():
                self._do(verb, card)
        except DomainError:
            return

    def _do(self, verb, card):
        session, until = self.session, clock.today() + timedelta(days=self.random.randrange(91))
        if verb == "list":
            issue_for_pass_list(session, make_pass_list(session, [self.officer]), URL, ACTOR)
        elif card is None:
            return
        elif verb == "suspend":
            life_acts.suspend(session, card, warrant("M1"), until, ACTOR)
        elif verb == "extend":
            life_acts.extend(session, card, warrant("E1"), until + timedelta(days=30), ACTOR)
        elif verb == "lift":
            life_acts.lift(session, card, warrant("L1"), ACTOR)
        elif verb == "void":
            life_acts.void(session, card, warrant("D2"), ACTOR)
        elif verb == "cancel":
            cancel_credential(session, card, "O3", ACTOR)
        elif verb == "extra":
            cancel_credential(session, card, "D1", ACTOR)
        elif verb == "revoke":
            proposal = life_acts.propose_revocation(session, card, warrant("M4"), self.people[0])
            life_acts.approve_revocation(session, proposal, self.people[1])
        elif verb == "reissue":
            life_cards.reissue(session, card, Warrant("R2"), URL, ACTOR)


def answers(life, until):
    """Return what is answered for every day of a life up to one, by card and day."""
    life.session.expire_all()
    cards = list(life.session.scalars(select(Credential)).unique())
    days = sorted(life.random.sample(range(-3, until), min(40, until + 3)))
    return {(one.cert_no, number): on_day_of(life.session, one, day(number)) for one in cards for number in days}


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_past_answers_stay_and_nobody_is_authorised_without_qualification_and_card(session, seed):
    life = Life(session, seed)
    life.live(25)
    before = life.days
    with clock.at(morning(life.days + 1)):
        earlier = answers(life, before)
    life.days += 1
    life.live(25)
    with clock.at(morning(life.days + 1)):
        for (number, days), answer in earlier.items():
            again = on_day(session, number, day(days), CITY)
            assert (again.answer, again.is_proved) == (answer.answer, answer.is_proved)
            assert again.is_proved
        person = session.get(Qualification, life.officer.id)
        today = [on_day_of(session, one, clock.today()) for one in session.scalars(select(Credential)).unique()]
    if person is None or person.state == QualificationState.DISQUALIFIED:
        assert all(one.authority is Authority.NO for one in today)
    for one in [*earlier.values(), *today]:
        for span in one.answer.spans:
            if span.authorises:
                assert span.status is CredentialStatus.VALID
                assert span.step.standing.qualification is QualificationState.QUALIFIED
    assert sum(one.authority is not Authority.NO for one in today) <= 1

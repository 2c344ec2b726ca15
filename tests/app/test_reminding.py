"""Mails about open duties over a real SMTP server: at most one a day, never twice, tried again when refused."""

from datetime import date, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from app import reminding
from app.reminding import JOB, look_for_reminders, planned, set_up_reminders
from core import clock, jobs
from core.db import reading, transaction
from core.mail import MailServer, Security, use_mail_server
from core.models import Job
from exam.models.duties import Reminder
from exam.models.planning import Candidate, Sitting
from exam.operations.closing import close_sitting
from exam.operations.reminders import reserve_reminder
from exam.reminders import LOST_AFTER, MOST_TRIES, RETRY_AFTER, ReminderState
from people.mail_addresses import MailLanguage
from people.models import Account
from people.permissions import Role
from tests.browser import free_port
from tests.factories import ACTOR, make_account, make_candidate, make_city, make_officer, make_sitting
from tests.post_office import PostOffice

DAY = timedelta(days=1)
MONDAY = clock.at_city_time(date(2026, 3, 2), 9)
OVERDUE = MONDAY + 8 * DAY


@pytest.fixture
def office():
    with PostOffice() as made:
        use_mail_server(at(made.port))
        set_up_reminders("https://exam.example.cn", 3)
        yield made
    use_mail_server(None)


def at(port):
    return MailServer("127.0.0.1", port, Security.NONE, "chizheng@example.cn")


@pytest.fixture
def unit(database):
    """A county whose administrator has an address, and two absentees of a sitting closed on a Monday."""
    with clock.at(MONDAY - timedelta(hours=1)), transaction() as session:
        city, sitting = make_city(session), make_sitting(session, title="春季考试")
        for name in ("王某甲", "李某乙"):
            make_candidate(session, sitting, make_officer(session, city.county, name=name))
        make_account(session, Role.UNIT_ADMINISTRATOR, city.county, email="county@example.cn")
        make_account(session, Role.UNIT_ADMINISTRATOR, city.county)
        make_account(session, Role.ADMINISTRATOR, email="city@example.cn")
    with clock.at(MONDAY + timedelta(hours=8)), transaction() as session:
        close_sitting(session, session.get_one(Sitting, sitting.id), ACTOR)
    while jobs.work_once():  # what the closing left to the worker
        pass
    return city.county


def work(instant):
    """Let the worker look and do what there is to do at an instant; say how many jobs there were."""
    done = 0
    with clock.at(instant):
        look_for_reminders()
        while jobs.work_once():
            done += 1
    return done


def rows():
    with reading() as session:
        return list(session.scalars(select(Reminder).order_by(Reminder.day, Reminder.id)))


def words(arrived):
    message = message_from_bytes(arrived.content, policy=policy.default)
    return message["Subject"], message.get_content()


def test_one_mail_some_days_before_and_one_when_overdue(unit, office):
    for hours in range(24 * 14):
        work(MONDAY + 1 * DAY + timedelta(hours=hours))
    assert [(row.state, row.day.isoformat()) for row in rows()] == [("sent", "2026-03-07"), ("sent", "2026-03-10")]
    assert [one.to for one in office.taken] == [["county@example.cn"]] * 2
    subject, body = words(office.taken[1])
    assert subject == "【持证】海东区有 1 项待办"
    assert "【已逾期】" in body
    assert "还有 2 人没有答复" in body
    assert "https://exam.example.cn/duties/" in body


def test_a_mail_names_no_person(unit, office):
    work(OVERDUE)
    with reading() as session:
        candidates = list(session.scalars(select(Candidate)))
    for arrived in office.taken:
        for text in words(arrived):
            for one in candidates:
                assert one.officer.name not in text
                assert one.candidate_no not in text


def test_a_mail_is_in_the_language_of_its_account(unit, office):
    with transaction() as session:
        account = session.scalars(select(Account).where(Account.email == "county@example.cn")).one()
        account.mail_language = MailLanguage.ENGLISH
    work(OVERDUE)
    subject, body = words(office.taken[0])
    assert "Haidong District" in subject
    assert "Haidong District" in body


def test_no_second_mail_on_one_day_whoever_asks(unit, office):
    work(OVERDUE)
    with clock.at(OVERDUE + timedelta(hours=1)), transaction() as session:
        account = session.scalars(select(Account).where(Account.email == "county@example.cn")).one()
        assert reserve_reminder(session, account, ["another"], []) is None
        assert planned(session, clock.now()) == []
    assert len(office.taken) == 1


def test_a_crash_while_sending_sends_nothing_twice(unit, office, monkeypatch):
    class KilledError(BaseException):
        pass

    real = reminding.send

    def send_and_die(server, letter):
        real(server, letter)
        raise KilledError

    monkeypatch.setattr(reminding, "send", send_and_die)
    with pytest.raises(KilledError):
        work(OVERDUE)
    monkeypatch.setattr(reminding, "send", real)
    assert [row.state for row in rows()] == ["sending"]
    for minutes in range(1, 90, 7):
        work(OVERDUE + timedelta(minutes=minutes))
    work(OVERDUE + DAY)
    assert len(office.taken) == 1
    assert [row.state for row in rows()] == ["lost"]


def test_a_crash_before_sending_costs_the_mail_and_not_the_run(unit, office):
    with clock.at(OVERDUE), transaction() as session:
        account = session.scalars(select(Account).where(Account.email == "county@example.cn")).one()
        reserve_reminder(session, account, ["x"], [])
    work(OVERDUE + LOST_AFTER)
    assert office.taken == []
    assert [row.state for row in rows()] == ["lost"]


def test_a_server_that_is_away_is_tried_again_and_the_mail_goes_out_once(unit, office):
    use_mail_server(at(free_port()))
    work(OVERDUE)
    (row,) = rows()
    assert (row.state, row.tries) == ("failed", 1)
    assert row.failure
    use_mail_server(at(office.port))
    work(OVERDUE + RETRY_AFTER - timedelta(seconds=1))
    assert office.taken == []
    work(OVERDUE + RETRY_AFTER + reminding.LOOK_EVERY)
    work(OVERDUE + 2 * RETRY_AFTER + 2 * reminding.LOOK_EVERY)
    (row,) = rows()
    assert (row.state, row.tries) == ("sent", 2)
    assert len(office.taken) == 1


def test_a_server_that_refuses_is_asked_some_times_a_day_and_again_the_next(unit, office):
    office.refuse["RCPT"] = "550 unknown here"
    for minutes in range(0, 600, 5):
        work(OVERDUE + timedelta(minutes=minutes))
    (row,) = rows()
    assert (row.state, row.tries, row.failure) == ("failed", MOST_TRIES, "550 unknown here")
    office.refuse.clear()
    work(OVERDUE + DAY)
    assert [row.state for row in rows()] == ["failed", "sent"]
    assert len(office.taken) == 1


def test_a_connection_that_breaks_after_the_mail_is_not_tried_again(unit, office):
    office.hang_up_at = "END"
    work(OVERDUE)
    office.hang_up_at = ""
    for minutes in range(0, 120, 10):
        work(OVERDUE + timedelta(minutes=minutes))
    assert [row.state for row in rows()] == ["lost"]
    assert len(office.taken) == 1


def test_a_server_that_is_away_ends_the_run_at_once(unit, office):
    with transaction() as session:
        for _more in range(3):
            make_account(session, Role.UNIT_ADMINISTRATOR, session.merge(unit), email="more@example.cn")
    use_mail_server(at(free_port()))
    work(OVERDUE)
    assert len(rows()) == 1
    use_mail_server(at(office.port))
    work(OVERDUE + reminding.LOOK_EVERY)
    assert sorted(row.state for row in rows()) == ["failed", "sent", "sent", "sent"]


def test_a_run_sends_some_and_leaves_the_rest_to_the_next(unit, office, monkeypatch):
    monkeypatch.setattr(reminding, "SENT_AT_ONCE", 2)
    with transaction() as session:
        for number in range(4):
            make_account(session, Role.UNIT_ADMINISTRATOR, session.merge(unit), email=f"m{number}@example.cn")
    assert work(OVERDUE) == 3
    assert len(office.taken) == 5


def test_nothing_is_sent_at_night_without_a_server_or_to_a_closed_account(unit, office):
    assert work(clock.at_city_time(clock.day_of(OVERDUE), 7)) == 0
    use_mail_server(None)
    assert work(OVERDUE) == 0
    use_mail_server(at(office.port))
    with transaction() as session:
        for account in session.scalars(select(Account).where(Account.email == "county@example.cn")):
            account.is_active = False
    assert work(OVERDUE + DAY) == 0
    assert rows() == []


def test_where_nothing_is_open_nothing_is_written(unit, office):
    work(MONDAY + timedelta(hours=9))
    with reading() as session:
        assert session.scalars(select(Job).where(Job.kind == JOB)).all() == []


def test_the_page_tells_what_became_of_each_mail(unit, office, signed_in):
    use_mail_server(at(office.port))
    office.refuse["RCPT"] = "550 unknown here"
    work(OVERDUE)
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open("/duties/reminders")
    assert "未发出" in browser.text()
    assert "550 unknown here" in browser.text()
    assert rows()[0].state == ReminderState.FAILED
    use_mail_server(None)
    browser.open("/duties/reminders")
    assert "没有设置邮件服务器" in browser.text()

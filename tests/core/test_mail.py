"""Mails over a real SMTP server: taken, refused, away, and broken off where nobody knows."""

import smtplib
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from core.mail import AwayError, Letter, LostMailError, MailError, MailServer, Security, send
from tests.browser import free_port
from tests.post_office import PostOffice

LETTER = Letter(
    key="018f-key",
    to="zhang@example.cn",
    subject="【持证】海东区有 2 项待办",
    body="海东区管理员：\n\n.以点开头的一行\n",
    at=datetime(2026, 3, 2, 1, tzinfo=UTC),
)


def server_at(port, **changes):
    return MailServer(
        **{"host": "127.0.0.1", "port": port, "security": Security.NONE, "sender": "chizheng@example.cn"} | changes
    )


@pytest.fixture
def office():
    with PostOffice() as made:
        yield made


def test_a_mail_arrives_whole_with_its_headers(office):
    send(server_at(office.port), LETTER)
    (arrived,) = office.taken
    assert (arrived.sender, arrived.to) == ("chizheng@example.cn", ["zhang@example.cn"])
    message = message_from_bytes(arrived.content, policy=policy.default)
    assert message["Subject"] == LETTER.subject
    assert message["Message-ID"] == "<018f-key@example.cn>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == LETTER.body


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_a_mail_the_server_refuses_was_certainly_not_taken(office, stage):
    office.refuse[stage] = "550 no such person here"
    with pytest.raises(MailError, match="550 no such person here") as caught:
        send(server_at(office.port), LETTER)
    assert not isinstance(caught.value, AwayError)
    assert office.taken == []


def test_a_server_that_is_away_says_so():
    with pytest.raises(AwayError):
        send(server_at(free_port()), LETTER)


def test_a_connection_that_breaks_before_the_end_is_certain(office):
    office.hang_up_at = "RCPT"
    with pytest.raises(AwayError):
        send(server_at(office.port), LETTER)
    assert office.taken == []


def test_a_connection_that_breaks_after_the_last_line_leaves_it_open(office):
    office.hang_up_at = "END"
    with pytest.raises(LostMailError):
        send(server_at(office.port), LETTER)


def test_a_goodbye_that_goes_wrong_does_not_undo_the_mail(office):
    office.refuse["QUIT"] = "421 overloaded"
    send(server_at(office.port), LETTER)
    assert len(office.taken) == 1


def test_a_server_without_encryption_is_not_used_where_it_is_asked_for(office):
    with pytest.raises(AwayError):
        send(server_at(office.port, security=Security.STARTTLS), LETTER)
    assert office.taken == []


def test_a_password_is_not_sent_to_a_server_that_does_not_ask_for_one(office):
    with pytest.raises(AwayError):
        send(server_at(office.port, username="chizheng", password="secret"), LETTER)
    assert office.taken == []


def test_the_message_is_one_that_another_library_reads(office):
    with smtplib.SMTP("127.0.0.1", office.port) as other:
        other.noop()
    send(server_at(office.port), LETTER)
    assert office.taken

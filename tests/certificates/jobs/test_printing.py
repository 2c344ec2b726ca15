import threading

import pypdfium2
import pytest
from sqlalchemy import func, select

import certificates.jobs.printing  # noqa: F401 - tells the worker what it can do
from certificates.bulk_states import PrintKind, PrintState
from certificates.models import Credential, PrintFile
from certificates.operations import printing
from certificates.operations.credentials import cancel_credential, issue_for_pass_list
from certificates.operations.photos import take_in_photo
from certificates.operations.printing import ask_for_print, fail_print, store_print
from certificates.queries.printing import cards_of, print_content, printable
from core.db import reading, transaction
from core.errors import RefusedError
from core.jobs import work_once
from core.models import AuditEntry, Job, JobState
from exam.models.results import PassList
from tests.factories import ACTOR, make_city, make_credential, make_officer, make_pass_list
from tests.portraits import make_portrait

URL = "http://localhost:8000"
PEOPLE = 12


@pytest.fixture
def pass_list(database, monkeypatch):
    """A list of twelve in two units with a credential each, whose documents nobody draws here."""
    with transaction() as session:
        city = make_city(session)
        make_credential(session, make_officer(session, city.county))
        units = [city.county] * 7 + [city.department] * 5
        made = make_pass_list(session, [make_officer(session, unit, name="张三") for unit in units])
        issue_for_pass_list(session, made, URL, ACTOR)
        session.query(Job).delete()
        return made


def made(pass_list, kind):
    with transaction() as session:
        asked = ask_for_print(session, session.get_one(PassList, pass_list.id), kind, URL, ACTOR)
    while work_once():
        pass
    with reading() as session:
        return session.get_one(PrintFile, asked.id), print_content(session, asked.id)


def text_of(content):
    document = pypdfium2.PdfDocument(content)
    return ["".join(page.get_textpage().get_text_range().split()) for page in document]


def numbers(pass_list):
    with reading() as session:
        return [card.cert_no for card in cards_of(session, pass_list.id)]


@pytest.mark.parametrize(("kind", "pages"), [(PrintKind.SHEETS, 4), (PrintKind.CARDS, 2 * PEOPLE)])
def test_all_cards_of_a_list_are_one_file_in_the_order_of_their_numbers(pass_list, kind, pages):
    file, content = made(pass_list, kind)
    assert (file.state, file.cards) == (PrintState.READY, PEOPLE)
    assert (file.first_no, file.last_no) == (numbers(pass_list)[0], numbers(pass_list)[-1])
    text = text_of(content)
    assert len(text) == pages
    whole = "".join(text)
    places = [whole.index(number) for number in numbers(pass_list)]
    assert places == sorted(places)


def test_the_list_to_hand_out_by_names_everybody_and_each_unit_has_pages_of_its_own(pass_list):
    _file, content = made(pass_list, PrintKind.HAND_OUT)
    text = text_of(content)
    assert len(text) == 2
    assert "海东区" in text[0] and "市公安局" not in text[0]  # noqa: PT018
    assert "共7本" in text[0]
    assert "共5本" in text[1]
    assert all("领取人签名" in page and "SAMPLE" in page for page in text)
    assert [number for page in text for number in numbers(pass_list) if number in page] == numbers(pass_list)


def test_a_cancelled_card_is_in_no_file(pass_list):
    with transaction() as session:
        first = session.scalars(select(Credential).where(Credential.cert_no == numbers(pass_list)[0])).one()
        cancel_credential(session, first, "O3", ACTOR)
    file, content = made(pass_list, PrintKind.SHEETS)
    assert file.cards == PEOPLE - 1
    assert first.cert_no not in "".join(text_of(content))


def test_the_photo_is_on_the_card(pass_list):
    _file, without = made(pass_list, PrintKind.CARDS)
    with transaction() as session:
        card = cards_of(session, pass_list.id)[0]
        take_in_photo(session, card.officer_id, make_portrait(), ACTOR)
        assert printable(session, pass_list.id).without_photo == PEOPLE - 1
    _file, with_one = made(pass_list, PrintKind.CARDS)
    assert len(with_one) > len(without) + 1000


def test_a_file_is_stored_sealed_and_once(pass_list):
    file, content = made(pass_list, PrintKind.SHEETS)
    with transaction() as session:
        stored = session.get_one(PrintFile, file.id)
        assert b"%PDF" not in stored.content_sealed[:2000]
        store_print(session, stored, b"another", cards_of(session, pass_list.id))
        fail_print(session, stored, "too late")
        assert print_content(session, file.id) == content
        assert (stored.state, stored.size) == (PrintState.READY, len(content))


def test_the_same_cards_give_the_same_file(pass_list):
    assert made(pass_list, PrintKind.SHEETS)[0].digest == made(pass_list, PrintKind.SHEETS)[0].digest
    assert made(pass_list, PrintKind.HAND_OUT)[0].digest == made(pass_list, PrintKind.HAND_OUT)[0].digest


def test_a_list_without_cards_is_not_printed(database):
    with transaction() as session:
        empty = make_pass_list(session, [make_officer(session, make_city(session).county)])
        with pytest.raises(RefusedError):
            ask_for_print(session, empty, PrintKind.SHEETS, URL, ACTOR)


def test_the_same_file_is_not_asked_for_while_it_is_being_made(pass_list):
    with transaction() as session:
        mine = session.get_one(PassList, pass_list.id)
        ask_for_print(session, mine, PrintKind.SHEETS, URL, ACTOR)
        ask_for_print(session, mine, PrintKind.CARDS, URL, ACTOR)
        with pytest.raises(RefusedError):
            ask_for_print(session, mine, PrintKind.SHEETS, URL, ACTOR)


def test_who_asked_stands_in_the_audit_chain(pass_list):
    made(pass_list, PrintKind.SHEETS)
    with reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "certificates:print:ask")).one()
    assert (entry.subject_id, entry.detail["kind"]) == (pass_list.id, "sheets")


def test_a_process_that_breaks_is_said_to_have_and_the_file_may_be_asked_for_again(pass_list, monkeypatch):
    monkeypatch.setattr(printing, "MODULE", "certificates.no_such_module")
    with transaction() as session:
        asked = ask_for_print(session, session.get_one(PassList, pass_list.id), PrintKind.SHEETS, URL, ACTOR)
    work_once()
    with reading() as session:
        file = session.get_one(PrintFile, asked.id)
    assert (file.state, file.failure) == (PrintState.FAILED, str(printing.BROKEN))
    monkeypatch.undo()
    assert made(pass_list, PrintKind.SHEETS)[0].state == PrintState.READY


def test_a_worker_told_to_stop_makes_the_file_later(pass_list):
    with transaction() as session:
        asked = ask_for_print(session, session.get_one(PassList, pass_list.id), PrintKind.SHEETS, URL, ACTOR)
    stopping = threading.Event()
    stopping.set()
    work_once(stopping)
    with reading() as session:
        assert session.scalars(select(Job)).one().state == JobState.QUEUED
        assert session.get_one(PrintFile, asked.id).state == PrintState.WAITING
    assert work_once()
    with reading() as session:
        assert session.get_one(PrintFile, asked.id).state == PrintState.READY
        assert session.scalar(select(func.count()).select_from(PrintFile)) == 1

"""The hand-in file: what opens, what does not (exam/hand_in_files.py), and taking one in."""

import base64
import json
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, strategies as st
from sqlalchemy import select

from core.errors import InvalidError, RefusedError
from core.models import AuditEntry
from exam.events import EventKind
from exam.hand_in_files import MOST_BYTES, MOST_LINES, file_in, sealed_to
from exam.marking import Given
from exam.models.room import HeldResponse, RoomEvent
from exam.operations.hand_in_files import file_key, take_in_file
from exam.operations.handing_in import hand_in
from exam.operations.room import open_place, start_attempt
from exam.operations.saving import append_responses
from exam.queries.room import log_of
from exam.states import HeldSource
from tests.factories import ACTOR, make_candidate, make_city, make_officer, make_sitting

ATTEMPT = uuid4()
KEY = bytes(range(32))
LINES = [{"seq": 3, "place": 1, "choice": "A", "left_ms": 900}, {"seq": 4, "place": 2, "choice": "", "left_ms": 20}]


def key_of(fence):
    return bytes([*KEY[:31], fence])


def sealed_file(attempt_id=ATTEMPT, fence=2, key=None, lines=None, **changes):
    nonce = bytes(12)
    plain = json.dumps({"lines": LINES if lines is None else lines}).encode()
    content = AESGCM(key or key_of(fence)).encrypt(nonce, plain, sealed_to(attempt_id, fence))
    head = {"format": "chizheng-hand-in", "version": 1, "attempt": str(attempt_id), "place": fence, "sealed": True}
    body = {"nonce": base64.b64encode(nonce).decode(), "content": base64.b64encode(content).decode()}
    return json.dumps({**head, **body, **changes}).encode()


def unsealed_file(attempt_id=ATTEMPT, fence=2, key=None, lines=None):
    shown = base64.b64encode(key or key_of(fence)).decode()
    head = {"format": "chizheng-hand-in", "version": 1, "attempt": str(attempt_id), "place": fence, "sealed": False}
    return json.dumps({**head, "key": shown, "lines": LINES if lines is None else lines}).encode()


def test_a_sealed_file_opens():
    file = file_in(sealed_file(), ATTEMPT, key_of)
    assert (file.fence, file.is_sealed) == (2, True)
    assert [(one.seq, one.place, one.choice, one.left_ms) for one in file.lines] == [
        (3, 1, "A", 900),
        (4, 2, "", 20),
    ]


def test_an_unsealed_file_opens_and_is_known_as_one():
    assert not file_in(unsealed_file(), ATTEMPT, key_of).is_sealed


def test_a_sealed_file_shows_no_answer_and_no_key():
    content = sealed_file()
    assert b'"choice"' not in content
    assert base64.b64encode(key_of(2)) not in content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (sealed_file(key=bytes(32)), "改动过"),
        (unsealed_file(key=bytes(32)), "改动过"),
        (sealed_file(place=3), "改动过"),
        (sealed_file(nonce="AAAA"), "改动过"),
        (sealed_file(nonce=None), "改动过"),
        (sealed_file(content="?"), "改动过"),
        (sealed_file(attempt_id=uuid4()), "另一份试卷"),
        (sealed_file(sealed="yes"), "不是离线作答文件"),
        (sealed_file(place=-1), "不是离线作答文件"),
        (sealed_file(place=True), "不是离线作答文件"),
        (sealed_file(version=2), "不是离线作答文件"),
        (sealed_file(format="other"), "不是离线作答文件"),
        (sealed_file(lines=[]), "没有可用的作答记录"),
        (sealed_file(lines=LINES * 2), "重复"),
        (sealed_file(lines=[{**LINES[0], "seq": n} for n in range(MOST_LINES + 1)]), "没有可用的作答记录"),
        (sealed_file(lines=[{**LINES[0], "seq": -1}]), "不是离线作答文件"),
        (sealed_file(lines=[{**LINES[0], "more": 1}]), "不是离线作答文件"),
        (sealed_file(lines="A"), "不是离线作答文件"),
        (b"", "不是离线作答文件"),
        (b"[" * 100_000, "不是离线作答文件"),
        (b"\xff\xfe\x00", "不是离线作答文件"),
        (b" " * (MOST_BYTES + 1), "超过 256 KB"),
    ],
)
def test_a_file_that_is_none_is_refused_with_what_to_do(content, words):
    with pytest.raises(InvalidError) as refused:
        file_in(content, ATTEMPT, key_of)
    assert words in str(refused.value)
    assert str(refused.value).endswith("。")


@given(st.integers(min_value=1, max_value=len(sealed_file()) - 1))
def test_a_truncated_file_is_refused(length):
    with pytest.raises(InvalidError):
        file_in(sealed_file()[:length], ATTEMPT, key_of)


@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=0, max_value=7))
def test_no_bit_of_what_is_sealed_can_be_changed_unnoticed(position, bit):
    said = json.loads(sealed_file())
    content = bytearray(base64.b64decode(said["content"]))
    content[position % len(content)] ^= 1 << bit
    said["content"] = base64.b64encode(content).decode()
    with pytest.raises(InvalidError):
        file_in(json.dumps(said).encode(), ATTEMPT, key_of)


@given(st.binary(max_size=300))
def test_any_bytes_are_answered_with_a_sentence(content):
    with pytest.raises(InvalidError):
        file_in(content, ATTEMPT, key_of)


@pytest.fixture
def attempt(session):
    county = make_city(session).county
    sitting = make_sitting(session)
    attempts = [
        start_attempt(session, make_candidate(session, sitting, make_officer(session, county)), ACTOR)
        for _one in range(2)
    ]
    open_place(session, attempts[1], ACTOR)
    open_place(session, attempts[0], ACTOR)
    append_responses(session, attempts[0].id, 1, [Given(1, 1, "B"), Given(3, 1, "A")])
    return attempts[0]


def file_for(attempt, fence=1, make=sealed_file, **changes):
    return make(attempt.id, fence, file_key(attempt, fence), **changes)


def held(session):
    return list(session.scalars(select(HeldResponse).order_by(HeldResponse.seq)))


def test_what_the_log_does_not_have_is_held_for_a_person(session, attempt):
    assert take_in_file(session, attempt, file_for(attempt), ACTOR) == 1
    (row,) = held(session)
    assert (row.attempt_id, row.seq, row.place, row.choice, row.left_ms) == (attempt.id, 4, 2, "", 20)
    assert (row.source, row.decision) == (HeldSource.FILE, None)
    assert [one.seq for one in log_of(session, attempt.id)] == [1, 3]
    event = session.scalars(select(RoomEvent)).one()
    assert (event.kind, event.reason) == (EventKind.FILE_HANDED_IN, "")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "exam:hand_in_file:take_in")).one()
    assert entry.detail == {"place": 1, "lines": 2, "held": 1, "sealed": True}


def test_a_file_that_is_taken_in_again_holds_nothing_new(session, attempt):
    take_in_file(session, attempt, file_for(attempt), ACTOR)
    assert take_in_file(session, attempt, file_for(attempt), ACTOR) == 0
    assert len(held(session)) == 1


def test_a_file_is_taken_in_after_the_hand_in_too(session, attempt):
    hand_in(session, attempt, ACTOR)
    assert take_in_file(session, attempt, file_for(attempt), ACTOR) == 1


def test_whoever_decides_is_told_that_a_file_was_not_sealed_and_is_of_an_older_place(session, attempt):
    content = file_for(attempt, make=unsealed_file)
    open_place(session, attempt, ACTOR, 1)
    assert take_in_file(session, attempt, content, ACTOR) == 1
    event = session.scalars(select(RoomEvent)).one()
    assert "未经密封" in event.reason
    assert "较早的作答窗口" in event.reason


def test_a_place_that_was_never_opened_is_refused(session, attempt):
    with pytest.raises(InvalidError):
        take_in_file(session, attempt, file_for(attempt, fence=2), ACTOR)
    assert held(session) == []


@pytest.mark.parametrize("line", [{"place": 5}, {"choice": "F"}, {"place": 2, "choice": "AB"}])
def test_a_line_that_fits_no_item_refuses_the_whole_file(session, attempt, line):
    lines = [LINES[1], {**LINES[0], "seq": 9, **line}]
    with pytest.raises(RefusedError):
        take_in_file(session, attempt, file_for(attempt, lines=lines), ACTOR)
    assert held(session) == []
    assert session.scalars(select(RoomEvent)).all() == []

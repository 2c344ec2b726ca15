"""The hand-in file on its way from the candidate's page to a person's decision, through the staff's pages."""

import base64
import json
from pathlib import PurePath

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select

from core import clock
from core.db import reading, transaction
from exam.hand_in_files import FORMAT, VERSION, sealed_to
from exam.models.room import HeldResponse
from exam.operations.hand_in_files import file_key
from exam.queries.room import log_of
from exam.states import HeldSource
from people.permissions import Role
from tests.exam.test_quarantine import LATE, REFUSE, decide, right_choices, sat
from tests.factories import ACTOR
from tests.forms_browser import file_field


@pytest.fixture
def attempt(database):
    """An attempt that is over; what came late by itself was refused, the file is still to come."""
    with transaction() as session, clock.at(LATE):
        _sitting, attempt = sat(session)
        decide(session, attempt, None, REFUSE, ACTOR)
    return attempt


def sealed_file(attempt, lines):
    nonce = b"0" * 12
    body = json.dumps({"lines": lines}).encode()
    content = AESGCM(file_key(attempt, attempt.fence)).encrypt(nonce, body, sealed_to(attempt.id, attempt.fence))
    said = {
        "format": FORMAT,
        "version": VERSION,
        "attempt": str(attempt.id),
        "place": attempt.fence,
        "sealed": True,
    }
    said["nonce"], said["content"] = (base64.b64encode(part).decode() for part in (nonce, content))
    return json.dumps(said).encode()


def candidate_page(attempt):
    return f"/sittings/{attempt.sitting_id}/candidates/{attempt.candidate_id}"


def test_a_file_is_uploaded_on_the_candidates_page_and_decided_on(signed_in, attempt):
    with reading() as session:
        right = right_choices(session, attempt)
    line = {"seq": 7, "place": 4, "choice": right[4], "left_ms": 5000}
    browser = signed_in(Role.INVIGILATOR)
    browser.open(candidate_page(attempt))
    upload = file_field(PurePath("答卷.json"), sealed_file(attempt, [line]))
    browser.submit({"file": upload}, action="/hand-in-file")
    assert "文件已接收，其中 1 条作答待处理" in browser.page.get_text()
    assert "离线作答文件" in browser.text()
    with reading() as session:
        held = session.scalars(select(HeldResponse).where(HeldResponse.source == HeldSource.FILE)).one()
    browser.submit({"decision": "accepted", "reason": "断网核实", "held": str(held.id)}, action=str(attempt.id))
    with reading() as session:
        assert [(one.seq, one.place) for one in log_of(session, attempt.id)][-1] == (3, 4)


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"{}", b"[" * 5000, b'{"format": "chizheng-hand-in"}'])
def test_a_file_that_is_none_is_refused_with_a_sentence_and_changes_nothing(signed_in, attempt, content):
    browser = signed_in(Role.INVIGILATOR)
    browser.open(candidate_page(attempt))
    browser.submit({"file": file_field(PurePath("x.json"), content)}, action="/hand-in-file")
    assert "请更正以下内容" in browser.text()
    browser.submit({}, action=None)
    assert "请选择考生保存的离线作答文件" in browser.text()
    with reading() as session:
        assert set(session.scalars(select(HeldResponse.source))) == {HeldSource.ROOM}


def test_another_attempts_file_is_refused(signed_in, attempt, database):
    with transaction() as session, clock.at(LATE):
        _sitting, other = sat(session)
    browser = signed_in(Role.INVIGILATOR)
    browser.open(candidate_page(other))
    upload = file_field(PurePath("x.json"), sealed_file(attempt, []))
    browser.submit({"file": upload}, action="/hand-in-file")
    assert "另一份试卷" in browser.text()


def test_a_candidate_without_an_attempt_has_nothing_to_hand_in(signed_in, attempt):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open(candidate_page(attempt))
    assert "离线作答文件" not in browser.text()

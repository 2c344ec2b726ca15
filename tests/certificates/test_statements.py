import hashlib
import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from certificates.statements import FACE, STANDING, Statement
from certificates.states import CredentialState

ISSUED = Statement(
    cert_no="99100100001",
    holder_name="张三",
    unit_name="海东区",
    category="综合执法",
    area="示范市",
    issuer_name="示范市人民政府法制办公室",
    valid_from=date(2026, 3, 2),
    valid_until=date(2031, 3, 1),
    lookup_token="A" * 26,
    state=CredentialState.ACTIVE,
)
CHANGES = {
    "cert_no": "99100100002",
    "holder_name": "张叁",
    "unit_name": "海西区",
    "category": "公安",
    "area": "海东区",
    "issuer_name": "示范市司法局",
    "valid_from": date(2026, 3, 3),
    "valid_until": date(2031, 3, 2),
    "lookup_token": "B" * 26,
    "state": CredentialState.CANCELLED,
    "cancelled_at": datetime(2026, 5, 1, tzinfo=UTC),
    "suspended_until": date(2026, 6, 1),
}


def test_every_field_can_be_changed_below():
    assert {field.name for field in fields(Statement)} == set(CHANGES)
    assert set(FACE) | set(STANDING) == set(CHANGES)


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_is_changed_the_digest_changes(name):
    assert replace(ISSUED, **{name: CHANGES[name]}).digest != ISSUED.digest


def test_the_digest_is_that_of_the_file_that_is_handed_out():
    assert ISSUED.digest == hashlib.sha256(ISSUED.canonical).hexdigest()
    said = json.loads(ISSUED.canonical)
    assert (said["holder"], said["state"], said["cancelled_at"]) == ("张三", "active", None)


def test_one_moment_is_written_alike_in_every_zone():
    utc = datetime(2026, 5, 1, 1, 2, 3, 4, tzinfo=UTC)
    here = utc.astimezone(timezone(timedelta(hours=8)))
    cancelled = [replace(ISSUED, state=CredentialState.CANCELLED, cancelled_at=at) for at in (utc, here)]
    assert cancelled[0].canonical == cancelled[1].canonical


def test_a_state_read_from_a_row_is_written_as_the_state_itself():
    assert replace(ISSUED, state=CredentialState("active")).canonical == ISSUED.canonical


def test_what_was_logged_before_there_were_suspensions_says_the_same_still():
    assert set(json.loads(ISSUED.canonical)) == {
        *("cert_no", "holder", "unit", "category", "area", "issuer"),
        *("valid_from", "valid_until", "token", "state", "cancelled_at"),
    }
    suspended = replace(ISSUED, state=CredentialState.SUSPENDED, suspended_until=date(2026, 6, 1))
    assert json.loads(suspended.canonical)["suspended_until"] == "2026-06-01"

"""Verbs on credentials: issuing to a published list, taking over older ones, cancelling.

A number is reserved before anything is drawn and never given twice; what was issued is never edited.
"""

import base64
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from certificates import sheet
from certificates.acts import ActKind, Warrant
from certificates.documents.faces import CredentialFace, unprintable
from certificates.issuing import reasons_against_list
from certificates.life import disqualifies
from certificates.models import Credential, NumberSeries
from certificates.numbers import LAST_SERIAL, Profile, series_prefix, written
from certificates.operations.drawing import request_drawing
from certificates.operations.life import Deed, act_on, begin_cards, end_other_cards
from certificates.queries.issuing import (
    Passed,
    holders_by_document,
    list_facts,
    passed_without_credential,
    taken_numbers,
)
from certificates.queries.life import disqualified_officers
from certificates.sheet import OldCredential, SheetFacts
from certificates.states import CREDENTIAL, CredentialSource, CredentialState
from certificates.validity import last_day
from core import clock
from core.audit import Actor
from core.db import is_postgresql, new_key
from core.errors import Reason, RefusedError, refuse_if
from core.import_kinds import ImportKind
from core.imports import ParsedRow, Problem
from core.operations import record_audit
from core.texts import Text, lazy_gettext as _
from exam.models.results import PassList
from people.identity import Identity
from people.queries import city

TOKEN_BYTES = 16
NAMED = 20


def issue_for_pass_list(session: Session, pass_list: PassList, public_url: str, actor: Actor) -> int:
    """Issue a credential to everybody on an effective list against whom nothing stands; return how many.

    Those held back stay without one until what stands against them is settled; called again, it issues
    to them alone, and refuses where nobody is left. The documents are drawn in the background.
    """
    _take_turns(session, pass_list)
    day = clock.today()
    refuse_if(reasons_against_list(list_facts(session, pass_list), day))
    holders = [one for one in passed_without_credential(session, pass_list, day) if not one.reasons]
    if not holders:
        text = _("名单上的人员都已核发证件或暂不能核发，没有需要核发的人员。")
        raise RefusedError([Reason("nobody_left", text)])
    refuse_if(_unprintable(holders, pass_list, public_url))
    rows = _new_rows(holders, _reserved_numbers(session, holders), pass_list, day)
    session.execute(insert(Credential), rows)
    begin_cards(session, rows, ActKind.ISSUE, Warrant("A1", reason=pass_list.title), actor)
    _issue_reserved(session, pass_list)
    detail = {"credentials": len(rows), "first": rows[0]["cert_no"], "last": rows[-1]["cert_no"]}
    record_audit(session, actor, "certificates:credential:issue", pass_list.id, detail)
    request_drawing(session, pass_list, public_url)
    return len(rows)


def cancel_credential(
    session: Session, credential: Credential, ground: str, actor: Actor, *, paper: str = "", reason: str = ""
) -> None:
    """Cancel a credential for good on a ground of ``certificates/grounds.py``; the lookup says so at once.

    Where the ground concerns the person, every other card of the person is cancelled with it, because the
    qualification ends. The public log is told of the state alone, never of the ground.
    """
    deed = Deed(ActKind.CANCEL, Warrant(ground, paper=paper, reason=reason), actor)
    act_on(session, credential, deed)
    if disqualifies(ActKind.CANCEL, ground):
        end_other_cards(session, credential, deed)


def take_over(session: Session, records: Sequence[OldCredential], actor: Actor) -> int:
    """Take credentials issued before the platform into the register, as issued; return how many."""
    issuer, now = city(session).issuer_name, clock.now()
    rows = [_old_row(record, issuer, now) for record in records]
    session.execute(insert(Credential), rows)
    begin_cards(session, rows, ActKind.TAKE_OVER, Warrant("A2"), actor)
    record_audit(session, actor, "certificates:credential:take_over", None, {"credentials": len(records)})
    return len(records)


def lookup_token() -> str:
    """Return 128 random bits as 26 letters and digits that a QR code holds in its compact form."""
    return base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().rstrip("=")


def _take_turns(session: Session, pass_list: PassList) -> None:
    session.execute(select(PassList.id).where(PassList.id == pass_list.id).with_for_update())


def _unprintable(holders: Sequence[Passed], pass_list: PassList, public_url: str) -> list[Reason]:
    """Return who cannot be printed and for which characters; checked before a number is reserved."""
    found = []
    for one in holders:
        if characters := unprintable(_draft_face(one, pass_list, public_url)):
            named = "、".join(f"“{character}”（U+{ord(character):04X}）" for character in characters)
            text = _(
                "%(name)s（%(unit)s）：字库中没有%(characters)s，无法印制。",
                name=one.name,
                unit=one.unit_name,
                characters=named,
            )
            found.append(Reason("unprintable", text))
    return found[:NAMED]


def _draft_face(one: Passed, pass_list: PassList, public_url: str) -> CredentialFace:
    return CredentialFace(
        profile=Profile.HEBEI_2007,
        cert_no="",
        holder_name=one.name,
        unit_name=one.unit_name,
        category=one.category,
        area=one.area,
        valid_from=date.min,
        valid_until=date.max,
        issuer_name=pass_list.issuer_name,
        lookup_url=public_url,
        is_sample=one.is_sample,
    )


def _reserved_numbers(session: Session, holders: Sequence[Passed]) -> dict[str, Iterator[str]]:
    wanted = Counter(series_prefix(one.unit_code) for one in holders)
    return {prefix: iter(reserve_numbers(session, prefix, count)) for prefix, count in sorted(wanted.items())}


def reserve_numbers(session: Session, prefix: str, count: int) -> list[str]:
    """Reserve numbers of one series; those an older credential already bears are passed over for good."""
    taken = taken_numbers(session, prefix)
    numbers: list[str] = []
    while len(numbers) < count:
        missing = count - len(numbers)
        last = _advance(session, prefix, missing)
        if last > LAST_SERIAL:
            text = _("号段 %(prefix)s 已用完，不能再编号。请联系系统管理员。", prefix=prefix)
            raise RefusedError([Reason("series_full", text)])
        fresh = (written(prefix, serial) for serial in range(last - missing + 1, last + 1))
        numbers += [number for number in fresh if number not in taken]
    return numbers


def _advance(session: Session, prefix: str, count: int) -> int:
    dialect = postgresql if is_postgresql(session) else sqlite
    statement = dialect.insert(NumberSeries).values(prefix=prefix, last_serial=count)
    raised = statement.on_conflict_do_update(
        index_elements=[NumberSeries.prefix], set_={"last_serial": NumberSeries.last_serial + count}
    )
    return int(session.execute(raised.returning(NumberSeries.last_serial)).scalar_one())


def _new_rows(
    holders: Sequence[Passed], numbers: dict[str, Iterator[str]], pass_list: PassList, day: date
) -> list[dict[str, object]]:
    now = clock.now()
    return [
        {
            **common_values(one.officer_id, one.organisation_id, now),
            "cert_no": next(numbers[series_prefix(one.unit_code)]),
            "holder_name": one.name,
            "unit_name": one.unit_name,
            "category": one.category,
            "area": one.area,
            "issuer_name": pass_list.issuer_name,
            "is_sample": one.is_sample,
            "source": CredentialSource.EXAM,
            "candidate_id": one.candidate_id,
            "pass_list_id": pass_list.id,
            "valid_from": day,
            "valid_until": last_day(day),
            "state": CredentialState.RESERVED,
        }
        for one in holders
    ]


def _issue_reserved(session: Session, pass_list: PassList) -> None:
    reserved = CredentialState.RESERVED
    issued = {"state": CREDENTIAL.after(reserved, "issue"), "issued_at": clock.now()}
    mine = (Credential.pass_list_id == pass_list.id) & (Credential.state == reserved)
    session.execute(update(Credential).where(mine).values(issued))


def _old_row(record: OldCredential, issuer_name: str, now: datetime) -> dict[str, object]:
    holder = record.holder
    return {
        **common_values(holder.officer_id, holder.organisation_id, now),
        "cert_no": record.cert_no,
        "holder_name": holder.name,
        "unit_name": holder.unit_name,
        "category": record.category,
        "area": record.area,
        "issuer_name": issuer_name,
        "is_sample": holder.is_sample,
        "source": CredentialSource.TAKEN_OVER,
        "valid_from": record.valid_from,
        "valid_until": record.valid_until,
        "state": CREDENTIAL.after(CredentialState.RESERVED, "issue"),
        "issued_at": now,
    }


def common_values(officer_id: UUID, organisation_id: UUID, now: datetime) -> dict[str, object]:
    """Return the columns that every new credential has: a key, a random token, whose it is."""
    return {
        "id": new_key(),
        "officer_id": officer_id,
        "organisation_id": organisation_id,
        "profile": Profile.HEBEI_2007,
        "lookup_token": lookup_token(),
        "reserved_at": now,
    }


def _facts(session: Session) -> SheetFacts:
    return SheetFacts(
        holders=holders_by_document(session),
        taken_numbers=taken_numbers(session),
        today=clock.today(),
        disqualified=disqualified_officers(session),
    )


def _check_sheet(session: Session, rows: list[ParsedRow], _identity: Identity) -> list[Problem]:
    return sheet.problems_in(rows, _facts(session))


def _apply_sheet(session: Session, rows: list[ParsedRow], identity: Identity) -> Text:
    facts = _facts(session)
    count = take_over(session, [sheet.old_credential(row, facts) for row in rows], identity.actor)
    return _("已录入 %(count)s 本证件。", count=count)


CREDENTIALS = ImportKind(
    name="credentials",
    title=_("已有证件"),
    intro=_("一行一证，用于录入平台启用前核发的证件。按证件号码找到人员，姓名和单位须与名册一致。"),
    columns=sheet.COLUMNS,
    sample=("张三", "DEMO-900001", "市公安局", "99200150001", "公安", "秦皇岛市", "2015-03-02", "2020-03-01"),
    check=_check_sheet,
    apply=_apply_sheet,
    done_endpoint="credentials.index",
)

"""Verbs on organisations, officers and accounts."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core import clock, passwords
from core.audit import Actor
from core.errors import InvalidError, Reason, RefusedError, refuse_if
from core.import_kinds import ImportKind
from core.imports import ParsedRow, Problem
from core.operations import record_audit
from core.sealing import matching_digest, sealed
from core.texts import Text, lazy_gettext as _
from people import tree
from people.identity import Identity
from people.mail_addresses import MailLanguage, reasons_against_address
from people.models import DOCUMENT_PLACE, Account, Officer, Organisation, SignInFailure
from people.passwords import reasons_against as reasons_against_password
from people.permissions import Role
from people.posts import POST_NAMES, DivisionKind, OrganisationKind, PostState
from people.queries import city, identity_of, known_document_digests, officer_with_document
from people.roll import (
    COLUMNS,
    DOCUMENT_WORDS,
    EMPLOYMENT_WORDS,
    POST_WORDS,
    RollEntry,
    RollFacts,
    entry_of,
    problems_in,
)
from people.tree import TreeFacts

FAILURE_WINDOW = timedelta(minutes=15)
FAILURES_ALLOWED = 10
NO_COUNTIES: Mapping[str, str] = {}


def found_organisations(
    session: Session, organisations: Sequence[Organisation], actor: Actor, counties: Mapping[str, str] = NO_COUNTIES
) -> None:
    """Add bodies to the city's tree; a body stands under the county named for its code, else under the city."""
    session.add_all(organisations)
    session.flush()
    root = city(session)
    named = select(Organisation.name, Organisation.id).where(Organisation.kind == OrganisationKind.COUNTY)
    county_ids = {row.name: row.id for row in session.execute(named)} if counties else {}
    for organisation in organisations:
        above = county_ids[counties[organisation.code]] if organisation.code in counties else root.id
        organisation.parent_id = above if organisation is not root else None
    session.flush()
    codes = [organisation.code for organisation in organisations]
    record_audit(session, actor, "people:organisation:found", root.id, {"codes": codes})


def enter_officer(session: Session, entry: RollEntry, organisation: Organisation, actor: Actor) -> Officer:
    """Put one person on an organisation's roll, once for life."""
    if officer_with_document(session, entry.document_number) is not None:
        text = _("证件号码已登记在其他人员名下，请核对后再录入。")
        raise RefusedError([Reason("document_taken", text)])
    officer = _new_officer(entry, organisation)
    session.add(officer)
    session.flush()
    record_audit(session, actor, "people:officer:enter", officer.id, {"organisation": organisation.code})
    return officer


def import_roll(session: Session, entries: Sequence[RollEntry], actor: Actor) -> list[Officer]:
    """Put everyone of a checked roll on their organisations' rolls, all or nothing."""
    organisations = {row.name: row for row in session.scalars(select(Organisation))}
    officers = [_new_officer(entry, organisations[entry.organisation_name]) for entry in entries]
    session.add_all(officers)
    session.flush()
    record_audit(session, actor, "people:roll:import", None, {"officers": len(officers)})
    return officers


def change_post(session: Session, officer: Officer, post: PostState, since: date, actor: Actor) -> None:
    """Record that a person left the post, or came back to it, from a day on."""
    if since > clock.today():
        raise InvalidError(_("变动日期不能晚于今天。请填写实际变动的日期。"))
    if post == officer.post and (post is PostState.IN_POST or since == officer.post_since):
        text = _("该人员的岗位状态本来就是“%(post)s”，没有变动可登记。请选择变动后的状态。", post=POST_NAMES[post])
        raise RefusedError([Reason("same_post", text)])
    before = officer.post
    officer.post, officer.post_since = post, since
    session.flush()
    detail = {"from": before, "to": post, "since": since.isoformat()}
    record_audit(session, actor, "people:officer:change_post", officer.id, detail)


def amend_officer(
    session: Session,
    officer: Officer,
    *,
    name: str,
    organisation: Organisation,
    category: str,
    area: str,
    actor: Actor,
) -> None:
    """Record that a person's name, unit, category or area is another; whoever moved is in post there.

    The account, where there is one, moves along, so that the new unit answers for it.
    """
    moved = officer.organisation_id != organisation.id
    before = (officer.name, officer.organisation_id, officer.enforcement_category, officer.enforcement_area)
    officer.name, officer.organisation_id, officer.organisation = name, organisation.id, organisation
    officer.enforcement_category, officer.enforcement_area = category, area
    if moved:
        officer.post, officer.post_since = PostState.IN_POST, None
    if before == (name, organisation.id, category, area):
        return
    account = session.scalar(select(Account).where(Account.officer_id == officer.id))
    if account is not None:
        account.display_name, account.organisation_id = name, organisation.id
    session.flush()
    detail = {"organisation": organisation.code, "renamed": before[0] != name, "moved": moved}
    record_audit(session, actor, "people:officer:amend", officer.id, detail)


def open_account(session: Session, account: Account, actor: Actor) -> str:
    """Give somebody an account and return the first password, which is shown once and never stored."""
    if session.scalar(select(Account.id).where(Account.username == account.username)):
        raise RefusedError([Reason("username_taken", _("用户名已被使用，请换一个。"))])
    password = passwords.first_password()
    account.password_hash = passwords.hashed(password)
    account.created_at = clock.now()
    session.add(account)
    session.flush()
    record_audit(session, actor, "people:account:open", account.id, {"role": account.role})
    return password


def open_candidate_account(session: Session, officer: Officer, actor: Actor) -> tuple[Account, str]:
    """Give an officer a candidate's account, or a fresh first password where there is one already."""
    account = session.scalar(select(Account).where(Account.officer_id == officer.id))
    if account is not None:
        return account, reset_password(session, account, actor)
    account = Account(
        username=_next_username(session, officer.organisation),
        display_name=officer.name,
        role=Role.CANDIDATE,
        organisation_id=officer.organisation_id,
        officer_id=officer.id,
    )
    return account, open_account(session, account, actor)


def reset_password(session: Session, account: Account, actor: Actor) -> str:
    """Replace a forgotten password by a first password and end every session of the account."""
    password = passwords.first_password()
    account.password_hash = passwords.hashed(password)
    account.must_change_password = True
    account.session_version += 1
    session.flush()
    record_audit(session, actor, "people:account:reset_password", account.id)
    return password


def choose_password(session: Session, account: Account, current: str, chosen: str) -> Identity:
    """Change one's own password and end every other session of the account."""
    if not passwords.matches(account.password_hash, current):
        raise InvalidError(_("当前密码不正确，请重新输入。"))
    refuse_if(reasons_against_password(chosen, account.username))
    account.password_hash = passwords.hashed(chosen)
    account.must_change_password = False
    account.session_version += 1
    session.flush()
    identity = identity_of(account)
    record_audit(session, identity.actor, "people:account:choose_password", account.id)
    return identity


def change_contact(session: Session, account: Account, email: str, language: MailLanguage, actor: Actor) -> None:
    """Say where an account is reminded, and in what language; the chain keeps no address."""
    refuse_if(reasons_against_address(email))
    account.email, account.mail_language = email, language
    session.flush()
    detail = {"has_email": bool(email), "language": language}
    record_audit(session, actor, "people:account:change_contact", account.id, detail)


def sign_in(session: Session, username: str, password: str, address: str) -> Identity | None:
    """Return who the name and password belong to, or None after writing the failure down.

    The failures of one name from one address are counted, so that nobody can lock out a candidate
    from somewhere else.
    """
    now = clock.now()
    digest = matching_digest(f"{username.lower()} {address}")
    recent = (SignInFailure.digest == digest) & (SignInFailure.at > now - FAILURE_WINDOW)
    count = session.scalar(select(func.count()).select_from(SignInFailure).where(recent)) or 0
    if count >= FAILURES_ALLOWED:
        text = _("登录失败次数过多，请 15 分钟后再试，或请管理员重置密码。")
        raise RefusedError([Reason("too_many_failures", text)])
    account = session.scalar(select(Account).where(Account.username == username))
    if not passwords.matches(account.password_hash if account else None, password) or not account:
        session.add(SignInFailure(digest=digest, at=now))
        return None
    if not account.is_active:
        return None
    session.execute(delete(SignInFailure).where(SignInFailure.digest == digest))
    identity = identity_of(account)
    record_audit(session, identity.actor, "people:account:sign_in", account.id)
    return identity


def _new_officer(entry: RollEntry, organisation: Organisation) -> Officer:
    return Officer(
        name=entry.name,
        organisation_id=organisation.id,
        organisation=organisation,
        document_kind=entry.document_kind,
        document_sealed=sealed(entry.document_number, DOCUMENT_PLACE),
        document_digest=matching_digest(entry.document_number),
        employment=entry.employment,
        post=entry.post,
        post_since=entry.post_since,
        enforcement_category=entry.category or organisation.enforcement_category,
        enforcement_area=entry.area,
        created_at=clock.now(),
    )


def _next_username(session: Session, organisation: Organisation) -> str:
    prefix = organisation.code.lower()
    count = session.scalar(select(func.count()).select_from(Account).where(Account.username.like(f"{prefix}-%")))
    return f"{prefix}-{(count or 0) + 1:04d}"


def _check_roll(session: Session, rows: list[ParsedRow], _identity: Identity) -> list[Problem]:
    names = frozenset(session.scalars(select(Organisation.name)))
    return problems_in(rows, RollFacts(names, known_document_digests(session), clock.today()))


def _apply_roll(session: Session, rows: list[ParsedRow], identity: Identity) -> Text:
    officers = import_roll(session, [entry_of(row) for row in rows], identity.actor)
    return _("已导入 %(count)s 名人员。", count=len(officers))


ROLL = ImportKind(
    name="roll",
    title=_("人员名册"),
    intro=_("一行一人。单位请填单位名录中的全称；人员性质、岗位状态不填时，分别按“在编”“在岗”处理。"),
    columns=COLUMNS,
    sample=("张三", "演示编号", "DEMO-900001", "市公安局", "在编", "在岗", "", "公安", "秦皇岛市"),
    check=_check_roll,
    apply=_apply_roll,
    done_endpoint="officers.index",
    choices={1: tuple(DOCUMENT_WORDS), 4: tuple(EMPLOYMENT_WORDS), 5: tuple(POST_WORDS)},
)


def _check_tree(session: Session, rows: list[ParsedRow], _identity: Identity) -> list[Problem]:
    known = session.execute(select(Organisation.code, Organisation.name, Organisation.kind)).all()
    has_city = any(row.kind == OrganisationKind.CITY for row in known)
    counties = frozenset(row.name for row in known if row.kind == OrganisationKind.COUNTY)
    facts = TreeFacts(
        frozenset(row.code for row in known), frozenset(row.name for row in known), has_city, counties
    )
    return tree.problems_in(rows, facts)


def _apply_tree(session: Session, rows: list[ParsedRow], identity: Identity) -> Text:
    counties = {
        str(row.values[tree.CODE]): str(row.values[tree.PARENT]) for row in rows if row.values.get(tree.PARENT)
    }
    found_organisations(session, [_new_organisation(row) for row in rows], identity.actor, counties)
    return _("已建立 %(count)s 个单位。", count=len(rows))


def _new_organisation(row: ParsedRow) -> Organisation:
    values = row.values
    return Organisation(
        code=values[tree.CODE],
        name=values[tree.NAME],
        name_en=values[tree.NAME_EN],
        kind=values[tree.KIND],
        division_code=values[tree.DIVISION],
        division_kind=values.get(tree.DIVISION_KIND) or DivisionKind.ADMINISTRATIVE,
        enforcement_category=values.get(tree.CATEGORY) or "",
        recorder_class=values.get(tree.RECORDER) or "",
        issuer_name=values.get(tree.ISSUER) or "",
    )


TREE = ImportKind(
    name="tree",
    title=_("单位名录"),
    intro=_(
        "一行一个单位。第一次导入要有一行类型为“市”，其余各行都归它；"
        "“县区所属单位”另填所属县区，统计时计入该县区。代码一经使用不能更改。"
    ),
    columns=tree.COLUMNS,
    sample=("M01", "市公安局", "Public Security Bureau", "市直部门", "130300", "行政区划", "公安", "A", "", ""),
    check=_check_tree,
    apply=_apply_tree,
    done_endpoint="organisations.index",
    choices={3: tuple(tree.KIND_WORDS), 5: tuple(tree.DIVISION_WORDS)},
)

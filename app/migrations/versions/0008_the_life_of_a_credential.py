"""the life of a credential: what was done about it, the qualification of its holder, the annual review"""

import sqlalchemy as sa
from alembic import op
from uuid_utils.compat import uuid7

from core.db import Instant

revision = "0008"
down_revision = "0007"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("state = 'proposed'")
AT_ONCE = 1000
CARD_ONLY = ("D1", "D2")
BASIS = "《河北省行政执法证件和行政执法监督检查证件管理办法》（省政府令〔2007〕第1号）"

# The tables as they are in this revision, with the columns that are read or written here and no others.
CREDENTIAL = sa.table(
    "credential",
    sa.column("id", sa.Uuid()),
    sa.column("officer_id", sa.Uuid()),
    sa.column("state", sa.String()),
    sa.column("source", sa.String()),
    sa.column("issued_at", Instant()),
    sa.column("cancelled_at", Instant()),
)
ENTRY = sa.table(
    "log_entry",
    sa.column("index", BIG),
    sa.column("kind", sa.String()),
    sa.column("subject_id", sa.Uuid()),
)
AUDIT = sa.table(
    "audit_entry",
    sa.column("seq", BIG),
    sa.column("verb", sa.String()),
    sa.column("subject_id", sa.Uuid()),
    sa.column("account_id", sa.Uuid()),
    sa.column("actor_name", sa.String()),
    sa.column("detail", sa.JSON()),
)


def upgrade() -> None:
    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.add_column(sa.Column("suspended_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("replaced_by_id", sa.Uuid(), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_credential_suspended"), "(state = 'suspended') = (suspended_until is not null)"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_credential_replaced"), "replaced_by_id is null or state in ('cancelled', 'void')"
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_credential_replaced_by_id_credential"), "credential", ["replaced_by_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_credential_replaced_by_id"), ["replaced_by_id"], unique=False)
    qualification, act = _tables()
    _fill(op.get_bind(), qualification, act)


def _tables() -> tuple[sa.Table, sa.Table]:
    qualification = op.create_table(
        "qualification",
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("barred_until", sa.Date(), nullable=True),
        sa.Column("since", Instant(), nullable=False),
        sa.CheckConstraint(
            "barred_until is null or state = 'disqualified'", name=op.f("ck_qualification_barred")
        ),
        sa.CheckConstraint("state <> 'applicant'", name=op.f("ck_qualification_state")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_qualification_officer_id_officer")),
        sa.PrimaryKeyConstraint("officer_id", name=op.f("pk_qualification")),
    )
    act = op.create_table(
        "credential_act",
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("suspended_until", sa.Date(), nullable=True),
        sa.Column("qualification", sa.String(length=12), nullable=False),
        sa.Column("barred_until", sa.Date(), nullable=True),
        sa.Column("ground", sa.String(length=2), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("paper", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=100), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=True),
        sa.Column("log_index", BIG, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_credential_act_number")),
        sa.CheckConstraint(
            "(state = 'suspended') = (suspended_until is not null)", name=op.f("ck_credential_act_suspended")
        ),
        sa.CheckConstraint(
            "second_id is null or second_id <> account_id", name=op.f("ck_credential_act_second_person")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_credential_act_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_credential_act_credential_id_credential")
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_credential_act_officer_id_officer")
        ),
        sa.ForeignKeyConstraint(["second_id"], ["account.id"], name=op.f("fk_credential_act_second_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_act")),
        sa.UniqueConstraint("credential_id", "number", name=op.f("uq_credential_act_credential_id_number")),
    )
    with op.batch_alter_table("credential_act", schema=None) as batch_op:
        batch_op.create_index("ix_credential_act_officer_id_at", ["officer_id", "at"], unique=False)
    op.create_table(
        "annual_review",
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("outcome = 'passed' or note <> ''", name=op.f("ck_annual_review_note")),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_annual_review_credential_id_credential")
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by"], ["account.id"], name=op.f("fk_annual_review_reviewed_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annual_review")),
        sa.UniqueConstraint(
            "credential_id", "year", "number", name=op.f("uq_annual_review_credential_id_year_number")
        ),
    )
    with op.batch_alter_table("annual_review", schema=None) as batch_op:
        batch_op.create_index("ix_annual_review_year", ["year"], unique=False)
    op.create_table(
        "revocation_proposal",
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("ground", sa.String(length=2), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("paper", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposer_name", sa.String(length=100), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decision", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_at is null)", name=op.f("ck_revocation_proposal_decided")
        ),
        sa.CheckConstraint(
            "decided_by is null or decided_by <> proposed_by", name=op.f("ck_revocation_proposal_second_person")
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_revocation_proposal_credential_id_credential")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["account.id"], name=op.f("fk_revocation_proposal_decided_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["account.id"], name=op.f("fk_revocation_proposal_proposed_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation_proposal")),
    )
    with op.batch_alter_table("revocation_proposal", schema=None) as batch_op:
        batch_op.create_index(
            "uq_revocation_proposal_open",
            ["credential_id"],
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
    return qualification, act


def _fill(bind: sa.Connection, qualification: sa.Table, act: sa.Table) -> None:
    """Write down the acts there have been, from the credentials, the audit chain and the public log."""
    entries = _entries(bind)
    cancelled = {
        row.subject_id: row
        for row in bind.execute(sa.select(AUDIT).where(AUDIT.c.verb == "certificates:credential:cancel"))
    }
    acts, people = [], {}
    issued = sa.select(CREDENTIAL).where(CREDENTIAL.c.state != "reserved").order_by(CREDENTIAL.c.issued_at)
    for row in bind.execute(issued):
        acts.append(_begun(row, entries.get((row.id, "credential"))))
        people.setdefault(row.officer_id, ("qualified", row.issued_at))
    active = sa.select(CREDENTIAL.c.officer_id).where(CREDENTIAL.c.state == "active")
    standing = set(bind.scalars(active))
    for row in bind.execute(sa.select(CREDENTIAL).where(CREDENTIAL.c.state == "cancelled")):
        entry, said = entries.get((row.id, "status")), cancelled.get(row.id)
        one = _ended(row, entry, said, keeps=row.officer_id in standing)
        acts.append(one)
        if one["qualification"] == "disqualified":
            people[row.officer_id] = ("disqualified", row.cancelled_at)
    _insert(bind, act, acts)
    _insert(
        bind,
        qualification,
        [{"officer_id": key, "state": state, "barred_until": None, "since": at} for key, (state, at) in people.items()],
    )


def _entries(bind: sa.Connection) -> dict:
    """Return the newest place of each credential and kind in the public log."""
    newest = sa.select(ENTRY.c.subject_id, ENTRY.c.kind, sa.func.max(ENTRY.c.index)).where(
        ENTRY.c.kind.in_(("credential", "status"))
    )
    return {(key, kind): index for key, kind, index in bind.execute(newest.group_by(ENTRY.c.subject_id, ENTRY.c.kind))}


def _begun(row: sa.Row, entry: int | None) -> dict:
    is_taken_over = row.source == "taken_over"
    return {
        **_common(row),
        "number": 1,
        "kind": "take_over" if is_taken_over else "issue",
        "at": row.issued_at,
        "state": "active",
        "qualification": "qualified",
        "ground": "A2" if is_taken_over else "A1",
        "log_index": entry,
    }


def _ended(row: sa.Row, entry: int | None, said: sa.Row | None, *, keeps: bool) -> dict:
    """Return the act by which a credential was cancelled; who holds another card stays qualified."""
    ground = said.detail.get("ground", "") if said else ""
    stays = keeps or ground in CARD_ONLY
    return {
        **_common(row),
        "number": 2,
        "kind": "cancel",
        "at": row.cancelled_at,
        "state": "cancelled",
        "qualification": "qualified" if stays else "disqualified",
        "ground": ground,
        "account_id": said.account_id if said else None,
        "actor_name": said.actor_name if said else "system",
        "log_index": entry,
    }


def _common(row: sa.Row) -> dict:
    return {
        "id": uuid7(),
        "credential_id": row.id,
        "officer_id": row.officer_id,
        "suspended_until": None,
        "barred_until": None,
        "basis": BASIS,
        "paper": "",
        "reason": "",
        "account_id": None,
        "actor_name": "system",
        "second_id": None,
    }


def _insert(bind: sa.Connection, table: sa.Table, rows: list[dict]) -> None:
    for start in range(0, len(rows), AT_ONCE):
        bind.execute(sa.insert(table), rows[start : start + AT_ONCE])


def downgrade() -> None:
    op.drop_table("revocation_proposal")
    op.drop_table("annual_review")
    op.drop_table("credential_act")
    op.drop_table("qualification")
    # A release before this one knows of no other way to lose a credential for good.
    op.execute(
        "update credential set state = 'cancelled', cancelled_at = issued_at where state in ('revoked', 'void')"
    )
    op.execute("update credential set state = 'active', suspended_until = null where state = 'suspended'")
    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credential_replaced_by_id"))
        batch_op.drop_constraint(batch_op.f("fk_credential_replaced_by_id_credential"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("ck_credential_replaced"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_credential_suspended"), type_="check")
        batch_op.drop_column("replaced_by_id")
        batch_op.drop_column("suspended_until")

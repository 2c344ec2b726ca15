"""the lookup: a mark on log entries, answers counted, checks, doubts, portals' keys"""

import sqlalchemy as sa
from alembic import op

from core.db import Instant

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    # Entries from before have no mark: they are proved the long way, so none is marked unproved here.
    op.add_column("log_entry", sa.Column("seal", sa.String(length=64), nullable=True))
    op.create_index("ix_log_entry_subject_id_index", "log_entry", ["subject_id", "index"])
    op.drop_index("ix_log_entry_subject_id", "log_entry")

    op.create_table(
        "lookup_count",
        sa.Column("asker", sa.String(length=64), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("asker", name=op.f("pk_lookup_count")),
    )
    op.create_index(op.f("ix_lookup_count_began_at"), "lookup_count", ["began_at"])
    if op.get_bind().dialect.name == "postgresql":
        # A count is worth nothing after an hour: it is not written to the log, and no answer waits for the disk.
        op.execute("alter table lookup_count set unlogged")

    op.create_table(
        "spent_check",
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("spent_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_spent_check")),
    )
    op.create_index(op.f("ix_spent_check_spent_at"), "spent_check", ["spent_at"])

    op.create_table(
        "doubt_report",
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("address_digest", sa.String(length=64), nullable=False),
        sa.Column("cert_no", sa.String(length=60), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=True),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(answered_by is null) = (answered_at is null)", name=op.f("ck_doubt_report_answered_by")
        ),
        sa.CheckConstraint("(state = 'open') = (answered_at is null)", name=op.f("ck_doubt_report_answered")),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name=op.f("fk_doubt_report_answered_by_account")),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_doubt_report_credential_id_credential")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubt_report")),
        sa.UniqueConstraint("number", name=op.f("uq_doubt_report_number")),
    )
    op.create_index(op.f("ix_doubt_report_credential_id"), "doubt_report", ["credential_id"])
    op.create_index("ix_doubt_report_state_made_at", "doubt_report", ["state", "made_at"])
    op.create_index("ix_doubt_report_address_digest_made_at", "doubt_report", ["address_digest", "made_at"])

    op.create_table(
        "portal_key",
        sa.Column("portal", sa.String(length=80), nullable=False),
        sa.Column("contact", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("beginning", sa.String(length=12), nullable=False),
        sa.Column("hourly_limit", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(revoked_by is null) = (revoked_at is null)", name=op.f("ck_portal_key_revoked")),
        sa.CheckConstraint("hourly_limit > 0", name=op.f("ck_portal_key_hourly_limit")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_portal_key_made_by_account")),
        sa.ForeignKeyConstraint(["revoked_by"], ["account.id"], name=op.f("fk_portal_key_revoked_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_key")),
        sa.UniqueConstraint("digest", name=op.f("uq_portal_key_digest")),
    )


def downgrade() -> None:
    op.drop_table("portal_key")
    op.drop_table("doubt_report")
    op.drop_table("spent_check")
    op.drop_table("lookup_count")
    op.create_index("ix_log_entry_subject_id", "log_entry", ["subject_id"])
    op.drop_index("ix_log_entry_subject_id_index", "log_entry")
    op.drop_column("log_entry", "seal")

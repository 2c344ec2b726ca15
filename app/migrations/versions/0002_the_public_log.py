"""the public log"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from certificates.operations.log import log_what_went_before
from core.db import Instant


revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "log_entry",
        sa.Column("index", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("logged_at", Instant(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=True),
        sa.CheckConstraint('"index" >= 0', name=op.f("ck_log_entry_index")),
        sa.PrimaryKeyConstraint("index", name=op.f("pk_log_entry")),
    )
    with op.batch_alter_table("log_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_entry_digest"), ["digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_log_entry_subject_id"), ["subject_id"], unique=False)
    op.create_table(
        "log_head",
        sa.Column("size", BIG, autoincrement=False, nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("signed_at", Instant(), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_log_head_size")),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_head")),
    )
    op.create_table(
        "log_node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("pk_log_node")),
    )
    with Session(op.get_bind()) as session:
        log_what_went_before(session)
    # The operation marks entries, as it does since 0010; until then the table has no place for the mark.
    op.drop_column("log_entry", "seal")


def downgrade() -> None:
    op.drop_table("log_node")
    op.drop_table("log_head")
    with op.batch_alter_table("log_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_log_entry_subject_id"))
        batch_op.drop_index(batch_op.f("ix_log_entry_digest"))
    op.drop_table("log_entry")

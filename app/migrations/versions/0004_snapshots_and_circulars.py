"""snapshots and circulars"""

import sqlalchemy as sa
from alembic import op

from core.db import Instant


revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "figures_snapshot",
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cut", sa.String(length=12), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=False),
        sa.Column("taken_by_name", sa.String(length=100), nullable=False),
        sa.Column("taken_at", Instant(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_figures_snapshot_number")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_figures_snapshot_sitting_id_sitting")),
        sa.ForeignKeyConstraint(["taken_by"], ["account.id"], name=op.f("fk_figures_snapshot_taken_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figures_snapshot")),
        sa.UniqueConstraint("sitting_id", "number", name=op.f("uq_figures_snapshot_sitting_id_number")),
    )
    op.create_table(
        "circular",
        sa.Column("snapshot_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("correction_reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("document_no", sa.String(length=40), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("good_participation", sa.Numeric(precision=4, scale=1), nullable=False),
        sa.Column("good_pass", sa.Numeric(precision=4, scale=1), nullable=False),
        sa.Column("poor_not_completed", sa.Integer(), nullable=False),
        sa.Column("poor_pass", sa.Numeric(precision=4, scale=1), nullable=True),
        sa.Column("drafted_at", Instant(), nullable=False),
        sa.Column("edited_by", sa.Uuid(), nullable=False),
        sa.Column("edited_at", Instant(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.Column("issued_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("approved_by is null or approved_by <> edited_by", name=op.f("ck_circular_second_person")),
        sa.CheckConstraint(
            "(state in ('approved', 'issued')) = (approved_at is not null)", name=op.f("ck_circular_approved")
        ),
        sa.CheckConstraint("(state = 'issued') = (issued_at is not null)", name=op.f("ck_circular_issued")),
        sa.CheckConstraint(
            "(corrects_id is null) = (correction_reason = '')", name=op.f("ck_circular_correction")
        ),
        sa.CheckConstraint("(corrects_id is null) = (version = 1)", name=op.f("ck_circular_version")),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["figures_snapshot.id"], name=op.f("fk_circular_snapshot_id_figures_snapshot")
        ),
        sa.ForeignKeyConstraint(["corrects_id"], ["circular.id"], name=op.f("fk_circular_corrects_id_circular")),
        sa.ForeignKeyConstraint(["edited_by"], ["account.id"], name=op.f("fk_circular_edited_by_account")),
        sa.ForeignKeyConstraint(["approved_by"], ["account.id"], name=op.f("fk_circular_approved_by_account")),
        sa.ForeignKeyConstraint(["issued_by"], ["account.id"], name=op.f("fk_circular_issued_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circular")),
    )
    with op.batch_alter_table("circular", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_circular_snapshot_id"), ["snapshot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_circular_issued_at"), ["issued_at"], unique=False)
        batch_op.create_index(
            "uq_circular_corrects_id",
            ["corrects_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'discarded'"),
            postgresql_where=sa.text("state <> 'discarded'"),
        )
    op.create_table(
        "circular_file",
        sa.Column("circular_id", sa.Uuid(), nullable=False),
        sa.Column("layout", sa.String(length=4), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["circular_id"], ["circular.id"], name=op.f("fk_circular_file_circular_id_circular")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circular_file")),
        sa.UniqueConstraint("circular_id", "layout", name=op.f("uq_circular_file_circular_id_layout")),
    )


def downgrade() -> None:
    op.drop_table("circular_file")
    op.drop_table("circular")
    op.drop_table("figures_snapshot")

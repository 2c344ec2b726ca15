"""files of a pass list"""

import sqlalchemy as sa
from alembic import op

from core.db import Instant


revision = "0012"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "pass_list_file",
        sa.Column("pass_list_id", sa.Uuid(), nullable=False),
        sa.Column("layout", sa.String(length=4), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("drawn_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["pass_list_id"], ["pass_list.id"], name=op.f("fk_pass_list_file_pass_list_id_pass_list")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pass_list_file")),
        sa.UniqueConstraint("pass_list_id", "layout", name=op.f("uq_pass_list_file_pass_list_id_layout")),
    )


def downgrade() -> None:
    op.drop_table("pass_list_file")

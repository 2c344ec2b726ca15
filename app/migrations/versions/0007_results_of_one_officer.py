"""results of one officer"""

from alembic import op


revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_index(
        "ix_result_officer_id", "result", ["officer_id"]
    )


def downgrade() -> None:
    op.drop_index("ix_result_officer_id", "result")

"""places of credentials in the public status lists of verifiable credentials"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "status_place",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_status_place_credential_id_credential")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_status_place")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_status_place_credential_id")),
    )


def downgrade() -> None:
    op.drop_table("status_place")

"""figures by employment and subject"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
FIGURES = [
    "sitting_id",
    "organisation_id",
    "employment",
    "outcome",
    "shortfall",
    "score",
    "candidate_id",
    "number",
    "officer_id",
]


def upgrade() -> None:
    # Only people on the establishment could be registered so far, so the default says what was true.
    for table in ("candidate", "result"):
        employment = sa.Column("employment", sa.String(length=16), nullable=False, server_default="establishment")
        op.add_column(table, employment)
    with op.batch_alter_table("candidate", schema=None) as batch_op:
        batch_op.create_index(
            "ix_candidate_not_due",
            ["sitting_id", "organisation_id", "standing"],
            unique=False,
            sqlite_where=sa.text("standing <> 'registered'"),
            postgresql_where=sa.text("standing <> 'registered'"),
        )
    op.add_column("result", sa.Column("officer_id", sa.Uuid(), nullable=True))
    op.execute(
        "update result set officer_id = (select officer_id from candidate where candidate.id = result.candidate_id)"
    )
    with op.batch_alter_table("result", schema=None) as batch_op:
        batch_op.alter_column("officer_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.create_foreign_key(op.f("fk_result_officer_id_officer"), "officer", ["officer_id"], ["id"])
        batch_op.drop_index("ix_result_sitting_id_organisation_id_outcome")
        batch_op.create_index("ix_result_figures", FIGURES, unique=False)
        batch_op.create_index(
            "ix_result_later",
            ["candidate_id", "number"],
            unique=False,
            sqlite_where=sa.text("number > 1"),
            postgresql_where=sa.text("number > 1"),
        )

    op.create_table(
        "subject_tally",
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=30), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("available", sa.Integer(), nullable=False),
        sa.CheckConstraint("reached >= 0 and reached <= available", name=op.f("ck_subject_tally_range")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_subject_tally_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_subject_tally_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("sitting_id", "organisation_id", "subject", name=op.f("pk_subject_tally")),
    )


def downgrade() -> None:
    op.drop_table("subject_tally")
    with op.batch_alter_table("result", schema=None) as batch_op:
        batch_op.drop_index("ix_result_later")
        batch_op.drop_index("ix_result_figures")
        batch_op.create_index(
            "ix_result_sitting_id_organisation_id_outcome",
            ["sitting_id", "organisation_id", "outcome"],
            unique=False,
        )
        batch_op.drop_constraint(op.f("fk_result_officer_id_officer"), type_="foreignkey")
        batch_op.drop_column("officer_id")
    with op.batch_alter_table("candidate", schema=None) as batch_op:
        batch_op.drop_index("ix_candidate_not_due")
    for table in ("result", "candidate"):
        op.drop_column(table, "employment")

"""duties: answers for who has not completed, supervision cards, reminders by mail"""

import sqlalchemy as sa
from alembic import op

from core.db import Instant

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # Not in batch mode: SQLite would build the table anew, and too many others point at it.
    op.add_column("account", sa.Column("email", sa.String(length=254), nullable=False, server_default=""))
    op.add_column("account", sa.Column("mail_language", sa.String(length=2), nullable=False, server_default="zh"))
    op.create_table(
        "non_completion_answer",
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("plan_until", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("plan_until is null or plan <> ''", name=op.f("ck_non_completion_answer_plan")),
        sa.CheckConstraint("reason <> 'other' or words <> ''", name=op.f("ck_non_completion_answer_words")),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["account.id"], name=op.f("fk_non_completion_answer_answered_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidate.id"], name=op.f("fk_non_completion_answer_candidate_id_candidate")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_non_completion_answer_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sitting.id"], name=op.f("fk_non_completion_answer_sitting_id_sitting")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_non_completion_answer")),
        sa.UniqueConstraint(
            "candidate_id", "number", name=op.f("uq_non_completion_answer_candidate_id_number")
        ),
    )
    with op.batch_alter_table("non_completion_answer", schema=None) as batch_op:
        batch_op.create_index(
            "ix_non_completion_answer_sitting_id_organisation_id", ["sitting_id", "organisation_id"], unique=False
        )

    op.create_table(
        "supervision_card",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("unit_name", sa.String(length=60), nullable=False),
        sa.Column("issuer_name", sa.String(length=60), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("duty_key", sa.String(length=80), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("requirement", sa.Text(), nullable=False),
        sa.Column("owner_name", sa.String(length=50), nullable=False),
        sa.Column("owner_post", sa.String(length=50), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("serial > 0", name=op.f("ck_supervision_card_serial")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_supervision_card_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_card")),
        sa.UniqueConstraint("number", name=op.f("uq_supervision_card_number")),
        sa.UniqueConstraint("year", "serial", name=op.f("uq_supervision_card_year_serial")),
    )
    with op.batch_alter_table("supervision_card", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supervision_card_duty_key"), ["duty_key"], unique=False)
        batch_op.create_index(
            "ix_supervision_card_organisation_id_state", ["organisation_id", "state"], unique=False
        )
        batch_op.create_index(
            "uq_supervision_card_open",
            ["organisation_id", "duty_key"],
            unique=True,
            sqlite_where=sa.text("state <> 'closed'"),
            postgresql_where=sa.text("state <> 'closed'"),
        )

    op.create_table(
        "supervision_step",
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=100), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_supervision_step_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["card_id"], ["supervision_card.id"], name=op.f("fk_supervision_step_card_id_supervision_card")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_step")),
        sa.UniqueConstraint("card_id", "number", name=op.f("uq_supervision_step_card_id_number")),
    )
    op.create_table(
        "reminder",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("causes", sa.JSON(), nullable=False),
        sa.Column("duties", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(state = 'sent') = (sent_at is not null)", name=op.f("ck_reminder_sent")),
        sa.CheckConstraint("tries > 0", name=op.f("ck_reminder_tries")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reminder_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_reminder_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("account_id", "day", name=op.f("uq_reminder_account_id_day")),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index("ix_reminder_organisation_id_day", ["organisation_id", "day"], unique=False)
        batch_op.create_index("ix_reminder_state", ["state"], unique=False)


def downgrade() -> None:
    op.drop_table("reminder")
    op.drop_table("supervision_step")
    op.drop_table("supervision_card")
    op.drop_table("non_completion_answer")
    op.drop_column("account", "mail_language")
    op.drop_column("account", "email")

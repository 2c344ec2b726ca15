"""photos of officers, drawing a whole list, files for the printer, body-worn recorders"""

import sqlalchemy as sa
from alembic import op

from core.db import Instant

revision = "0009"
down_revision = "0008"


def _points(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade() -> None:
    op.create_table(
        "officer_photo",
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("taken_in_by", sa.Uuid(), nullable=True),
        sa.Column("taken_in_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_officer_photo_number")),
        _points("officer_photo", "officer_id", "officer"),
        _points("officer_photo", "taken_in_by", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_photo")),
        sa.UniqueConstraint("officer_id", "number", name=op.f("uq_officer_photo_officer_id_number")),
    )
    op.create_table(
        "photo_intake",
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("archive_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _points("photo_intake", "organisation_id", "organisation"),
        _points("photo_intake", "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_intake")),
    )
    op.create_table(
        "photo_intake_item",
        sa.Column("intake_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("fault", sa.String(length=20), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(fault = '') = (content_sealed is not null)", name=op.f("ck_photo_intake_item_fault")
        ),
        _points("photo_intake_item", "intake_id", "photo_intake"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_intake_item")),
        sa.UniqueConstraint("intake_id", "place", name=op.f("uq_photo_intake_item_intake_id_place")),
    )
    op.create_table(
        "drawing_run",
        sa.Column("pass_list_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("public_url", sa.String(length=200), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("drawn_before", sa.Integer(), nullable=False),
        _points("drawing_run", "pass_list_id", "pass_list"),
        sa.PrimaryKeyConstraint("pass_list_id", name=op.f("pk_drawing_run")),
    )
    op.create_table(
        "drawing_claim",
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("worker", sa.Uuid(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        _points("drawing_claim", "credential_id", "credential"),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_drawing_claim")),
    )
    op.create_table(
        "drawing_failure",
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failed_at", Instant(), nullable=False),
        _points("drawing_failure", "credential_id", "credential"),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_drawing_failure")),
    )
    op.create_table(
        "print_file",
        sa.Column("pass_list_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("cards", sa.Integer(), nullable=False),
        sa.Column("first_no", sa.String(length=30), nullable=False),
        sa.Column("last_no", sa.String(length=30), nullable=False),
        sa.Column("failure", sa.String(length=500), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("made_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        _points("print_file", "pass_list_id", "pass_list"),
        _points("print_file", "asked_by", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_file")),
    )
    op.create_index(op.f("ix_print_file_pass_list_id"), "print_file", ["pass_list_id"])
    op.create_table(
        "recorder_minimum",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.CheckConstraint("minimum >= 0", name=op.f("ck_recorder_minimum_minimum")),
        _points("recorder_minimum", "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_recorder_minimum")),
    )
    op.create_table(
        "recorder_stock",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("usable", sa.Integer(), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.Column("reported_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("usable >= 0 and broken >= 0", name=op.f("ck_recorder_stock_counts")),
        _points("recorder_stock", "organisation_id", "organisation"),
        _points("recorder_stock", "reported_by", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recorder_stock")),
        sa.UniqueConstraint("organisation_id", "number", name=op.f("uq_recorder_stock_organisation_id_number")),
    )


def downgrade() -> None:
    for name in (
        "recorder_stock",
        "recorder_minimum",
        "print_file",
        "drawing_failure",
        "drawing_claim",
        "drawing_run",
        "photo_intake_item",
        "photo_intake",
        "officer_photo",
    ):
        op.drop_table(name)

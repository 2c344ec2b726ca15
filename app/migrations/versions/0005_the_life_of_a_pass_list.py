"""the life of a pass list, objections to it, exemptions from it, and the working-day calendar"""

from datetime import date

import sqlalchemy as sa
from alembic import op

from core.db import Instant


revision = "0005"
down_revision = "0004"

OFF, WORKED = False, True
# The notices of the General Office of the State Council, as published. A year we are not sure of is left out.
NOTICES = {
    "国办发明电〔2016〕17号": (
        ("元旦", OFF, ("2017-01-01", "2017-01-02")),
        ("春节", WORKED, ("2017-01-22", "2017-02-04")),
        ("春节", OFF, tuple(f"2017-01-{day}" for day in range(27, 32)) + ("2017-02-01", "2017-02-02")),
        ("清明节", WORKED, ("2017-04-01",)),
        ("清明节", OFF, ("2017-04-02", "2017-04-03", "2017-04-04")),
        ("劳动节", OFF, ("2017-05-01",)),
        ("端午节", WORKED, ("2017-05-27",)),
        ("端午节", OFF, ("2017-05-28", "2017-05-29", "2017-05-30")),
        ("中秋节、国庆节", WORKED, ("2017-09-30",)),
        ("中秋节、国庆节", OFF, tuple(f"2017-10-0{day}" for day in range(1, 9))),
    ),
    "国办发明电〔2024〕12号": (
        ("元旦", OFF, ("2025-01-01",)),
        ("春节", WORKED, ("2025-01-26", "2025-02-08")),
        ("春节", OFF, tuple(f"2025-01-{day}" for day in range(28, 32)) + tuple(f"2025-02-0{day}" for day in range(1, 5))),
        ("清明节", OFF, ("2025-04-04", "2025-04-05", "2025-04-06")),
        ("劳动节", WORKED, ("2025-04-27",)),
        ("劳动节", OFF, tuple(f"2025-05-0{day}" for day in range(1, 6))),
        ("端午节", OFF, ("2025-05-31", "2025-06-01", "2025-06-02")),
        ("国庆节、中秋节", WORKED, ("2025-09-28", "2025-10-11")),
        ("国庆节、中秋节", OFF, tuple(f"2025-10-0{day}" for day in range(1, 9))),
    ),
    "国办发明电〔2025〕7号": (
        ("元旦", OFF, ("2026-01-01", "2026-01-02", "2026-01-03")),
        ("元旦", WORKED, ("2026-01-04",)),
        ("春节", WORKED, ("2026-02-14", "2026-02-28")),
        ("春节", OFF, tuple(f"2026-02-{day}" for day in range(15, 24))),
        ("清明节", OFF, ("2026-04-04", "2026-04-05", "2026-04-06")),
        ("劳动节", OFF, tuple(f"2026-05-0{day}" for day in range(1, 6))),
        ("劳动节", WORKED, ("2026-05-09",)),
        ("端午节", OFF, ("2026-06-19", "2026-06-20", "2026-06-21")),
        ("中秋节", OFF, ("2026-09-25", "2026-09-26", "2026-09-27")),
        ("国庆节", WORKED, ("2026-09-20", "2026-10-10")),
        ("国庆节", OFF, tuple(f"2026-10-0{day}" for day in range(1, 8))),
    ),
}
FIGURES = """
select outcome, count(*) from result
where sitting_id = :sitting and not exists
  (select 1 from result as later where later.candidate_id = result.candidate_id and later.number > result.number)
group by outcome
"""
OPEN, PUBLISHED = sa.text("state in ('draft', 'approved')"), sa.text("state = 'published'")
STANDING, LISTED = sa.text("state in ('proposed', 'approved')"), sa.text("is_listed")


def upgrade() -> None:
    _make_calendar()
    _widen_lists()
    _fill_lists()
    _settle_lists()
    _widen_entries()
    _make_objections()
    _make_exemptions()


def downgrade() -> None:
    op.drop_table("publication_exemption")
    op.drop_table("objection")
    with op.batch_alter_table("pass_list_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_pass_list_entry_candidate_id")
        batch_op.drop_index("uq_pass_list_entry_listed")
        batch_op.drop_constraint(op.f("ck_pass_list_entry_tombstone"), type_="check")
        for column in ("is_listed", "is_exempt", "change", "withdrawn_on", "withdrawn_by", "effective_on"):
            batch_op.drop_column(column)
        batch_op.create_unique_constraint(op.f("uq_pass_list_entry_candidate_id"), ["candidate_id"])
    with op.batch_alter_table("pass_list", schema=None) as batch_op:
        batch_op.drop_index("uq_pass_list_open")
        batch_op.drop_index("uq_pass_list_version")
        for name in ("second_person", "published", "discarded", "digest", "logged", "approved"):
            batch_op.drop_constraint(op.f(f"ck_pass_list_{name}"), type_="check")
        # The foreign keys on these columns go with them.
        for column in ADDED:
            batch_op.drop_column(column)
        batch_op.alter_column("digest", existing_type=sa.String(64), nullable=False)
        batch_op.alter_column("published_by", existing_type=sa.Uuid(), nullable=False)
        batch_op.alter_column("published_at", existing_type=Instant(), nullable=False)
        batch_op.create_unique_constraint(op.f("uq_pass_list_sitting_id"), ["sitting_id"])
    op.drop_table("calendar_day")


ADDED = (
    "version",
    "supersedes_id",
    "state",
    "mode",
    "notice_days",
    "basis",
    "legal_basis",
    "contact",
    "reason",
    "exempt_count",
    "figures",
    "drafted_by",
    "drafted_at",
    "approved_by",
    "approved_at",
    "notice_from",
    "notice_until",
    "effective_on",
    "is_provisional",
    "log_index",
    "discarded_by",
    "discarded_at",
    "remark",
)


def _make_calendar() -> None:
    table = op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    rows = [
        {"day": date.fromisoformat(day), "is_working": is_working, "name": name, "source": source}
        for source, lines in NOTICES.items()
        for name, is_working, days in lines
        for day in days
    ]
    op.bulk_insert(table, rows)


def _widen_lists() -> None:
    with op.batch_alter_table("pass_list", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_pass_list_sitting_id"), type_="unique")
        batch_op.alter_column("digest", existing_type=sa.String(64), nullable=True)
        batch_op.alter_column("published_by", existing_type=sa.Uuid(), nullable=True)
        batch_op.alter_column("published_at", existing_type=Instant(), nullable=True)
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("supersedes_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("state", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("mode", sa.String(length=24), nullable=True))
        batch_op.add_column(sa.Column("notice_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("basis", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("legal_basis", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("contact", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("exempt_count", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("figures", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("drafted_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("drafted_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("approved_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("approved_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("notice_from", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("notice_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("effective_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("is_provisional", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("log_index", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("discarded_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("discarded_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("remark", sa.Text(), nullable=True))


def _fill_lists() -> None:
    """Lists of before stay published; as they are in no log, they take effect only by a correction that is."""
    table = sa.table(
        "pass_list",
        *(sa.column(name) for name in (*ADDED, "published_by")),
        sa.column("published_at", Instant()),
        sa.column("id", sa.Uuid()),
        sa.column("sitting_id", sa.Uuid()),
    )
    connection = op.get_bind()
    connection.execute(
        sa.update(table).values(
            version=1,
            state="published",
            mode="publish_effective",
            notice_days=0,
            basis="openness_2019",
            legal_basis="",
            contact="",
            reason="",
            exempt_count=0,
            is_provisional=sa.false(),
            remark="",
            drafted_by=table.c.published_by,
            drafted_at=table.c.published_at,
        )
    )
    typed = sa.table("pass_list", sa.column("id", sa.Uuid()), sa.column("figures", sa.JSON()))
    for row in connection.execute(sa.select(table.c.id, table.c.sitting_id)).all():
        counted = sa.text(FIGURES).bindparams(sa.bindparam("sitting", type_=sa.Uuid()))
        counts = dict(connection.execute(counted, {"sitting": row.sitting_id}).all())
        passed, failed, missing = (counts.get(one, 0) for one in ("passed", "failed", "not_completed"))
        figures = {
            "due": passed + failed + missing,
            "participated": passed + failed,
            "passed": passed,
            "failed": failed,
            "not_completed": missing,
        }
        connection.execute(sa.update(typed).where(typed.c.id == row.id).values(figures=figures))


def _settle_lists() -> None:
    settled = {
        "version": sa.Integer(),
        "state": sa.String(length=10),
        "mode": sa.String(length=24),
        "notice_days": sa.Integer(),
        "basis": sa.String(length=20),
        "legal_basis": sa.String(length=200),
        "contact": sa.String(length=200),
        "reason": sa.Text(),
        "exempt_count": sa.Integer(),
        "figures": sa.JSON(),
        "drafted_by": sa.Uuid(),
        "drafted_at": Instant(),
        "is_provisional": sa.Boolean(),
        "remark": sa.Text(),
    }
    with op.batch_alter_table("pass_list", schema=None) as batch_op:
        for name, kind in settled.items():
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        for name in ("drafted_by", "approved_by", "discarded_by"):
            batch_op.create_foreign_key(op.f(f"fk_pass_list_{name}_account"), "account", [name], ["id"])
        batch_op.create_foreign_key(
            op.f("fk_pass_list_supersedes_id_pass_list"), "pass_list", ["supersedes_id"], ["id"]
        )
        for name, rule in (
            ("second_person", "approved_by is null or approved_by <> drafted_by"),
            ("published", "(state = 'published') = (published_at is not null)"),
            ("discarded", "(state = 'discarded') = (discarded_at is not null)"),
            ("digest", "published_at is null or digest is not null"),
            ("logged", "effective_on is null or log_index is not null"),
            ("approved", "log_index is null or approved_by is not null"),
        ):
            batch_op.create_check_constraint(op.f(f"ck_pass_list_{name}"), rule)
        batch_op.create_index(
            "uq_pass_list_open", ["sitting_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
        )
        batch_op.create_index(
            "uq_pass_list_version",
            ["sitting_id", "version"],
            unique=True,
            sqlite_where=PUBLISHED,
            postgresql_where=PUBLISHED,
        )


def _widen_entries() -> None:
    with op.batch_alter_table("pass_list_entry", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_pass_list_entry_candidate_id"), type_="unique")
        batch_op.add_column(sa.Column("is_listed", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("is_exempt", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("change", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("effective_on", sa.Date(), nullable=True))
    with op.batch_alter_table("pass_list_entry", schema=None) as batch_op:
        batch_op.alter_column("is_listed", existing_type=sa.Boolean(), server_default=None)
        batch_op.alter_column("is_exempt", existing_type=sa.Boolean(), server_default=None)
        batch_op.create_check_constraint(
            op.f("ck_pass_list_entry_tombstone"), "is_listed or (name = '' and candidate_no = '')"
        )
        batch_op.create_index(
            "uq_pass_list_entry_listed",
            ["pass_list_id", "candidate_id"],
            unique=True,
            sqlite_where=LISTED,
            postgresql_where=LISTED,
        )
        batch_op.create_index("ix_pass_list_entry_candidate_id", ["candidate_id"], unique=False)


def _make_objections() -> None:
    op.create_table(
        "objection",
        sa.Column("pass_list_id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("address_digest", sa.String(length=64), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("is_due_provisional", sa.Boolean(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (answered_at is null)", name=op.f("ck_objection_answered")),
        sa.CheckConstraint(
            "answered_by is null or (answered_by <> drafted_by and answered_by <> approved_by)",
            name=op.f("ck_objection_second_reviewer"),
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name=op.f("fk_objection_answered_by_account")),
        sa.ForeignKeyConstraint(["approved_by"], ["account.id"], name=op.f("fk_objection_approved_by_account")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name=op.f("fk_objection_candidate_id_candidate")),
        sa.ForeignKeyConstraint(["drafted_by"], ["account.id"], name=op.f("fk_objection_drafted_by_account")),
        sa.ForeignKeyConstraint(
            ["pass_list_id", "serial"],
            ["pass_list_entry.pass_list_id", "pass_list_entry.serial"],
            name="fk_objection_line",
        ),
        sa.ForeignKeyConstraint(["pass_list_id"], ["pass_list.id"], name=op.f("fk_objection_pass_list_id_pass_list")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("number", name=op.f("uq_objection_number")),
    )
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.create_index("ix_objection_address_digest_made_at", ["address_digest", "made_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_objection_candidate_id"), ["candidate_id"], unique=False)
        batch_op.create_index("ix_objection_state_due_on", ["state", "due_on"], unique=False)


def _make_exemptions() -> None:
    op.create_table(
        "publication_exemption",
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_at is null)", name=op.f("ck_publication_exemption_decided")
        ),
        sa.CheckConstraint(
            "decided_by is null or decided_by <> proposed_by", name=op.f("ck_publication_exemption_second_person")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["account.id"], name=op.f("fk_publication_exemption_decided_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_publication_exemption_officer_id_officer")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["account.id"], name=op.f("fk_publication_exemption_proposed_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_exemption")),
    )
    with op.batch_alter_table("publication_exemption", schema=None) as batch_op:
        batch_op.create_index(
            "uq_publication_exemption_standing",
            ["officer_id"],
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        )

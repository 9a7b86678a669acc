"""Substitutions, who is on call, and who is leaving. Safe while the previous version runs: all tables are new."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0006", "0005"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)
HELD = "status = 'claimed' AND acting_for IS NOT NULL"


def upgrade() -> None:
    """Tables of absences, of who is on call, and of departures."""
    _create_substitutions()
    _create_on_call()
    op.create_table(
        "departures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("to", DOCUMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begun_by", sa.Text(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["begun_by"], ["people.id"], name=op.f("departures_begun_by_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("departures_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("departures_pkey")),
    )
    _index("departures_under_way", "departures", ["person_id"], "done_at IS NULL", unique=True)
    _index("tasks_stood_in", "tasks", ["acting_for"], HELD)


def _create_substitutions() -> None:
    op.create_table(
        "substitutions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("begins_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("stopped_at", MOMENT, nullable=True),
        sa.Column("process", sa.Text(), nullable=True),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("second", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "status IN ('planned', 'active', 'ended', 'cancelled')", name=op.f("substitutions_status_check")
        ),
        sa.CheckConstraint("begins_at < ends_at", name=op.f("substitutions_period_check")),
        sa.CheckConstraint(
            "first <> person_id AND (second IS NULL OR second <> person_id)",
            name=op.f("substitutions_not_himself_check"),
        ),
        sa.CheckConstraint("second IS NULL OR second <> first", name=op.f("substitutions_two_people_check")),
        sa.CheckConstraint(
            "status <> 'cancelled' OR stopped_at IS NOT NULL", name=op.f("substitutions_cancelled_check")
        ),
        *(
            sa.ForeignKeyConstraint([column], ["people.id"], name=op.f(f"substitutions_{column}_fkey"))
            for column in ("first", "made_by", "person_id", "second")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("substitutions_pkey")),
    )
    op.create_index(op.f("substitutions_person_id"), "substitutions", ["person_id"])
    _index("substitutions_live", "substitutions", ["person_id", "begins_at"], "status IN ('planned', 'active')")


def _create_on_call() -> None:
    op.create_table(
        "rotations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("people", DOCUMENT, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("handover", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("rotations_level_check")),
        sa.CheckConstraint("days > 0", name=op.f("rotations_days_check")),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("rotations_until_check")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("rotations_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("rotations_pkey")),
    )
    _index("rotations_in_force", "rotations", ["subject", "level"], "until IS NULL", unique=True)
    op.create_table(
        "overrides",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("begins_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("cancelled_at", MOMENT, nullable=True),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("overrides_level_check")),
        sa.CheckConstraint("begins_at < ends_at", name=op.f("overrides_period_check")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("overrides_made_by_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("overrides_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("overrides_pkey")),
    )
    _index("overrides_standing", "overrides", ["subject", "level", "begins_at"], "cancelled_at IS NULL")


def _index(name: str, table: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    """Without them."""
    op.drop_index("tasks_stood_in", "tasks")
    for table in ("departures", "overrides", "rotations", "substitutions"):
        op.drop_table(table)

"""Cycles and their occurrences."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0004", "0003"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
STATUS = "status IN ('inactive', 'active', 'ended')"
OUTCOME = "outcome IN ('started', 'joined', 'passed_over', 'skipped', 'refused', 'failed', 'imported')"


def upgrade() -> None:
    """Cycles, the series that each makes for its subjects, and every time that one came round."""
    op.create_table(
        "cycles",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", DOCUMENT, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.Column("register_head", sa.Integer(), nullable=True),
        sa.CheckConstraint(STATUS, name=op.f("cycles_status_check")),
        sa.CheckConstraint("status <> 'active' OR activated_at IS NOT NULL", name=op.f("cycles_activated_check")),
        sa.CheckConstraint("version > 0", name=op.f("cycles_version_check")),
        sa.PrimaryKeyConstraint("key", name=op.f("cycles_pkey")),
    )
    _create_series()
    _create_occurrences()


def downgrade() -> None:
    """No cycles."""
    op.drop_table("occurrences")
    op.drop_table("series")
    op.drop_table("cycles")


def _create_series() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cycle", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("plan", DOCUMENT, nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("counted_from", sa.Date(), nullable=True),
        sa.Column("recorded", sa.Integer(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waits_for", sa.Uuid(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.CheckConstraint("(planned_on IS NULL) = (next_at IS NULL)", name=op.f("series_next_check")),
        sa.CheckConstraint("next_at IS NULL OR plan IS NOT NULL", name=op.f("series_plan_check")),
        sa.CheckConstraint("waits_for IS NULL OR next_at IS NULL", name=op.f("series_waits_check")),
        sa.ForeignKeyConstraint(["cycle"], ["cycles.key"], name=op.f("series_cycle_fkey")),
        sa.ForeignKeyConstraint(["waits_for"], ["instances.id"], name=op.f("series_waits_for_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("series_pkey")),
        sa.UniqueConstraint("cycle", "subject", name=op.f("series_cycle_subject_key")),
    )
    for name, column in (("series_next", "next_at"), ("series_waits", "waits_for")):
        where = sa.text(f"{column} IS NOT NULL")
        columns = [column, "id"] if column == "next_at" else [column]
        op.create_index(name, "series", columns, postgresql_where=where, sqlite_where=where)


def _create_occurrences() -> None:
    op.create_table(
        "occurrences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cycle", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("limit_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=True),
        sa.Column("overlaps", sa.Boolean(), nullable=False),
        sa.Column("must_end", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("explained_by", sa.Text(), nullable=True),
        sa.Column("explained_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(OUTCOME, name=op.f("occurrences_outcome_check")),
        sa.CheckConstraint(
            "outcome NOT IN ('started', 'joined') OR instance_id IS NOT NULL", name=op.f("occurrences_instance_check")
        ),
        sa.CheckConstraint(
            "(explained_by IS NULL) = (explanation IS NULL)", name=op.f("occurrences_explained_by_check")
        ),
        sa.CheckConstraint(
            "(explained_at IS NULL) = (explanation IS NULL)", name=op.f("occurrences_explained_at_check")
        ),
        sa.CheckConstraint(
            "starts_at <= planned_at AND planned_at <= limit_at", name=op.f("occurrences_moments_check")
        ),
        sa.ForeignKeyConstraint(["cycle"], ["cycles.key"], name=op.f("occurrences_cycle_fkey")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("occurrences_instance_id_fkey")),
        sa.ForeignKeyConstraint(["explained_by"], ["people.id"], name=op.f("occurrences_explained_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("occurrences_pkey")),
        sa.UniqueConstraint("cycle", "subject", "planned_on", name=op.f("occurrences_cycle_subject_planned_on_key")),
    )
    op.create_index(op.f("occurrences_instance_id"), "occurrences", ["instance_id"])

"""Hooks, and samples of metrics."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0007", "0006"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
OUTCOME = "outcome IN ('started', 'joined', 'told', 'kept', 'passed_over', 'refused')"
AT_CASE = "outcome NOT IN ('started', 'joined', 'told') OR instance_id IS NOT NULL"
TABLES = ("samples", "hook_cases", "hook_events", "hook_receipts", "secrets", "hooks")


def upgrade() -> None:
    """Hooks with their history and secrets, what came in and what it led to. All tables are new."""
    _create_hooks()
    _create_receipts()
    _create_samples()


def downgrade() -> None:
    """No hooks."""
    for table in TABLES:
        op.drop_table(table)


def _create_hooks() -> None:
    op.create_table(
        "hooks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("hooks_number_check")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("hooks_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("hooks_pkey")),
        sa.UniqueConstraint("key", "number", name=op.f("hooks_key_number_key")),
    )
    op.create_table(
        "secrets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("locked", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("secrets_until_check")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("secrets_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("secrets_pkey")),
    )
    op.create_index(op.f("secrets_owner"), "secrets", ["owner"])


def _create_receipts() -> None:
    op.create_table(
        "hook_receipts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hook", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("headers", DOCUMENT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("hook_receipts_pkey")),
        sa.UniqueConstraint("hook", "sha256", name=op.f("hook_receipts_hook_sha256_key")),
    )
    op.create_table(
        "hook_events",
        sa.Column("hook", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("instance_id", sa.Uuid(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.CheckConstraint(OUTCOME, name=op.f("hook_events_outcome_check")),
        sa.CheckConstraint(AT_CASE, name=op.f("hook_events_instance_check")),
        sa.CheckConstraint(
            "(outcome IN ('refused', 'passed_over')) = (why IS NOT NULL)", name=op.f("hook_events_why_check")
        ),
        sa.ForeignKeyConstraint(["receipt_id"], ["hook_receipts.id"], name=op.f("hook_events_receipt_id_fkey")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("hook_events_instance_id_fkey")),
        sa.PrimaryKeyConstraint("hook", "identity", name=op.f("hook_events_pkey")),
    )
    op.create_index("hook_events_receipt", "hook_events", ["receipt_id"])
    op.create_index(op.f("hook_events_instance_id"), "hook_events", ["instance_id"])
    op.create_table(
        "hook_cases",
        sa.Column("hook", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("hook_cases_instance_id_fkey")),
        sa.PrimaryKeyConstraint("hook", "key", name=op.f("hook_cases_pkey")),
    )


def _create_samples() -> None:
    op.create_table(
        "samples",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hook", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("limit_value", sa.Double(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=True),
        sa.Column("breach", sa.Boolean(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["receipt_id"], ["hook_receipts.id"], name=op.f("samples_receipt_id_fkey")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("samples_instance_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("samples_pkey")),
        sa.UniqueConstraint(
            "hook", "subject", "name", "part", "at", name=op.f("samples_hook_subject_name_part_at_key")
        ),
    )
    op.create_index("samples_trend", "samples", ["subject", "name", "part", "at"])
    op.create_index(op.f("samples_instance_id"), "samples", ["instance_id"])

"""Everything is recomputed outside of requests, and what came of it is kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0033", "0032"
DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
COUNTS = ("in_all", "chains", "entries", "seals", "files", "erased")


def upgrade() -> None:
    """New tables only: the version before goes on beside them."""
    op.create_table(
        "verifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("scope", DOCUMENT, nullable=True),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reached", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTS),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('running', 'done', 'broken_off')", name=op.f("verifications_status_check")),
        sa.CheckConstraint("(status = 'running') = (ended_at IS NULL)", name=op.f("verifications_ended_at_check")),
        sa.CheckConstraint("status <> 'done' OR begun_at IS NOT NULL", name=op.f("verifications_done_was_begun_check")),
        sa.ForeignKeyConstraint(["started_by"], ["people.id"], name=op.f("verifications_started_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("verifications_pkey")),
    )
    op.create_index(
        "verifications_one_at_a_time",
        "verifications",
        ["status"],
        unique=True,
        sqlite_where=sa.text("status = 'running'"),
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_table(
        "verification_findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("secret_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("verification_findings_verification_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("verification_findings_pkey")),
    )
    op.create_index(op.f("verification_findings_verification_id"), "verification_findings", ["verification_id"])
    op.create_index(op.f("verification_findings_chain"), "verification_findings", ["chain"])


def downgrade() -> None:
    """Whoever runs the server recomputes everything, by `steward verify`."""
    op.drop_table("verification_findings")
    op.drop_table("verifications")

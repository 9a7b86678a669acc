"""Standards by edition, which edition is in force when, and what applies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0010", "0009"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "standards",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("standards_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("standards_pkey")),
    )
    op.create_index(op.f("standards_family"), "standards", ["family"])
    op.create_table(
        "editions_in_force",
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("standard_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["standard_id"], ["standards.id"], name=op.f("editions_in_force_standard_id_fkey")),
        sa.PrimaryKeyConstraint("family", "since", name=op.f("editions_in_force_pkey")),
    )
    op.create_table(
        "applicability",
        sa.Column("standard_id", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("applies", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("applicability_number_check")),
        sa.CheckConstraint("applies OR length(reason) > 0", name=op.f("applicability_left_out_with_reason_check")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("applicability_by_fkey")),
        sa.ForeignKeyConstraint(["standard_id"], ["standards.id"], name=op.f("applicability_standard_id_fkey")),
        sa.PrimaryKeyConstraint("standard_id", "ref", "number", name=op.f("applicability_pkey")),
    )


def downgrade() -> None:
    for table in ("applicability", "editions_in_force", "standards"):
        op.drop_table(table)

"""What auditors read, and until when."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0026", "0025"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """A new table only: auditors without a row read as before."""
    op.create_table(
        "mandates",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("processes", DOCUMENT, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("since IS NULL OR until IS NULL OR since < until", name=op.f("mandates_period_check")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("mandates_person_id_fkey")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("mandates_pkey")),
    )


def downgrade() -> None:
    """Auditors read all that is not confidential, without an end."""
    op.drop_table("mandates")

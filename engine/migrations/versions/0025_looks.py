"""How a person likes pages to look: light or dark, close or roomy."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0025", "0024"


def upgrade() -> None:
    """A new table only: the version before goes on beside it."""
    op.create_table(
        "looks",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=True),
        sa.Column("roomy", sa.Boolean(), nullable=False),
        sa.CheckConstraint("theme IS NULL OR theme IN ('light', 'dark')", name=op.f("looks_theme_check")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("looks_person_id_fkey")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("looks_pkey")),
    )


def downgrade() -> None:
    """Pages look as the system says."""
    op.drop_table("looks")

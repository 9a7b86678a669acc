"""Views of My work that people keep under a name."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0023", "0022"


def upgrade() -> None:
    """A new table only: the version before goes on beside it."""
    op.create_table(
        "saved_views",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 5", name=op.f("saved_views_five_check")),
        sa.CheckConstraint("length(name) > 0", name=op.f("saved_views_name_check")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("saved_views_person_id_fkey")),
        sa.PrimaryKeyConstraint("person_id", "number", name=op.f("saved_views_pkey")),
    )


def downgrade() -> None:
    """Nobody has kept any."""
    op.drop_table("saved_views")

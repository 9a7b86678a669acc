"""People at browsers, from signing in until signing out."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0022", "0021"


def upgrade() -> None:
    """A new table only: the version before goes on beside it."""
    op.create_table(
        "visits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("seen_at >= began_at", name=op.f("visits_seen_later_check")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("visits_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("visits_pkey")),
    )
    op.create_index(op.f("visits_person_id"), "visits", ["person_id"])


def downgrade() -> None:
    """Everybody is signed out at browsers."""
    op.drop_table("visits")

"""Secret addresses under which calendar programs read dates."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0024", "0023"


def upgrade() -> None:
    """A new table only: the version before goes on beside it."""
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("group_key", sa.Text(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["group_key"], ["groups.key"], name=op.f("calendar_feeds_group_key_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("calendar_feeds_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("calendar_feeds_pkey")),
        sa.UniqueConstraint("digest", name=op.f("calendar_feeds_digest_key")),
    )
    op.create_index(op.f("calendar_feeds_person_id"), "calendar_feeds", ["person_id"])


def downgrade() -> None:
    """The addresses lead nowhere any more."""
    op.drop_table("calendar_feeds")

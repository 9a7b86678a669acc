"""New passwords by mail."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0030", "0029"


def upgrade() -> None:
    """A new table only: the version before goes on beside it."""
    op.create_table(
        "resets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(said IS NULL) <> (person_id IS NULL)", name=op.f("resets_asked_or_sent_check")),
        sa.CheckConstraint("(person_id IS NULL) = (expires_at IS NULL)", name=op.f("resets_sent_expires_check")),
        sa.CheckConstraint("used_at IS NULL OR person_id IS NOT NULL", name=op.f("resets_used_was_sent_check")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("resets_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("resets_pkey")),
    )
    op.create_index(op.f("resets_person_id"), "resets", ["person_id"])
    op.create_index(
        "resets_asked",
        "resets",
        ["asked_at"],
        sqlite_where=sa.text("said IS NOT NULL"),
        postgresql_where=sa.text("said IS NOT NULL"),
    )


def downgrade() -> None:
    """Passwords are set on the page of the account, and by administrators."""
    op.drop_table("resets")

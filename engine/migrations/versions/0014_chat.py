"""Chat channels, and what takes over when a channel fails."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0014", "0013"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
BEFORE = "status IN ('owed', 'sent', 'dead', 'withdrawn')"
AFTER = "status IN ('owed', 'sent', 'dead', 'withdrawn', 'passed_on')"


def upgrade() -> None:
    op.create_table(
        "channels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("channels_number_check")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("channels_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("channels_pkey")),
        sa.UniqueConstraint("key", "number", name=op.f("channels_key_number_key")),
    )
    with op.batch_alter_table("deliveries", reflect_kwargs={"resolve_fks": False}) as deliveries:
        deliveries.add_column(sa.Column("further", DOCUMENT, server_default=sa.text("'[]'"), nullable=False))
        deliveries.drop_constraint(op.f("deliveries_status_check"), type_="check")
        deliveries.create_check_constraint(op.f("deliveries_status_check"), AFTER)


def downgrade() -> None:
    op.execute("UPDATE deliveries SET status = 'dead' WHERE status = 'passed_on'")
    with op.batch_alter_table("deliveries", reflect_kwargs={"resolve_fks": False}) as deliveries:
        deliveries.drop_constraint(op.f("deliveries_status_check"), type_="check")
        deliveries.create_check_constraint(op.f("deliveries_status_check"), BEFORE)
        deliveries.drop_column("further")
    op.drop_table("channels")

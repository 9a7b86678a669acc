"""Webhook subscriptions with their history, a lane for what they are owed, and an index for who waits for answers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0016", "0015"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
ASKED = sa.text("status = 'asked'")


def upgrade() -> None:
    """A new table, a wider rule and an index: the version before goes on beside it."""
    op.create_table(
        "webhook_subscriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("webhook_subscriptions_number_check")),
        sa.CheckConstraint("change > 0", name=op.f("webhook_subscriptions_change_check")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("webhook_subscriptions_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("webhook_subscriptions_pkey")),
        sa.UniqueConstraint("key", "number", name=op.f("webhook_subscriptions_key_number_key")),
        sa.UniqueConstraint("change", name=op.f("webhook_subscriptions_change_key")),
    )
    _lanes("'urgent', 'bulk', 'webhooks'")
    op.create_index(
        "service_jobs_asked",
        "service_jobs",
        ["topic", "next_attempt_at", "id"],
        postgresql_where=ASKED,
        sqlite_where=ASKED,
    )


def downgrade() -> None:
    """What is owed to subscriptions goes with them."""
    op.drop_index("service_jobs_asked", "service_jobs")
    op.execute("DELETE FROM delivery_attempts WHERE delivery_id IN (SELECT id FROM deliveries WHERE lane = 'webhooks')")
    op.execute("DELETE FROM deliveries WHERE lane = 'webhooks'")
    _lanes("'urgent', 'bulk'")
    op.drop_table("webhook_subscriptions")


def _lanes(lanes: str) -> None:
    with op.batch_alter_table("deliveries", reflect_kwargs={"resolve_fks": False}) as batch:
        batch.drop_constraint(op.f("deliveries_lane_check"), type_="check")
        batch.create_check_constraint(op.f("deliveries_lane_check"), f"lane IN ({lanes})")

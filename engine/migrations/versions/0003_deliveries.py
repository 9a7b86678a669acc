"""What is owed to the outside: leased while it is sent, every attempt noted."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    with op.batch_alter_table("deliveries", reflect_kwargs={"resolve_fks": False}) as deliveries:
        deliveries.add_column(sa.Column("task_id", sa.Uuid(), nullable=True))
        deliveries.add_column(sa.Column("lock", sa.Text(), nullable=True))
        deliveries.add_column(sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True))
        deliveries.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        deliveries.add_column(sa.Column("note", sa.Text(), nullable=True))
        deliveries.drop_constraint(op.f("deliveries_status_check"), type_="check")
        deliveries.create_check_constraint(
            op.f("deliveries_status_check"), "status IN ('owed', 'sent', 'dead', 'withdrawn')"
        )
        deliveries.create_check_constraint(op.f("deliveries_lock_check"), "(lock IS NULL) = (leased_until IS NULL)")
        deliveries.create_foreign_key(op.f("deliveries_task_id_fkey"), "tasks", ["task_id"], ["id"])
    op.create_table(
        "delivery_attempts",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint("outcome IN ('sent', 'failed', 'refused')", name=op.f("delivery_attempts_outcome_check")),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("delivery_attempts_delivery_id_fkey")),
        sa.PrimaryKeyConstraint("delivery_id", "number", name=op.f("delivery_attempts_pkey")),
    )


def downgrade() -> None:
    op.drop_table("delivery_attempts")
    op.execute("UPDATE deliveries SET status = 'dead' WHERE status = 'withdrawn'")
    with op.batch_alter_table("deliveries", reflect_kwargs={"resolve_fks": False}) as deliveries:
        deliveries.drop_constraint(op.f("deliveries_task_id_fkey"), type_="foreignkey")
        deliveries.drop_constraint(op.f("deliveries_lock_check"), type_="check")
        deliveries.drop_constraint(op.f("deliveries_status_check"), type_="check")
        deliveries.create_check_constraint(op.f("deliveries_status_check"), "status IN ('owed', 'sent', 'dead')")
        for name in ("note", "ended_at", "leased_until", "lock", "task_id"):
            deliveries.drop_column(name)

"""Ladders, and the rungs that were climbed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0005", "0004"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
COMES = "status IN ('open', 'claimed') AND next_rung_at IS NOT NULL"
RULES = {
    "tasks_ladder_check": "(ladder IS NULL) = (next_rung IS NULL)",
    "tasks_next_rung_check": "next_rung_at IS NULL OR next_rung > 0",
    "tasks_acknowledged_check": "(acknowledged_at IS NULL) = (acknowledged_by IS NULL)",
}


def upgrade() -> None:
    """Tables of ladders and of their steps; how far each task has come."""
    op.create_table(
        "ladders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ladders_number_check")),
        sa.CheckConstraint("key <> 'none'", name=op.f("ladders_key_check")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("ladders_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("ladders_pkey")),
        sa.UniqueConstraint("key", "number", name=op.f("ladders_key_number_key")),
    )
    with op.batch_alter_table("tasks", reflect_kwargs={"resolve_fks": False}) as tasks:
        tasks.add_column(sa.Column("ladder", sa.Uuid(), nullable=True))
        tasks.add_column(sa.Column("episode", sa.Integer(), nullable=False, server_default="1"))
        tasks.add_column(sa.Column("next_rung", sa.Integer(), nullable=True))
        tasks.add_column(sa.Column("next_rung_at", sa.DateTime(timezone=True), nullable=True))
        tasks.add_column(sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True))
        tasks.add_column(sa.Column("acknowledged_by", sa.Text(), nullable=True))
        tasks.create_foreign_key(op.f("tasks_ladder_fkey"), "ladders", ["ladder"], ["id"])
        tasks.create_foreign_key(op.f("tasks_acknowledged_by_fkey"), "people", ["acknowledged_by"], ["id"])
        for name, rule in RULES.items():
            tasks.create_check_constraint(op.f(name), rule)
    op.create_index(
        "tasks_rungs", "tasks", ["next_rung_at", "id"], postgresql_where=sa.text(COMES), sqlite_where=sa.text(COMES)
    )
    _create_steps()


def _create_steps() -> None:
    op.create_table(
        "ladder_steps",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("kept_for", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('sent', 'passed_over', 'nobody', 'held', 'acknowledged')",
            name=op.f("ladder_steps_outcome_check"),
        ),
        sa.CheckConstraint("episode > 0 AND rung > 0", name=op.f("ladder_steps_numbers_check")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("ladder_steps_instance_id_fkey")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("ladder_steps_task_id_fkey")),
        sa.PrimaryKeyConstraint("task_id", "episode", "rung", name=op.f("ladder_steps_pkey")),
    )
    op.create_index(op.f("ladder_steps_instance_id"), "ladder_steps", ["instance_id"])
    kept = sa.text("kept_for IS NOT NULL")
    op.create_index(
        "ladder_steps_kept_for", "ladder_steps", ["kept_for", "at"], postgresql_where=kept, sqlite_where=kept
    )
    op.create_table(
        "ladder_told",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("ladder_told_instance_id_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("ladder_told_person_id_fkey")),
        sa.ForeignKeyConstraint(
            ["task_id", "episode", "rung"],
            ["ladder_steps.task_id", "ladder_steps.episode", "ladder_steps.rung"],
            name=op.f("ladder_told_task_id_episode_rung_fkey"),
        ),
        sa.PrimaryKeyConstraint("task_id", "episode", "rung", "person_id", name=op.f("ladder_told_pkey")),
    )
    op.create_index("ladder_told_sees", "ladder_told", ["instance_id", "person_id"])


def downgrade() -> None:
    """Without ladders."""
    op.drop_table("ladder_told")
    op.drop_table("ladder_steps")
    op.drop_index("tasks_rungs", "tasks")
    with op.batch_alter_table("tasks", reflect_kwargs={"resolve_fks": False}) as tasks:
        for name in RULES:
            tasks.drop_constraint(op.f(name), type_="check")
        for name in ("ladder", "acknowledged_by"):
            tasks.drop_constraint(op.f(f"tasks_{name}_fkey"), type_="foreignkey")
        for name in ("ladder", "episode", "next_rung", "next_rung_at", "acknowledged_at", "acknowledged_by"):
            tasks.drop_column(name)
    op.drop_table("ladders")

"""Who handles a confidential case, and who is shut out of it."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0019", "0018"

KINDS = (
    "'message', 'signal', 'called_finished', 'called_failed', 'called_escalated', 'cancel', 'raise', 'raised', "
    "'call', 'call_alone', 'answered'"
)


def upgrade() -> None:
    with op.batch_alter_table("instances", reflect_kwargs={"resolve_fks": False}) as instances:
        instances.add_column(sa.Column("handlers", sa.Text(), nullable=True))
        instances.add_column(sa.Column("shut_by", sa.Text(), nullable=True))
        instances.create_check_constraint(op.f("instances_handlers_check"), "handlers IS NULL OR confidential")
        instances.create_check_constraint(op.f("instances_shut_by_check"), "shut_by IS NULL OR handlers IS NOT NULL")
    op.create_table(
        "shut_out",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("shut_out_instance_id_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("shut_out_person_id_fkey")),
        sa.PrimaryKeyConstraint("instance_id", "person_id", name=op.f("shut_out_pkey")),
    )
    op.create_index(op.f("shut_out_person_id"), "shut_out", ["person_id"])
    _kinds(f"{KINDS}, 'shut_out'")


def downgrade() -> None:
    op.execute("DELETE FROM messages WHERE kind = 'shut_out'")
    _kinds(KINDS)
    op.drop_table("shut_out")
    with op.batch_alter_table("instances", reflect_kwargs={"resolve_fks": False}) as instances:
        instances.drop_constraint(op.f("instances_shut_by_check"), type_="check")
        instances.drop_constraint(op.f("instances_handlers_check"), type_="check")
        instances.drop_column("shut_by")
        instances.drop_column("handlers")


def _kinds(kinds: str) -> None:
    with op.batch_alter_table("messages", reflect_kwargs={"resolve_fks": False}) as batch:
        batch.drop_constraint(op.f("messages_kind_check"), type_="check")
        batch.create_check_constraint(op.f("messages_kind_check"), f"kind IN ({kinds})")

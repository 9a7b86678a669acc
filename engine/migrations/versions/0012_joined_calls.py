"""Call activities that join a case which runs already."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0012", "0011"

KINDS = "'message', 'signal', 'called_finished', 'called_failed', 'called_escalated', 'cancel', 'raise', 'raised'"


def upgrade() -> None:
    op.create_table(
        "joined_calls",
        sa.Column("caller_id", sa.Uuid(), nullable=False),
        sa.Column("caller_token", sa.Integer(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("called_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('asked', 'joined', 'begun', 'left', 'gone')", name=op.f("joined_calls_status_check")
        ),
        sa.CheckConstraint(
            "status NOT IN ('joined', 'gone') OR called_id IS NOT NULL", name=op.f("joined_calls_called_check")
        ),
        sa.ForeignKeyConstraint(["caller_id"], ["instances.id"], name=op.f("joined_calls_caller_id_fkey")),
        sa.ForeignKeyConstraint(["called_id"], ["instances.id"], name=op.f("joined_calls_called_id_fkey")),
        sa.PrimaryKeyConstraint("caller_id", "caller_token", name=op.f("joined_calls_pkey")),
    )
    op.create_index(op.f("joined_calls_called_id"), "joined_calls", ["called_id"])
    _kinds(f"{KINDS}, 'call', 'call_alone'")


def downgrade() -> None:
    op.execute("DELETE FROM messages WHERE kind IN ('call', 'call_alone')")
    _kinds(KINDS)
    op.drop_table("joined_calls")


def _kinds(kinds: str) -> None:
    with op.batch_alter_table("messages", reflect_kwargs={"resolve_fks": False}) as batch:
        batch.drop_constraint(op.f("messages_kind_check"), type_="check")
        batch.create_check_constraint(op.f("messages_kind_check"), f"kind IN ({kinds})")

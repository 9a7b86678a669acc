"""What a receiver of a webhook answers is a message to the case that asked."""

from alembic import op

revision, down_revision = "0017", "0016"

KINDS = "'message', 'signal', 'called_finished', 'called_failed', 'called_escalated', 'cancel', 'raise', 'raised'"
KINDS += ", 'call', 'call_alone'"


def upgrade() -> None:
    """A wider rule: the version before goes on beside it."""
    _kinds(f"{KINDS}, 'answered'")


def downgrade() -> None:
    """Answers that are still on their way go."""
    op.execute("DELETE FROM messages WHERE kind = 'answered'")
    _kinds(KINDS)


def _kinds(kinds: str) -> None:
    with op.batch_alter_table("messages", reflect_kwargs={"resolve_fks": False}) as batch:
        batch.drop_constraint(op.f("messages_kind_check"), type_="check")
        batch.create_check_constraint(op.f("messages_kind_check"), f"kind IN ({kinds})")

"""One case that brings about another: the wish, the answer, and a job that waits for it."""

from alembic import op

revision, down_revision = "0008", "0007"

KINDS = "'message', 'signal', 'called_finished', 'called_failed', 'called_escalated', 'cancel'"
STATUS = "'owed', 'done', 'withdrawn', 'stuck'"


def upgrade() -> None:
    _check("messages", "kind", f"kind IN ({KINDS}, 'raise', 'raised')")
    _check("service_jobs", "status", f"status IN ({STATUS}, 'asked')")


def downgrade() -> None:
    op.execute("DELETE FROM messages WHERE kind IN ('raise', 'raised')")
    op.execute("UPDATE service_jobs SET status = 'owed' WHERE status = 'asked'")
    _check("messages", "kind", f"kind IN ({KINDS})")
    _check("service_jobs", "status", f"status IN ({STATUS})")


def _check(table: str, name: str, condition: str) -> None:
    with op.batch_alter_table(table, reflect_kwargs={"resolve_fks": False}) as batch:
        batch.drop_constraint(op.f(f"{table}_{name}_check"), type_="check")
        batch.create_check_constraint(op.f(f"{table}_{name}_check"), condition)

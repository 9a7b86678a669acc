"""Occurrences outside the rhythm of their cycle, each for a reason."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0027", "0026"

ONE_A_DAY = ["cycle", "subject", "planned_on"]


def upgrade() -> None:
    """The version before goes on beside it: what it writes is no extra one."""
    with op.batch_alter_table("occurrences", reflect_kwargs={"resolve_fks": False}) as occurrences:
        occurrences.add_column(sa.Column("extra", sa.Boolean(), nullable=False, server_default=sa.false()))
        occurrences.add_column(sa.Column("reason", sa.Text(), nullable=True))
        occurrences.drop_constraint(op.f("occurrences_cycle_subject_planned_on_key"), type_="unique")
        occurrences.create_unique_constraint(
            op.f("occurrences_cycle_subject_planned_on_extra_key"), [*ONE_A_DAY, "extra"]
        )
        occurrences.create_check_constraint(op.f("occurrences_reason_check"), "extra = (reason IS NOT NULL)")


def downgrade() -> None:
    op.execute("DELETE FROM occurrences WHERE extra")
    with op.batch_alter_table("occurrences", reflect_kwargs={"resolve_fks": False}) as occurrences:
        occurrences.drop_constraint(op.f("occurrences_reason_check"), type_="check")
        occurrences.drop_constraint(op.f("occurrences_cycle_subject_planned_on_extra_key"), type_="unique")
        occurrences.create_unique_constraint(op.f("occurrences_cycle_subject_planned_on_key"), ONE_A_DAY)
        occurrences.drop_column("reason")
        occurrences.drop_column("extra")

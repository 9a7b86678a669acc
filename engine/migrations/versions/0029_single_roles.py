"""Roles that have one holder and one deputy, and nobody besides."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0029", "0028"


def upgrade() -> None:
    """A new column with a default: the version before goes on beside it."""
    with op.batch_alter_table("groups") as table:
        table.add_column(sa.Column("single", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.create_check_constraint(op.f("groups_one_holder_is_not_everybody_check"), "NOT (single AND everybody)")


def downgrade() -> None:
    """Each role has as many holders as are named."""
    with op.batch_alter_table("groups") as table:
        table.drop_constraint(op.f("groups_one_holder_is_not_everybody_check"), type_="check")
        table.drop_column("single")

"""The database itself refuses members besides the holder and the deputy of a role that has one of each."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0032", "0031"
ALONE = {"resolve_fks": False}
COPIED = "UPDATE memberships SET single = TRUE WHERE group_key IN (SELECT key FROM groups WHERE single)"


def upgrade() -> None:
    """
    A membership knows whether its group has one holder, and changes with it.

    The version before goes on beside it, except that it gives nobody a role with one holder: its row would say that
    the group has several, and is refused.
    """
    with op.batch_alter_table("groups", reflect_kwargs=ALONE) as table:
        table.create_unique_constraint(op.f("groups_key_single_key"), ["key", "single"])
    with op.batch_alter_table("memberships", reflect_kwargs=ALONE) as table:
        table.add_column(sa.Column("single", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(COPIED)
    with op.batch_alter_table("memberships", reflect_kwargs=ALONE) as table:
        table.drop_constraint(op.f("memberships_group_key_fkey"), type_="foreignkey")
        table.create_foreign_key(
            op.f("memberships_group_key_single_fkey"),
            "groups",
            ["group_key", "single"],
            ["key", "single"],
            onupdate="CASCADE",
        )
        table.create_check_constraint(op.f("memberships_one_holder_check"), "NOT (single AND standing = 'member')")


def downgrade() -> None:
    """The program alone keeps a role to one holder."""
    with op.batch_alter_table("memberships", reflect_kwargs=ALONE) as table:
        table.drop_constraint(op.f("memberships_one_holder_check"), type_="check")
        table.drop_constraint(op.f("memberships_group_key_single_fkey"), type_="foreignkey")
        table.create_foreign_key(op.f("memberships_group_key_fkey"), "groups", ["group_key"], ["key"])
        table.drop_column("single")
    with op.batch_alter_table("groups", reflect_kwargs=ALONE) as table:
        table.drop_constraint(op.f("groups_key_single_key"), type_="unique")

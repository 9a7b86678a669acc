"""Links that block no longer: who lifted them, when and why."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0009", "0008"

LIFTED = "(lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (reason IS NULL)"


def upgrade() -> None:
    with op.batch_alter_table("links", reflect_kwargs={"resolve_fks": False}) as links:
        links.add_column(sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True))
        links.add_column(sa.Column("lifted_by", sa.Text(), nullable=True))
        links.add_column(sa.Column("reason", sa.Text(), nullable=True))
        links.create_foreign_key(op.f("links_lifted_by_fkey"), "people", ["lifted_by"], ["id"])
        links.create_check_constraint(op.f("links_lifted_check"), LIFTED)
        links.create_check_constraint(op.f("links_lifted_kind_check"), "lifted_at IS NULL OR kind = 'blocks'")


def downgrade() -> None:
    with op.batch_alter_table("links", reflect_kwargs={"resolve_fks": False}) as links:
        links.drop_constraint(op.f("links_lifted_kind_check"), type_="check")
        links.drop_constraint(op.f("links_lifted_check"), type_="check")
        links.drop_constraint(op.f("links_lifted_by_fkey"), type_="foreignkey")
        links.drop_column("reason")
        links.drop_column("lifted_by")
        links.drop_column("lifted_at")

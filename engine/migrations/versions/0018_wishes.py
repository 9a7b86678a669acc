"""How people wish to be told, and messages that are gathered in digests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0018", "0017"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
GATHERED = sa.text("digest_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "wishes",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("wishes_person_id_fkey")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("wishes_pkey")),
    )
    with op.batch_alter_table("deliveries", reflect_kwargs={"resolve_fks": False}) as deliveries:
        deliveries.add_column(sa.Column("digest_id", sa.Uuid(), nullable=True))
        deliveries.create_foreign_key(op.f("deliveries_digest_id_fkey"), "deliveries", ["digest_id"], ["id"])
    op.create_index("deliveries_digest", "deliveries", ["digest_id"], postgresql_where=GATHERED, sqlite_where=GATHERED)


def downgrade() -> None:
    op.drop_index("deliveries_digest", "deliveries")
    with op.batch_alter_table("deliveries", reflect_kwargs={"resolve_fks": False}) as deliveries:
        deliveries.drop_constraint(op.f("deliveries_digest_id_fkey"), type_="foreignkey")
        deliveries.drop_column("digest_id")
    op.drop_table("wishes")

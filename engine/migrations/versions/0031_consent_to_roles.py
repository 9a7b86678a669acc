"""Roles that need consent, and that end on a day."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0031", "0030"
ALONE = {"resolve_fks": False}


def upgrade() -> None:
    """New columns that may be empty, and a new table: the version before goes on beside them."""
    with op.batch_alter_table("groups", reflect_kwargs=ALONE) as table:
        table.add_column(sa.Column("consent", sa.Text(), nullable=True))
        table.create_foreign_key(op.f("groups_consent_fkey"), "groups", ["consent"], ["key"])
        table.create_check_constraint(op.f("groups_others_consent_check"), "consent IS NULL OR consent <> key")
    lite = op.get_context().dialect.name == "sqlite"
    with op.batch_alter_table("memberships", recreate="always" if lite else "never", reflect_kwargs=ALONE) as table:
        table.add_column(sa.Column("until", sa.Date(), nullable=True))
    op.create_table(
        "role_wishes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint("standing IN ('member', 'lead', 'deputy')", name=op.f("role_wishes_standing_check")),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by NOT IN (asked_by, person_id)",
            name=op.f("role_wishes_second_person_check"),
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("role_wishes_with_reason_check")),
        sa.CheckConstraint("(decided_by IS NULL) = (agreed IS NULL)", name=op.f("role_wishes_decided_check")),
        sa.ForeignKeyConstraint(["group_key"], ["groups.key"], name=op.f("role_wishes_group_key_fkey")),
        *(
            sa.ForeignKeyConstraint([name], ["people.id"], name=op.f(f"role_wishes_{name}_fkey"))
            for name in ("person_id", "asked_by", "decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("role_wishes_pkey")),
    )
    op.create_index(
        "role_wishes_asked",
        "role_wishes",
        ["group_key", "person_id"],
        unique=True,
        sqlite_where=sa.text("agreed IS NULL"),
        postgresql_where=sa.text("agreed IS NULL"),
    )


def downgrade() -> None:
    """Whoever manages people gives roles alone again, and for as long as nobody takes them back."""
    op.drop_table("role_wishes")
    with op.batch_alter_table("memberships", reflect_kwargs=ALONE) as table:
        table.drop_column("until")
    with op.batch_alter_table("groups", reflect_kwargs=ALONE) as table:
        table.drop_constraint(op.f("groups_others_consent_check"), type_="check")
        table.drop_constraint(op.f("groups_consent_fkey"), type_="foreignkey")
        table.drop_column("consent")

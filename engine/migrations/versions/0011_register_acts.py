"""Acts on rows of registers: signatures, ending by two people, cases that have to do with a row."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0011", "0010"


def upgrade() -> None:
    with op.batch_alter_table("register_rows") as table:
        table.add_column(sa.Column("in_force", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.execute("UPDATE register_rows SET in_force = (ended_at IS NULL)")
    with op.batch_alter_table("register_rows") as table:
        table.alter_column("in_force", server_default=None)
    op.create_table(
        "register_signatures",
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("register_signatures_by_fkey")),
        sa.ForeignKeyConstraint(
            ["register", "key", "number"],
            ["register_changes.register", "register_changes.key", "register_changes.number"],
            name=op.f("register_signatures_register_key_number_fkey"),
        ),
        sa.PrimaryKeyConstraint("register", "key", "number", "role", name=op.f("register_signatures_pkey")),
        sa.UniqueConstraint("register", "key", "number", "by", name=op.f("register_signatures_different_people_key")),
    )
    op.create_table(
        "register_endings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> asked_by", name=op.f("register_endings_second_person_check")
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("register_endings_with_reason_check")),
        sa.CheckConstraint("(decided_by IS NULL) = (agreed IS NULL)", name=op.f("register_endings_decided_check")),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("register_endings_asked_by_fkey")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("register_endings_decided_by_fkey")),
        sa.ForeignKeyConstraint(
            ["register", "key"],
            ["register_rows.register", "register_rows.key"],
            name=op.f("register_endings_register_key_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("register_endings_pkey")),
    )
    op.create_index(
        "register_endings_asked",
        "register_endings",
        ["register", "key"],
        unique=True,
        postgresql_where=sa.text("agreed IS NULL"),
        sqlite_where=sa.text("agreed IS NULL"),
    )
    op.create_table(
        "register_links",
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('caused_by', 'raises', 'evidence_for')", name=op.f("register_links_kind_check")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("register_links_by_fkey")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("register_links_instance_id_fkey")),
        sa.ForeignKeyConstraint(
            ["register", "key"],
            ["register_rows.register", "register_rows.key"],
            name=op.f("register_links_register_key_fkey"),
        ),
        sa.PrimaryKeyConstraint("register", "key", "instance_id", "kind", name=op.f("register_links_pkey")),
    )
    op.create_index("register_links_case", "register_links", ["instance_id"])


def downgrade() -> None:
    for table in ("register_links", "register_endings", "register_signatures"):
        op.drop_table(table)
    with op.batch_alter_table("register_rows") as rows:
        rows.drop_column("in_force")

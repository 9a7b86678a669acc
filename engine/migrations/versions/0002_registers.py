"""Registers: definitions, rows with their history, and what a case is about."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0002", "0001"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "registers",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("registers_version_check")),
        sa.PrimaryKeyConstraint("key", name=op.f("registers_pkey")),
    )
    op.create_table(
        "register_versions",
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("form", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("register_versions_by_fkey")),
        sa.PrimaryKeyConstraint("register", "number", name=op.f("register_versions_pkey")),
    )
    op.create_table(
        "register_rows",
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("values", DOCUMENT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("register_rows_number_check")),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= created_at", name=op.f("register_rows_ended_later_check")),
        sa.ForeignKeyConstraint(["register"], ["registers.key"], name=op.f("register_rows_register_fkey")),
        sa.PrimaryKeyConstraint("register", "key", name=op.f("register_rows_pkey")),
    )
    _create_changes()
    _give_cases_a_subject()


def _create_changes() -> None:
    op.create_table(
        "register_changes",
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("values", DOCUMENT, nullable=False),
        sa.Column("defined", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('added', 'changed', 'ended')", name=op.f("register_changes_kind_check")),
        sa.CheckConstraint("(number = 1) = (kind = 'added')", name=op.f("register_changes_begins_added_check")),
        sa.CheckConstraint(
            "kind = 'added' OR length(reason) > 0", name=op.f("register_changes_changed_with_reason_check")
        ),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("register_changes_by_fkey")),
        sa.ForeignKeyConstraint(
            ["register", "key"],
            ["register_rows.register", "register_rows.key"],
            name=op.f("register_changes_register_key_fkey"),
        ),
        sa.PrimaryKeyConstraint("register", "key", "number", name=op.f("register_changes_pkey")),
    )


def _give_cases_a_subject() -> None:
    with op.batch_alter_table("instances", reflect_kwargs={"resolve_fks": False}) as instances:
        instances.add_column(sa.Column("subject_register", sa.Text(), nullable=True))
        instances.add_column(sa.Column("subject_row", sa.Text(), nullable=True))
        instances.add_column(sa.Column("subject_number", sa.Integer(), nullable=True))
        instances.create_check_constraint(
            op.f("instances_subject_check"), "(subject_register IS NULL) = (subject_row IS NULL)"
        )
        instances.create_check_constraint(
            op.f("instances_subject_number_check"), "(subject_register IS NULL) = (subject_number IS NULL)"
        )
        instances.create_foreign_key(
            "instances_subject_fkey", "register_rows", ["subject_register", "subject_row"], ["register", "key"]
        )
    op.create_index("instances_subject", "instances", ["subject_register", "subject_row"])


def downgrade() -> None:
    op.drop_index("instances_subject", "instances")
    with op.batch_alter_table("instances", reflect_kwargs={"resolve_fks": False}) as instances:
        instances.drop_constraint("instances_subject_fkey", type_="foreignkey")
        instances.drop_constraint(op.f("instances_subject_number_check"), type_="check")
        instances.drop_constraint(op.f("instances_subject_check"), type_="check")
        for name in ("subject_number", "subject_row", "subject_register"):
            instances.drop_column(name)
    for table in ("register_changes", "register_rows", "register_versions", "registers"):
        op.drop_table(table)

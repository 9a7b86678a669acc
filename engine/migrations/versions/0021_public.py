"""Ways in for people without an account, threads behind a code, what was answered, and files that came in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0021", "0020"

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """New tables only: the version before goes on beside them."""
    op.create_table(
        "public_ways",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("public_ways_number_check")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("public_ways_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("public_ways_pkey")),
        sa.UniqueConstraint("key", "number", name=op.f("public_ways_key_number_key")),
    )
    op.create_table(
        "public_threads",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("code_digest", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(code_digest) = 64", name=op.f("public_threads_code_digest_check")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("public_threads_instance_id_fkey")),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("public_threads_pkey")),
        sa.UniqueConstraint("code_digest", name=op.f("public_threads_code_digest_key")),
    )
    thread = ["public_threads.instance_id"]
    op.create_table(
        "public_letters",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("public_letters_number_check")),
        sa.CheckConstraint("length(text) > 0", name=op.f("public_letters_text_check")),
        sa.ForeignKeyConstraint(["instance_id"], thread, name=op.f("public_letters_instance_id_fkey")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("public_letters_by_fkey")),
        sa.PrimaryKeyConstraint("instance_id", "number", name=op.f("public_letters_pkey")),
    )
    op.create_table(
        "public_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], thread, name=op.f("public_files_instance_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("public_files_pkey")),
    )
    op.create_index(op.f("public_files_instance_id"), "public_files", ["instance_id"])


def downgrade() -> None:
    """Codes and answers go with the tables; the cases stay."""
    for table in ("public_files", "public_letters", "public_threads", "public_ways"):
        op.drop_table(table)

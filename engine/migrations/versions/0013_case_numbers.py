"""Numbers of cases, counted for each process and year."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0013", "0012"


def upgrade() -> None:
    op.create_table(
        "case_numbers",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("case_numbers_number_check")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("case_numbers_instance_id_fkey")),
        sa.PrimaryKeyConstraint("process", "year", "number", name=op.f("case_numbers_pkey")),
        sa.UniqueConstraint("instance_id", name=op.f("case_numbers_instance_id_key")),
    )


def downgrade() -> None:
    op.drop_table("case_numbers")

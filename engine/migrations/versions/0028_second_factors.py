"""Second factors with their recovery codes, and where attempts to sign in come from."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0028", "0027"


def upgrade() -> None:
    """New tables and columns with defaults: the version before goes on beside it."""
    op.create_table(
        "second_factors",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("locked", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "last_step IS NULL OR confirmed_at IS NOT NULL", name=op.f("second_factors_used_when_confirmed_check")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("second_factors_person_id_fkey")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("second_factors_pkey")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["second_factors.person_id"], name=op.f("recovery_codes_person_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("recovery_codes_pkey")),
        sa.UniqueConstraint("digest", name=op.f("recovery_codes_digest_key")),
    )
    op.create_index(op.f("recovery_codes_person_id"), "recovery_codes", ["person_id"])
    with op.batch_alter_table("sign_ins") as table:
        table.add_column(sa.Column("kind", sa.Text(), nullable=False, server_default="password"))
        table.add_column(sa.Column("place", sa.Text(), nullable=False, server_default=""))
        table.create_check_constraint(op.f("sign_ins_kind_check"), "kind IN ('password', 'code')")


def downgrade() -> None:
    """The password alone is enough again for everybody."""
    with op.batch_alter_table("sign_ins") as table:
        table.drop_constraint(op.f("sign_ins_kind_check"), type_="check")
        table.drop_column("place")
        table.drop_column("kind")
    op.drop_table("recovery_codes")
    op.drop_table("second_factors")

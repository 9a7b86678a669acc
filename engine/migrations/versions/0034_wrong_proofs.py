"""Wrong passwords and codes by address, counted for all processes together."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0034", "0033"


def upgrade() -> None:
    """A new table only: the version before goes on beside it."""
    op.create_table(
        "wrong_proofs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("wrong_proofs_pkey")),
    )
    op.create_index("wrong_proofs_source", "wrong_proofs", ["source", "at"])


def downgrade() -> None:
    """Each process counts addresses for itself."""
    op.drop_table("wrong_proofs")

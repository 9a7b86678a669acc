"""Ladders, and the rungs that were climbed."""

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

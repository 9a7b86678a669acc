"""Cycles and their occurrences."""

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

"""Substitutions, and who is on call."""

revision, down_revision = "0006", "0005"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

"""Registers: definitions, rows with their history, and what a case is about."""

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

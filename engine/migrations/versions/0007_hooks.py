"""Webhooks out and hooks in, and samples of metrics."""

revision, down_revision = "0007", "0006"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

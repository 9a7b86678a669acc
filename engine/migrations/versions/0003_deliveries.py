"""What is owed to the outside, and how people wish to be told."""

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

"""The house of the shell, and short words for who is away."""

from tests.integration.shell.conftest import House, house

__all__ = ["House", "house"]

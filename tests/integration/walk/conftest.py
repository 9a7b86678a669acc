"""The small organisation that the interface is tried on."""

from tests.integration.api.conftest import (
    app,
    clock,
    door,
    in_force,
    login,
    organised_file,
    organised_slate,
    postgres_url,
    quick_hashing,
    services,
    sqlite_url,
)

__all__ = [
    "app",
    "clock",
    "door",
    "in_force",
    "login",
    "organised_file",
    "organised_slate",
    "postgres_url",
    "quick_hashing",
    "services",
    "sqlite_url",
]

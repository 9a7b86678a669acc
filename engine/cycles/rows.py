"""The rows of a register that a cycle comes round for."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session


def exists(session: Session, register: str) -> bool:
    """Whether there is such a register."""
    return False


def head(session: Session, register: str) -> int:
    """A number that grows with every change of a register."""
    return 0


def matching(session: Session, register: str, where: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The rows whose fields have these values, by key; none where there is no such register."""
    return {}


def row(session: Session, register: str, key: str) -> dict[str, Any]:
    """A row as it is now; empty where it is gone."""
    return {}

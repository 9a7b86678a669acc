"""What one thing that came in says, whatever wire format it came in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from engine.core.chain import canonical


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One measurement: of which metric, about which register row, for which part of those concerned."""

    subject: str
    name: str
    part: str
    value: float
    limit: float | None
    at: datetime
    model_version: str | None


@dataclass(frozen=True, kw_only=True)
class Happening:
    """
    One thing that came in.

    Args:
        identity: SHA-256 over what its sender knows it by: the same again is the same.
        facts: what the hook's expressions see, as plain JSON.
        over: whether it says that something is over.
    """

    identity: str
    facts: Mapping[str, Any]
    over: bool = False
    measured: Measured | None = None


def identity_of(*parts: object) -> str:
    """SHA-256 over the names that a sender gives to one thing."""
    return sha256(canonical([str(part) for part in parts])).hexdigest()

"""People: who acts."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Person:
    """
    Somebody who acts, with the groups he belongs to and those he leads or deputises.

    `kind` is `operator` for acts on the machine itself, such as `operator:worker`.
    """

    id: str
    name: str
    kind: Literal["person", "operator"] = "person"
    groups: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    platform_admin: bool = False

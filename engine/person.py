"""Who acts."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["person", "operator"]


@dataclass(frozen=True, kw_only=True)
class Person:
    """
    Somebody who acts, with the groups he belongs to and those he leads or deputises.

    `kind` is `operator` for acts on the machine itself, such as `operator:worker`.
    `auditor` reads whatever is not confidential and changes nothing.
    """

    id: str
    name: str
    kind: Kind = "person"
    groups: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    platform_admin: bool = False
    auditor: bool = False

    @property
    def parties(self) -> frozenset[str]:
        """What stands for this person in lists of candidates: `person:ID`, and `group:KEY` for each group."""
        return frozenset({f"person:{self.id}", *(f"group:{key}" for key in self.groups)})

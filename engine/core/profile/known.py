"""What is known beyond the files at hand."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Known:
    """
    Names that exist where the files are going to be deployed.

    None means that it cannot be seen from here: what is not found among the
    files is then a warning for processes, decisions and forms, and nothing is
    said about people, groups, ladders and registers.
    """

    processes: frozenset[str] | None = None
    decisions: frozenset[str] | None = None
    forms: frozenset[str] | None = None
    people: frozenset[str] | None = None
    groups: frozenset[str] | None = None
    ladders: frozenset[str] | None = None
    registers: frozenset[str] | None = None

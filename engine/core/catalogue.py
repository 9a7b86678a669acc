"""A standard's clauses, by number: read from a file, checked whole, and asked for what belongs under what."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.core.parts import Part, PartError

_ID = re.compile(r"[a-z][a-z0-9]*-[0-9]{4}(-[a-z0-9]+)*")
_FAMILY = re.compile(r"[a-z][a-z0-9]*")
_KEY = re.compile(r"[a-z][a-z0-9]*:(?:[A-Z]\.)?[0-9]+(?:\.[0-9]+)*")
_REF = re.compile(r"(?:[A-Z]\.)?[0-9]+(?:\.[0-9]+)*")
KEYS = frozenset(("id", "family", "name", "edition", "amendments", "subject", "stated_by", "clause"))
CLAUSE_KEYS = frozenset(("ref", "title", "parent", "level", "kind", "summary", "documented", "same_as"))
MOST = 2_000


class CatalogueError(PartError):
    """The file is no catalogue; `where` says which part of it."""


@dataclass(frozen=True, kw_only=True)
class Clause:
    """
    One clause: its number, what it is called, and in our own words what it wants.

    Args:
        same_as: clauses of other standards that ask for the same, or overlap, by their keys.
    """

    ref: str
    title: str
    summary: str = ""
    parent: str | None = None
    kind: str = "clause"
    documented: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Standard:
    """
    One edition of one standard.

    Args:
        id: such as `iso9001-2015`.
        family: what models write before a number, whatever the edition: `iso9001`.
        stated_by: the groups whose members state what of it applies.
    """

    id: str
    family: str
    name: str
    edition: str
    subject: str
    amendments: tuple[str, ...]
    stated_by: tuple[str, ...]
    clauses: tuple[Clause, ...]

    @cached_property
    def by_ref(self) -> Mapping[str, Clause]:
        """The clauses by number."""
        return {clause.ref: clause for clause in self.clauses}

    def key(self, ref: str) -> str:
        """How models name a clause."""
        return f"{self.family}:{ref}"

    def above(self, key: str) -> Iterator[str]:
        """The numbers of the clause that a model's key names, and of those it lies under; none if it is of another."""
        family, _, ref = key.partition(":")
        clause = self.by_ref.get(ref) if family == self.family else None
        while clause is not None:
            yield clause.ref
            clause = self.by_ref.get(clause.parent or "")


def read_standard(content: Mapping[str, Any]) -> Standard:
    """
    The standard that a file of `config/clauses/` (parsed) holds.

    Raises:
        CatalogueError: a key is unknown or missing, a number is no number or is there twice, a parent is not there.
    """
    part = Part(content, "the file", CatalogueError)
    part.only(KEYS)
    for name, form in (("id", _ID), ("family", _FAMILY)):
        if not form.fullmatch(str(content.get(name, ""))):
            raise CatalogueError(name, f"{content.get(name)!r} cannot be used; write it like iso9001-2015 and iso9001.")
    if not str(content["id"]).startswith(f"{content['family']}-"):
        raise CatalogueError("id", f"It must begin with the family, {content['family']}-.")
    listed = content.get("clause")
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST:
        raise CatalogueError("clause", f"There must be between 1 and {MOST:,} clauses.")
    clauses = tuple(_clause(one, f"clause {number}") for number, one in enumerate(listed, start=1))
    _hold_together(clauses)
    return Standard(
        id=content["id"],
        family=content["family"],
        name=part.text("name"),
        edition=part.text("edition"),
        subject=part.text("subject"),
        amendments=part.texts("amendments"),
        stated_by=part.texts("stated_by"),
        clauses=clauses,
    )


def _clause(said: Any, where: str) -> Clause:
    if not isinstance(said, Mapping):
        raise CatalogueError(where, "It is no table.")
    part = Part(said, where, CatalogueError)
    part.only(CLAUSE_KEYS)
    ref = said.get("ref")
    if not isinstance(ref, str) or not _REF.fullmatch(ref):
        raise CatalogueError(where, f"{ref!r} is no number of a clause; write it like 10.2.1 or A.6.2.4.")
    same_as = part.texts("same_as")
    if wrong := [key for key in same_as if not _KEY.fullmatch(key)]:
        raise CatalogueError(where, f"{wrong[0]!r} names no clause of a standard; write it like iso9001:10.2.")
    return Clause(
        ref=ref,
        title=part.text("title"),
        summary=part.text("summary") if "summary" in said else "",
        parent=part.text("parent") if "parent" in said else None,
        kind=part.text("kind") if "kind" in said else "clause",
        documented=part.texts("documented"),
        same_as=same_as,
    )


def _hold_together(clauses: Iterable[Clause]) -> None:
    """Each number once, each parent before its children: so nothing goes round."""
    seen: set[str] = set()
    for clause in clauses:
        if clause.ref in seen:
            raise CatalogueError(f"clause {clause.ref}", "It is there twice.")
        if clause.parent is not None and clause.parent not in seen:
            raise CatalogueError(f"clause {clause.ref}", f"Its parent {clause.parent} does not come before it.")
        seen.add(clause.ref)

"""The statement of applicability: each control with what was stated, its state, and by what it is put into practice."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine import clauses
from engine.clauses import Covered, Scope
from engine.core.catalogue import Clause, Standard
from engine.identity.person import Person
from engine.models import versions
from engine.models.definitions import parsed
from web.reads import entries


@dataclass(frozen=True, kw_only=True)
class Control:
    """
    One line of the statement.

    Args:
        stated: what was last stated; None where nobody has spoken of it yet, so that it applies.
        by: processes and registers that name it, or a clause below it: names and addresses.
    """

    clause: Clause
    group: Clause | None
    covered: Covered
    stated: Any | None
    by: list[tuple[str, str]]


def controls(found: Standard) -> list[Clause]:
    """What a statement speaks of: the controls of a standard that has any, else all its clauses."""
    return [one for one in found.clauses if one.kind == "control"] or list(found.clauses)


def statement(session: Session, person: Person, found: Standard, *, since: datetime, until: datetime) -> list[Control]:
    """
    Each control as it was stated and stood when a period ended; what puts it into practice is told as of today.

    Args:
        since, until: the period whose records count.
    """
    covered = clauses.coverage(session, found.id, since=since, until=until, scope=Scope(), by=person)
    by_ref = {one.clause.ref: one for one in covered}
    stated = clauses.statement(session, found.id, at=until)
    practised = _practised(session, person, found)
    return [
        Control(
            clause=one,
            group=found.by_ref.get(one.parent or ""),
            covered=by_ref[one.ref],
            stated=stated.get(one.ref),
            by=practised.get(one.ref, []),
        )
        for one in controls(found)
    ]


def _practised(session: Session, person: Person, found: Standard) -> dict[str, list[tuple[str, str]]]:
    """Which processes in force and which registers name each clause, or one below it."""
    by: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for definition_id in versions.latest_of_all(session):
        model = parsed(session, definition_id).model
        named = set(model.rules.clauses).union(*(node.rules.clauses for node in model.nodes.values()))
        for ref in sorted({ref for key in named for ref in found.above(key)}):
            by[ref].append((model.name or model.key, f"/processes/{model.key}"))
    for one in entries.shown(session, person):
        for ref in sorted({ref for key in one.definition.clauses for ref in found.above(key)}):
            by[ref].append((one.definition.name, f"/registers/{one.definition.key}"))
    return by

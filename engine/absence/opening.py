"""A task that opens for somebody who is away goes to who stands in for him, or to who answers for it instead."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from engine.core.vocabulary import Model
from engine.identity.substitutes import absences
from engine.running import circle
from engine.running.rows import Assigned


class Opened(Protocol):
    """A task about to open."""

    token: int
    element: str


class Modelled(Protocol):
    """A parsed definition, as far as rules go."""

    @property
    def model(self) -> Model:
        """The author's facts."""


class Held(circle.Handled, Protocol):
    """A case with the tasks that are open in it."""

    @property
    def owner(self) -> str:
        """Who owns the process."""


def in_place(
    session: Session,
    found: dict[int, Assigned],
    opened: Sequence[Opened],
    apart: Mapping[int, frozenset[str]],
    *,
    parsed: Modelled,
    case: Held,
    leads: Mapping[str, str],
    at: datetime,
    organisation: bytes | None,
) -> dict[int, Assigned]:
    """
    Who gets these tasks, once those who are away at `at` are replaced.

    A stand-in counts as both persons: whom a rule keeps away from the task,
    or who holds another one of a round that two people must do, is passed by.
    Tasks that nobody was given stay with their group.

    Args:
        apart: whom the rules keep from each task that has rules, by token.
        leads: the lead of each group in question (`group:KEY`).
    """
    if not any(one.assignee for one in found.values()):
        return found
    known = absences(session, organisation=organisation)
    if not known.all:
        return found
    process, result, taken = parsed.model.key, dict(found), _held(case)
    for task in opened:
        chosen = found[task.token]
        if chosen.assignee is None:
            continue
        two = "self" in _rules(parsed, task.element)
        held = taken.setdefault(task.element, set()) if two else set[str]()
        if known.of(chosen.assignee, process, at):
            barred = apart.get(task.token, frozenset()) | held
            order = known.stand_ins(chosen.assignee, process, at) if chosen.assignee not in held else ()
            willing = circle.within(session, case, [one for one in order if one not in barred])
            result[task.token] = _given(chosen, willing, leads, case.owner)
        held |= {one for one in (result[task.token].assignee, chosen.assignee) if one}
    return result


def nobody(person: str) -> str:
    """Why a task is with whoever answers for it instead."""
    return f"{person} is away, and nobody may stand in"


def _given(chosen: Assigned, order: Sequence[str], leads: Mapping[str, str], owner: str) -> Assigned:
    away = str(chosen.assignee)
    if order:
        return Assigned(
            candidates=chosen.candidates,
            assignee=order[0],
            accountable=chosen.accountable,
            because=chosen.because,
            acting_for=away,
        )
    lead = next((leads[who] for who in chosen.candidates if leads.get(who) not in (None, away)), owner)
    candidates = chosen.candidates or (f"person:{owner}",)
    return Assigned(candidates=candidates, assignee=None, accountable=lead, because=nobody(away))


def _held(case: Any) -> dict[str, set[str]]:
    """Who holds tasks of each element, and for whom."""
    held: dict[str, set[str]] = {}
    for task in getattr(case, "live", {}).values():
        held.setdefault(task.element, set()).update({task.holder, task.acting_for} - {None})
    return held


def _rules(parsed: Modelled, element: str) -> tuple[str, ...]:
    node = parsed.model.nodes.get(element)
    return node.rules.separate_from if node else ()

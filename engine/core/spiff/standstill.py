"""
Limits that stand still while the case is back with its author.

When each task that pauses a limit was open is kept with the case's facts, so
a replay and a late worker count the same days. A limit that stands still has
no moment: nothing is due by it until it runs on.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from engine.core.model.grammar import Limit
from engine.core.pauses import resumed
from engine.core.spans import BusinessHours, Clock, Due, From, RealTime
from engine.core.spiff.step import current, iso
from engine.core.spiff.tokens import Case, Token

Spell = tuple[datetime, datetime | None]
"""From when to when a case was away; None while it still is."""


def note(case: Case, open_tasks: Iterable[Token]) -> None:
    """Keep which of the tasks that pause a limit are open now, and since when; call it when all else has settled."""
    pausing = {task for limit in case.definition.limits.values() for task in limit.pause}
    if not pausing:
        return
    since: dict[str, datetime] = {}
    for token in open_tasks:
        element = token.task_spec.element
        since[element] = min(token.entered, since.get(element, token.entered))
    for element in sorted(pausing):
        facts = case.facts.get(element, {})
        if element in since and "away_since" not in facts:
            case.facts.setdefault(element, {"round": 0})["away_since"] = iso(since[element])
        elif element not in since and "away_since" in facts:
            facts.setdefault("away", []).append([facts.pop("away_since"), iso(current().now)])


def moved(case: Case, limit: Limit, rule: Due, since: datetime, due: datetime) -> datetime | None:
    """
    When a limit is due that would be due at `due` without its pauses; None while it stands still.

    Args:
        since: the moment from which the limit runs where it names no fact.
    """
    calendar = current().calendar
    base = rule.fact.start(calendar) if isinstance(rule, From) else since
    span = rule.span if isinstance(rule, From) else rule
    for begin, end in _spells(case, limit.pause):
        if end is not None and end <= base:
            continue
        begin = max(begin, base)
        if due <= begin:
            break
        if end is None:
            return None
        if isinstance(span, BusinessHours):
            due = calendar.add_business_time(end, calendar.business_time(begin, due))
        else:
            clock: Clock = "elapsed" if isinstance(span, RealTime) else "business"
            due = resumed(due, paused_at=begin, resumed_at=end, calendar=calendar, clock=clock)
    return due


def _spells(case: Case, tasks: Iterable[str]) -> Iterator[Spell]:
    """When at least one of these tasks was open, in order; spells that touch are one."""
    known: list[Spell] = []
    for element in tasks:
        facts = case.facts.get(element, {})
        known += [(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in facts.get("away", ())]
        if "away_since" in facts:
            known.append((datetime.fromisoformat(facts["away_since"]), None))
    begun: Spell | None = None
    for begin, end in sorted(known, key=lambda spell: spell[0]):
        if begun is None or (begun[1] is not None and begin > begun[1]):
            if begun is not None:
                yield begun
            begun = (begin, end)
        elif begun[1] is not None:
            begun = (begun[0], None if end is None else max(begun[1], end))
    if begun is not None:
        yield begun

"""
Separation of duties: who must be kept apart from a task, because of what he did in the case.

The rules are the model's (`separate_from`): the id of a task (who did it in
this case, in every round), `self` (who did this same task in this round: two
approvers), `person:VARIABLE` (who is named in the case, or in what this task
has for itself) and `called:ACTIVITY` (who worked in the case that it called).
Whoever acted for somebody counts as both, and who amended a finished record or
replaced its evidence as one who did it. Checked at claim, assign, delegate and
complete; a refusal is a record.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.core.vocabulary import Model
from engine.errors import Record, SeparationOfDuties
from engine.identity import groups
from engine.identity.person import Person
from engine.running.who_did import query_for
from engine.store.running import Candidate


class Modelled(Protocol):
    """A parsed definition, as far as rules go."""

    @property
    def model(self) -> Model:
        """The author's facts."""


class Held(Protocol):
    """A case, as far as rules go."""

    @property
    def id(self) -> UUID:
        """The instance's id."""


class Work(Protocol):
    """An open task, or one about to open."""

    @property
    def element(self) -> str:
        """Its node in the model."""

    @property
    def locals(self) -> Mapping[str, Any]:
        """The data of its own in a multi-instance."""


class OpenWork(Work, Protocol):
    """A task that has a row."""

    @property
    def id(self) -> UUID:
        """The task's id."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def opened_at(self) -> datetime:
        """When it opened."""


class HeldWhole(Held, Protocol):
    """A locked case with its open and claimed tasks."""

    @property
    def live(self) -> Mapping[int, Any]:
        """The open and claimed tasks by token."""


HELD = "self held"
"""Not a rule of its own: what `self` says of two tasks that one person would hold at once."""


class Bar(NamedTuple):
    """A rule that keeps a person away."""

    rule: str
    person: str


@dataclass(frozen=True)
class Rules:
    """The rules of one task, by kind."""

    tasks: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    itself: bool = False

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Rules":
        """Sort the texts of `separate_from`."""
        return cls(
            tasks=tuple(one for one in texts if ":" not in one and one != "self"),
            variables=tuple(one.removeprefix("person:") for one in texts if one.startswith("person:")),
            calls=tuple(one.removeprefix("called:") for one in texts if one.startswith("called:")),
            itself="self" in texts,
        )


def rules_of(parsed: Modelled, element: str) -> tuple[str, ...]:
    """What the model keeps apart from the people of this task."""
    node = parsed.model.nodes.get(element)
    return node.rules.separate_from if node else ()


def check(
    session: Session, parsed: Modelled, case: Held, task: OpenWork, by: Person, *, acting_for: str | None = None
) -> None:
    """
    Refuse a person whom a rule keeps away from a task. One statement; none where the model has no rule.

    Args:
        by: who claims, is assigned, is delegated to or completes.
        acting_for: for whom he stands in; both are checked.

    Raises:
        SeparationOfDuties: with the rule, and the record of the refusal for the case's trail.
    """
    texts = rules_of(parsed, task.element)
    if not texts:
        return
    who = (by.id, acting_for) if acting_for else (by.id,)
    found = barred(session, case.id, task, texts, opened_at=task.opened_at, who=who)
    if found:
        raise _refusal(session, parsed, case, task, by, min(found))


def check_named(
    session: Session,
    parsed: Modelled,
    case: Held,
    task: OpenWork,
    answers: Mapping[str, Any],
    by: Person,
    *,
    for_whom: str | None = None,
) -> None:
    """
    Refuse whoever names himself in answers where a rule keeps the person named apart (`person:VARIABLE`).

    Args:
        for_whom: for whom he stands in; neither may be named.

    Raises:
        SeparationOfDuties: as for `check`.
    """
    rules = Rules.of(rules_of(parsed, task.element))
    for name in rules.variables:
        if named := {by.id, for_whom} & set(people_in(answers.get(name))):
            raise _refusal(session, parsed, case, task, by, Bar(f"person:{name}", str(min(map(str, named)))))


def check_hand_out(
    session: Session, parsed: Modelled, case: HeldWhole, task: OpenWork, to: Person, *, acting_for: str | None = None
) -> None:
    """
    As `check`, before somebody gets a task; and keep from him a second one of a round whose tasks want two people.

    Raises:
        SeparationOfDuties: he did what this task is separate from, or holds another one of its round.
    """
    check(session, parsed, case, task, to, acting_for=acting_for)
    if "self" not in rules_of(parsed, task.element):
        return
    others = (one for one in case.live.values() if one.element == task.element and one.id != task.id)
    if any({one.holder, one.acting_for} & {to.id, acting_for or to.id} for one in others):
        raise _refusal(session, parsed, case, task, to, Bar(HELD, to.id))


def eligible(
    session: Session,
    parsed: Modelled,
    case: Held,
    task: OpenWork,
) -> frozenset[str]:
    """The ids of those among a task's candidates, past ones included, whom no rule keeps away."""
    parties = session.execute(select(Candidate.who).where(Candidate.task_id == task.id)).scalars().all()
    texts = rules_of(parsed, task.element)
    apart = barred(session, case.id, task, texts, opened_at=task.opened_at) if texts else frozenset()
    return groups.people_of(session, parties) - {bar.person for bar in apart}


def barred(
    session: Session,
    instance_id: UUID,
    task: Work,
    texts: Sequence[str],
    *,
    opened_at: datetime,
    who: Sequence[str] | None = None,
    done: Iterable[tuple[str, str]] = (),
    variables: Mapping[str, Any] | None = None,
) -> frozenset[Bar]:
    """
    Whom the rules keep away from a task, and by which rule.

    Args:
        opened_at: when the task opened; `self` looks at its round of a multi-instance.
        who: ask about these people only; None asks about everybody.
        done: tasks (element, person) that this transaction completes and that have no row yet.
        variables: the case's variables, where their rows are not written yet.
    """
    rules = Rules.of(texts)
    if not texts:
        return frozenset()
    counter = task.locals.get("loopCounter")
    in_round = rules.itself and isinstance(counter, int)
    own = named_by_itself(task, texts)
    named = tuple(name for name in rules.variables if name not in own)
    kinds = (bool(rules.tasks), rules.itself, in_round, bool(named), bool(rules.calls))
    given = {
        "instance_id": instance_id,
        "elements": rules.tasks,
        "element": task.element,
        "opened_at": opened_at,
        "names": named,
        "calls": rules.calls,
        "who": who or (),
    }
    rows = query_for(*kinds, who is not None).all(session, given) if any(kinds) else ()
    found = {bar for row in rows for bar in _bars(row)}
    found |= {Bar(element, person) for element, person in done if element in rules.tasks}
    found |= {Bar("self", person) for element, person in done if rules.itself and element == task.element}
    for name, value in [*own.items(), *((name, (variables or {}).get(name)) for name in named)]:
        found |= {Bar(f"person:{name}", person) for person in people_in(value)}
    return frozenset(bar for bar in found if who is None or bar.person in who)


def named_by_itself(task: Work, texts: Sequence[str]) -> dict[str, Any]:
    """The variables of `person:` rules that the task has for itself, as one instance of a multi-instance may."""
    return {name: task.locals[name] for name in Rules.of(texts).variables if name in task.locals}


def _bars(row: Any) -> Iterable[Bar]:
    if row.kind == "person":
        return (Bar(f"person:{row.rule}", person) for person in people_in(orjson.loads(row.person)))
    return (Bar(f"called:{row.rule}" if row.kind == "called" else row.rule, row.person),)


def people_in(value: Any) -> Iterable[str]:
    """The ids of people in a variable's value: a text, a list of them, or objects with an `id`."""
    if isinstance(value, str):
        return (value.removeprefix("person:"),)
    if isinstance(value, dict):
        return people_in(value.get("id"))
    if isinstance(value, list):
        return tuple(person for item in value for person in people_in(item))
    return ()


def _refusal(
    session: Session, parsed: Modelled, case: Held, task: OpenWork, by: Person, bar: Bar
) -> SeparationOfDuties:
    others = sorted(eligible(session, parsed, case, task) - {by.id})
    shown = ", ".join(others[:5]) + (" or others" if len(others) > 5 else "")
    rule = "self" if bar.rule == HELD else bar.rule
    remedy = f"It can be done by {shown}." if others else "No eligible person is left; the owner must name one."
    return SeparationOfDuties(
        why=f"{bar.person} may not do {task.name!r}: {_words(parsed, bar.rule)}.",
        remedy=remedy,
        task_id=str(task.id),
        person=bar.person,
        rule=rule,
        step=_step(parsed, rule),
        others=tuple(others[:5]),
        record=Record(
            chain=str(case.id),
            verb="refusal.separation",
            subject=str(task.id),
            body={"rule": rule, "person": bar.person, "element": task.element},
        ),
    )


def _words(parsed: Modelled, rule: str) -> str:
    """What a person did, in words."""
    if rule == "self":
        return "the same person has done it in this round already"
    if rule == HELD:
        return "the same person holds another one of this round, and two people must do them"
    if rule.startswith("person:"):
        return f"the same person is named in the case as {rule.removeprefix('person:')}"
    step = _step(parsed, rule)
    name = f"{step!r} ({rule.removeprefix('called:')})" if step else rule
    return f"the same person worked in {name}" if rule.startswith("called:") else f"the same person did {name}"


def _step(parsed: Modelled, rule: str) -> str:
    """The name of the step that a rule speaks of; empty where it speaks of none."""
    node = parsed.model.nodes.get(rule.removeprefix("called:"))
    return node.name if node else ""

"""
Who gets a task, and who answers for it.

The model names people and groups; where it is silent, the bindings of the
definition speak. Whatever they say, every open task has one named accountable
person: the assignee, else the lead of its group, else the owner of the case.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import bindparam, case, func, literal, or_, select, text, union_all
from sqlalchemy.orm import Session

from engine import separation
from engine.absence.opening import in_place
from engine.cache import Cache
from engine.core.chain import canonical
from engine.hot import Hot, among
from engine.identity import groups
from engine.running.rows import Assigned
from engine.store.definitions import Binding
from engine.store.people import GroupRow, Membership, PersonRow

NO_ELIGIBLE = "no eligible person"
_directories: Cache[Any, "Directory"] = Cache(1024)
_members: Cache[Any, frozenset[str]] = Cache(1024)


class Opened(Protocol):
    """A task about to open: what the model says of who, already evaluated."""

    token: int
    element: str
    at: datetime
    lane: str | None
    assignee: str | None
    candidate_users: tuple[str, ...]
    candidate_groups: tuple[str, ...]
    locals: dict[str, Any]


class Owned(separation.Held, Protocol):
    """A case, as far as assignment goes."""

    @property
    def definition_id(self) -> UUID:
        """The version it runs."""

    @property
    def owner(self) -> str:
        """Who owns the process."""

    @property
    def handlers(self) -> str | None:
        """The group that handles the case, if one does."""


@dataclass(frozen=True)
class Directory:
    """
    What must be known of the organisation to hand out some tasks.

    Args:
        bindings: role (`lane:ID`, `group:KEY`, `task:ID`) to who (`person:ID`, `group:KEY`).
        known: those of `person:ID` and `group:KEY` that exist and have not left.
        leads: the lead of each group in question that has one.
        peopled: those of the groups in question that have a member at all.
    """

    bindings: Mapping[str, str] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    leads: Mapping[str, str] = field(default_factory=dict)
    peopled: frozenset[str] = frozenset()


def assign(
    session: Session,
    opened: Sequence[Opened],
    *,
    parsed: separation.Modelled,
    case: Owned,
    done: Iterable[tuple[str, str]] = (),
    variables: Mapping[str, Any] | None = None,
    unable: Mapping[int, frozenset[str]] | None = None,
    organisation: bytes | None = None,
    at: datetime | None = None,
) -> dict[int, Assigned]:
    """
    Who gets each of these tasks of one case, by token.

    One statement, and two more where the model keeps people apart; of these
    only the question who did what, where `organisation` is known from before.

    Args:
        organisation: the head of the platform's chain; the same head means the same people, groups and bindings.
        done: tasks (element, person) that the same transaction completes.
        variables: the case's variables after this step, for rules that name people in the case.
        unable: by token, who does not hold what the task asks for.
        at: the moment at which whoever is away is replaced; None replaces nobody.
    """
    if not opened:
        return {}
    directory = _looked_up(session, case.definition_id, opened, organisation)
    apart = _apart(session, opened, parsed=parsed, case=case, done=tuple(done), variables=variables)
    nobody = frozenset[str]()
    apart |= {token: apart.get(token, nobody) | who for token, who in (unable or {}).items() if who}
    found = {
        task.token: choose(task, directory, owner=case.owner, apart=apart.get(task.token, nobody)) for task in opened
    }
    left: dict[tuple[str, ...], frozenset[str]] = {}
    for token in (token for token, barred in apart.items() if barred):
        chosen = found[token]
        if chosen.assignee is None:
            if chosen.candidates not in left:
                left[chosen.candidates] = _people_of(session, chosen.candidates, organisation)
            if not left[chosen.candidates] - apart[token]:
                found[token] = Assigned(
                    candidates=chosen.candidates, assignee=None, accountable=case.owner, because=NO_ELIGIBLE
                )
    if at is None:
        return found
    leads = directory.leads
    return in_place(
        session, found, opened, apart, parsed=parsed, case=case, leads=leads, at=at, organisation=organisation
    )


def choose(task: Opened, directory: Directory, *, owner: str, apart: frozenset[str] = frozenset()) -> Assigned:
    """
    Who gets a task by the model, the bindings and the organisation.

    Names that nobody has, or whose bearer has left, count as not said.

    Args:
        owner: of the case; answers for the task where nobody else does.
        apart: whom a rule keeps away; none of them is given the task, a lead may still answer for it.
    """
    assignee = _known(f"person:{(task.assignee or '').strip()}", directory)
    candidates = _candidates(task, directory)
    if assignee is None and not candidates:
        assignee, candidates = _bound(task, directory)
    person = (assignee or "").removeprefix("person:")
    if person and person not in apart:
        return Assigned(candidates=candidates, assignee=person, accountable=person, because="assignee")
    if person and not candidates:
        return Assigned(candidates=(f"person:{person}",), assignee=None, accountable=owner, because=NO_ELIGIBLE)
    for who in candidates:
        if lead := directory.leads.get(who):
            because = f"lead of {who.removeprefix('group:')}"
            return Assigned(candidates=candidates, assignee=None, accountable=lead, because=because)
    empty = bool(candidates) and not any(who.startswith("person:") or who in directory.peopled for who in candidates)
    because = NO_ELIGIBLE if empty else "owner"
    return Assigned(candidates=candidates or (f"person:{owner}",), assignee=None, accountable=owner, because=because)


def _candidates(task: Opened, directory: Directory) -> tuple[str, ...]:
    """Whom the model names, a group by what its binding says if there is one; each once."""
    users = (f"person:{user.strip()}" for user in task.candidate_users)
    keys = (f"group:{key.strip()}" for key in task.candidate_groups)
    named = [*users, *(directory.bindings.get(key, key) for key in keys)]
    return tuple(dict.fromkeys(who for who in named if who in directory.known))


def _bound(task: Opened, directory: Directory) -> tuple[str | None, tuple[str, ...]]:
    """Whom the bindings name for a task that the model leaves open: the task's own before its lane's."""
    for role in (f"task:{task.element}", f"lane:{task.lane}"):
        who = _known(directory.bindings.get(role, ""), directory)
        if who:
            return (who, ()) if who.startswith("person:") else (None, (who,))
    return None, ()


def _known(who: str, directory: Directory) -> str | None:
    return who if who in directory.known else None


def _looked_up(
    session: Session, definition_id: UUID, opened: Sequence[Opened], organisation: bytes | None
) -> Directory:
    if organisation is None:
        return look_up(session, definition_id, opened)
    named = tuple((task.assignee, task.candidate_users, task.candidate_groups) for task in opened)
    key = (organisation, definition_id, named)
    return _directories.get(key, lambda: look_up(session, definition_id, opened))


def _people_of(session: Session, parties: tuple[str, ...], organisation: bytes | None) -> frozenset[str]:
    if organisation is None:
        return groups.people_of(session, parties)
    return _members.get((organisation, parties), lambda: groups.people_of(session, parties))


def look_up(session: Session, definition_id: UUID, opened: Sequence[Opened]) -> Directory:
    """What `choose` must know for these tasks. One statement."""
    people = {(task.assignee or "").strip() for task in opened}
    people |= {user.strip() for task in opened for user in task.candidate_users}
    keys = {key.strip() for task in opened for key in task.candidate_groups}
    given = {"definition_id": definition_id, "people": sorted(people), "keys": sorted(keys)}
    bindings, known, leads, peopled = {}, set(), {}, set()
    for kind, key, value in _LOOK_UP.all(session, given):
        if kind == "binding":
            bindings[key] = value
        elif kind == "lead":
            leads[f"group:{key}"] = value
        else:
            known.add(f"{kind}:{key}")
            if value:
                peopled.add(f"{kind}:{key}")
    return Directory(bindings, frozenset(known), leads, frozenset(peopled))


_HERE = Binding.definition_id == bindparam("definition_id")
_GROUPS = or_(
    among(GroupRow.key, "keys"),
    GroupRow.key.in_(select(func.substr(Binding.who, 7)).where(_HERE, text("bindings.who LIKE 'group:%'"))),
)
_MEMBER = (
    select(Membership.person_id)
    .join(PersonRow, PersonRow.id == Membership.person_id)
    .where(Membership.group_key == GroupRow.key, text("people.active"))
)
_HAS_MEMBERS = or_(text("groups.everybody"), _MEMBER.exists())
_SOMEBODY = select(literal("person"), PersonRow.id, literal("")).where(text("people.active"))
_LOOK_UP = Hot(
    union_all(
        select(literal("binding"), Binding.role, Binding.who).where(_HERE),
        _SOMEBODY.where(among(PersonRow.id, "people")),
        _SOMEBODY.where(
            PersonRow.id.in_(select(func.substr(Binding.who, 8)).where(_HERE, text("bindings.who LIKE 'person:%'")))
        ),
        select(literal("group"), GroupRow.key, case((_HAS_MEMBERS, "some"), else_="")).where(_GROUPS),
        select(literal("lead"), GroupRow.key, Membership.person_id)
        .join(Membership, Membership.group_key == GroupRow.key)
        .join(PersonRow, PersonRow.id == Membership.person_id)
        .where(_GROUPS, text("memberships.standing = 'lead'"), text("people.active")),
    )
)


def _apart(
    session: Session,
    opened: Sequence[Opened],
    *,
    parsed: separation.Modelled,
    case: Owned,
    done: tuple[tuple[str, str], ...],
    variables: Mapping[str, Any] | None,
) -> dict[int, frozenset[str]]:
    """Whom the rules keep from each task that has rules; those alike that open together share a question."""
    asked: dict[tuple[str, datetime, bytes], frozenset[str]] = {}
    found = {}
    for task in opened:
        rules = separation.rules_of(parsed, task.element)
        if not rules:
            continue
        if _begins_round(task, opened):
            rules = tuple(rule for rule in rules if rule != "self")
        key = (task.element, task.at, canonical(separation.named_by_itself(task, rules)))
        if key not in asked:
            bars = separation.barred(session, case.id, task, rules, opened_at=task.at, done=done, variables=variables)
            asked[key] = frozenset(bar.person for bar in bars)
        found[task.token] = asked[key]
    return found


def _begins_round(task: Opened, opened: Sequence[Opened]) -> bool:
    """Whether the first item of this task's multi-instance opens in this very step: nobody has done it yet."""
    together = (one for one in opened if one.element == task.element and one.at == task.at)
    return any(one.locals.get("loopCounter") == 0 for one in together)

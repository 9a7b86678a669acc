"""
The circle of a confidential case: the group that handles it, and who is shut out of it altogether.

The model names both (`handlers`, `shut_out`). The case is owned within the
group, so whatever falls back to its owner stays inside. Whoever is named in a
variable that shuts out does not know of the case, whatever else he is to it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.core.vocabulary import Model
from engine.errors import Conflict
from engine.hot import Hot, among
from engine.identity import groups
from engine.running.rows import Assigned, Context, Rows, message_row
from engine.separation import people_in
from engine.store.base import table_of
from engine.store.people import Membership, PersonRow
from engine.store.running import ShutOut

SHUT = table_of(ShutOut)
OF_CASE = select(SHUT.c.person_id).where(SHUT.c.instance_id == bindparam("of_case"))
THERE = Hot(select(PersonRow.id).where(among(PersonRow.id, "people")))
STANDINGS = select(Membership.person_id, Membership.standing).where(Membership.group_key == bindparam("key"))
ORDER = ("lead", "deputy", "member")


class Handled(Protocol):
    """A case, as far as its circle goes."""

    @property
    def id(self) -> UUID:
        """The case's id."""

    @property
    def handlers(self) -> str | None:
        """The group that handles it, if one does."""


def of_model(model: Model, start: str | None) -> tuple[str | None, tuple[str, ...]]:
    """Who handles a case that begins there, and the variables that shut people out; the start goes first."""
    node = model.nodes.get(start) if start else None
    rules = [one for one in (node.rules if node else None, model.rules) if one is not None]
    handlers = next((one.handlers for one in rules if one.handlers), None)
    return handlers, tuple(dict.fromkeys(name for one in rules for name in one.shut_out))


def named_in(names: Iterable[str], variables: Mapping[str, Any]) -> frozenset[str]:
    """Whom these variables name."""
    return frozenset(person for name in names for person in people_in(variables.get(name)))


def head(session: Session, group: str, shut: frozenset[str]) -> str:
    """
    Who owns a case within the group that handles it: its lead, else its deputy, else a member who is not shut out.

    Raises:
        Conflict: nobody is left.
    """
    standing = {row.person_id: row.standing for row in session.execute(STANDINGS, {"key": group})}
    left = sorted(
        groups.members(session, group) - shut, key=lambda one: (ORDER.index(standing.get(one, "member")), one)
    )
    if not left:
        raise Conflict(f"Nobody is left in the group {group} to handle this. Add somebody to it first.")
    return left[0]


def shut_out_of(session: Session, case_id: UUID) -> frozenset[str]:
    """Who is shut out of a case."""
    return frozenset(session.scalars(OF_CASE, {"of_case": case_id}))


def within(session: Session, case: Handled, people: Iterable[str]) -> list[str]:
    """Those of these people who may have a task in place of others: where a group handles the case, its members."""
    if case.handlers is None:
        return list(people)
    members = groups.members(session, case.handlers) - shut_out_of(session, case.id)
    return [one for one in people if one in members]


def keep(session: Session, rows: Rows, case: Case, variables: Mapping[str, Any], context: Context) -> None:
    """Write who is shut out after a step. Whoever had work or answered for some passes it on, in a step of its own."""
    wanted = named_in(case.shut_by, variables)
    known = frozenset() if case.is_new else shut_out_of(session, case.id)
    pending = rows.new.setdefault("shut_out", [])
    others = [row for row in pending if row["instance_id"] != case.id]
    there = (
        frozenset(row.id for row in THERE.all(session, {"people": sorted(wanted - known)})) if wanted - known else ()
    )
    pending[:] = [*others, *({"instance_id": case.id, "person_id": one} for one in sorted(there))]
    rows.readmitted += [{"of_case": case.id, "person": one} for one in sorted(known - wanted)]
    if case.is_new:
        return
    for one in sorted(there):
        rows.add("messages", message_row("shut_out", one, {"person": one}, context, source=case, target=case.id))


def inside(session: Session, case: Case, chosen: dict[int, Assigned], shut: frozenset[str]) -> dict[int, Assigned]:
    """The same assignments, with nobody answering for a task who does not handle the case or has the task."""
    if case.handlers is None:
        return chosen
    members = groups.members(session, case.handlers) - shut
    return {
        token: one
        if one.accountable in members or one.accountable == one.assignee
        else replace(one, accountable=case.owner, because="owner")
        for token, one in chosen.items()
    }

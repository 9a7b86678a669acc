"""Who stands for the roles of a definition: kept in a table, changeable with an entry in the trail."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine import audit
from engine.core.vocabulary import Model
from engine.errors import Forbidden, Invalid
from engine.identity.person import Person
from engine.models import roles
from engine.models.definitions import owner_of, parsed
from engine.store.definitions import Binding
from engine.store.people import GroupRow, PersonRow


def of(session: Session, definition_id: UUID) -> dict[str, str]:
    """The bindings of a definition, role to who."""
    query = select(Binding.role, Binding.who).where(Binding.definition_id == definition_id).order_by(Binding.role)
    return dict(session.execute(query).all())


def put(session: Session, definition_id: UUID, wanted: Mapping[str, tuple[str, bool]], now: datetime) -> None:
    """Write bindings (role to who, and whether it is only a proposal) over those that are there."""
    before = of(session, definition_id)
    new = [
        {"definition_id": definition_id, "role": role, "who": who, "proposed": guess, "since": now}
        for role, (who, guess) in sorted(wanted.items())
        if role not in before
    ]
    if new:
        session.execute(insert(Binding), new)
    for role, (who, guess) in wanted.items():
        if role in before:
            here = (Binding.definition_id == definition_id) & (Binding.role == role)
            session.execute(update(Binding).where(here).values(who=who, proposed=guess, since=now))


def bind(session: Session, definition_id: UUID, role: str, who: str, *, by: Person, now: datetime) -> None:
    """
    Let somebody stand for a role of a definition from now on; tasks that are open stay where they are.

    Args:
        role: `lane:ID`, `group:KEY` or `task:ID`.
        who: `person:ID` or `group:KEY`.

    Raises:
        Forbidden: `by` neither owns the definition nor manages the platform.
        NotFound: there is no such definition.
        Invalid: the model has no such role, or nobody is called so.
    """
    definition = parsed(session, definition_id)
    owner = owner_of(session, definition_id)
    if by.id != owner and not by.platform_admin:
        ask = f"Ask its owner, {owner}." if owner else "Ask an administrator of the platform."
        raise Forbidden(f"{by.name} does not own {definition.name}.", ask)
    check(session, definition.model, {role: who})
    before = of(session, definition_id).get(role)
    if before == who:
        return
    put(session, definition_id, {role: (who, False)}, now)
    said = {"process": definition.key, "version": definition.version, "role": role, "before": before, "after": who}
    audit.append(session, audit.PLATFORM, "binding.changed", definition_id, said, by=by, now=now)


def check(session: Session, model: Model, wanted: Mapping[str, str]) -> None:
    """
    Refuse bindings that cannot be.

    Raises:
        Invalid: with one problem a role.
    """
    known, problems = roles.all_roles(model), {}
    strangers = unknown(session, wanted.values())
    for role, who in wanted.items():
        if role not in known:
            problems[role] = f"{model.name} has no role {role}.{_near(role, known)}"
        elif who in strangers:
            problems[role] = strangers[who]
    if problems:
        raise Invalid(" ".join(problems.values()), problems)


def unknown(session: Session, parties: Iterable[str]) -> dict[str, str]:
    """Those of `person:ID` and `group:KEY` that nobody knows, each with a sentence that helps."""
    wanted = sorted(set(parties))
    if not wanted:
        return {}
    keys = set(session.execute(select(GroupRow.key)).scalars())
    ids = [who.removeprefix("person:") for who in wanted if who.startswith("person:")]
    people = set(session.execute(select(PersonRow.id).where(PersonRow.id.in_(ids), PersonRow.active)).scalars())
    found: dict[str, str] = {}
    for who in wanted:
        kind, _, name = who.partition(":")
        if kind not in ("person", "group") or not name:
            found[who] = f"{who!r} is neither person:ID nor group:KEY."
        elif name not in (people if kind == "person" else keys):
            near = _near(name, everybody(session) if kind == "person" else keys)
            found[who] = f"Nobody knows the {kind} {name!r}.{near or f' Add the {kind} first.'}"
    return found


def everybody(session: Session) -> frozenset[str]:
    """The ids of all people who have not left."""
    return frozenset(
        session.execute(select(PersonRow.id).where(PersonRow.active, PersonRow.kind == "person")).scalars()
    )


def group_names(session: Session) -> dict[str, str]:
    """All groups, key to name."""
    return dict(session.execute(select(GroupRow.key, GroupRow.name)).all())


def shown(session: Session, definition_id: UUID) -> list[dict[str, Any]]:
    """The bindings of a definition as lists show them."""
    query = select(Binding.role, Binding.who, Binding.proposed, Binding.since)
    rows = session.execute(query.where(Binding.definition_id == definition_id).order_by(Binding.role))
    return [dict(row._mapping) for row in rows]


def _near(word: str, words: Iterable[str]) -> str:
    found = get_close_matches(word, sorted(words), n=1, cutoff=0.7)
    return f" Did you mean {found[0]}?" if found else ""

"""
Who is to read a version of a diagram that comes into force: everybody who has a role in it (ISO 9001:2015, 7.3).

They are asked by whatever process begins with the message `definition.released`; where none is in force, nobody is.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import bindings, messages
from engine.core.vocabulary import Model
from engine.identity import groups
from engine.identity.person import Person
from engine.models import roles
from engine.models.definitions import Parsed
from engine.running.correlation import starting_with
from engine.store.definitions import DefinitionRow, Deployment

RELEASED = "definition.released"


def ask(session: Session, released: Iterable[Parsed], *, but: Collection[str], by: Person, now: datetime) -> None:
    """
    Tell of each version that is in force now, with who is to read it, in the transaction that released it.

    The message's key is that of the process: a case that still asks for an older version hears of the newer one.

    Args:
        but: the ids of those who know it already: who deployed it, and who released it.
    """
    if not starting_with(session, "message", RELEASED):
        return
    for one in released:
        readers = groups.people_of(session, sorted(parties(one.model, bindings.of(session, one.id)))) - set(but)
        if readers:
            said = _said(session, one) | {"released_by": by.id, "readers": sorted(readers)}
            messages.correlate(session, RELEASED, key=one.key, payload=said, by=by, now=now)


def parties(model: Model, bound: dict[str, str]) -> frozenset[str]:
    """Who has a role in a model, as `person:ID` and `group:KEY`: who may begin it, and whom it or a binding names."""
    named = {bound.get(who, who) for who in roles.named(model)}
    begin = {f"group:{key}" for key in model.starter_groups} | {f"person:{id_}" for id_ in model.starter_users}
    return frozenset(named | begin | set(bound.values()))


def _said(session: Session, one: Parsed) -> dict[str, Any]:
    older = (
        select(func.max(DefinitionRow.version))
        .join(Deployment, Deployment.id == DefinitionRow.deployment_id)
        .where(DefinitionRow.key == one.key, DefinitionRow.version < one.version, Deployment.status == "released")
    )
    before = session.execute(older).scalar_one()
    return {"process": one.key, "process_name": one.name, "process_version": one.version, "version_before": before}

"""The shipped cycles: a file is applied once; afterwards the tables are the truth."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.cycles import definition as definitions
from engine.cycles import planning
from engine.errors import Invalid
from engine.identity.person import Person


def seed(session: Session, content: Mapping[str, Any], *, by: Person, now: datetime) -> None:
    """
    Define the cycles of `config/cycles.toml` that are not there yet, all inactive.

    Raises:
        Invalid: a definition does not hold.
    """
    if strange := sorted(set(content) - {"cycles"}):
        raise Invalid(f"cycles.toml: there is no part {strange[0]}.")
    for key, given in content.get("cycles", {}).items():
        if session.execute(planning.ONE, {"of": key}).first():
            continue
        try:
            planning.define(session, key, given, by=by, now=now)
        except Invalid as error:
            raise Invalid(f"cycles.toml: {key}: {error}", error.problems) from error


def activate_ready(session: Session, keys: Iterable[str], *, by: Person, now: datetime) -> list[str]:
    """Activate those of these cycles that never were and lack nothing; returns their keys."""
    ready = []
    for key in keys:
        found = session.execute(planning.ONE, {"of": key}).one_or_none()
        if found is None or found.status != "inactive" or found.activated_at:
            continue
        if planning.missing(session, definitions.read(key, found.definition)) is None:
            planning.activate(session, key, by=by, now=now)
            ready.append(key)
    return ready

"""The shipped cycles: a file is applied once; afterwards the tables are the truth."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.cycles import planning
from engine.errors import Invalid
from engine.person import Person


def seed(session: Session, content: Mapping[str, Any], *, by: Person, now: datetime) -> list[str]:
    """
    Define the cycles of `config/cycles.toml` that are not there yet, all inactive; returns their keys.

    Raises:
        Invalid: a definition does not hold.
    """
    if strange := sorted(set(content) - {"cycles"}):
        raise Invalid(f"cycles.toml: there is no part {strange[0]}.")
    made = []
    for key, given in content.get("cycles", {}).items():
        if session.execute(planning.ONE, {"of": key}).first():
            continue
        try:
            planning.define(session, key, given, by=by, now=now)
        except Invalid as error:
            raise Invalid(f"cycles.toml: {key}: {error}", error.problems) from error
        made.append(key)
    return made

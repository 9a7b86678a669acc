"""The rows of a register that a cycle comes round for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine import registers
from engine.hot import Hot
from engine.registers.definitions import chain_of
from engine.store.records import Chain
from engine.store.registers import Register

EXISTS = select(Register.key).where(Register.key == bindparam("of_key"))
HEAD = Hot(select(Chain.length).where(Chain.key == bindparam("chain")))

Values = dict[str, Any]


def exists(session: Session, register: str) -> bool:
    """Whether there is such a register."""
    return session.execute(EXISTS, {"of_key": register}).first() is not None


def head(session: Session, register: str) -> int:
    """A number that grows with every change of a register or of its rows: the length of its chain."""
    found = HEAD.one_or_none(session, {"chain": chain_of(register)})
    return found.length if found else 0


def matching(
    session: Session, register: str, where: Mapping[str, Any], *, at: datetime | None = None
) -> dict[str, Values]:
    """What the rows hold that have not ended and whose fields have these values, by key; with `key` and `title`."""
    found = registers.matching(session, register, where, at=at)
    return {one.key: {"key": one.key, "title": one.title, **one.values} for one in found}

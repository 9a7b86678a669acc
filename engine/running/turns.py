"""One after the other: what two transactions must not do at the same moment, though no row stands for it yet."""

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

WAIT = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("what"), 0)))


def take_turn(session: Session, what: str) -> None:
    """Nobody else has the turn of this name until the transaction ends. SQLite has one writer at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(WAIT, {"what": what})

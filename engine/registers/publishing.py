"""What everybody may read: of registers that publish, the last version of each row that all who must have signed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from engine.registers.definitions import Defined, all_registers
from engine.registers.reading import Row, changes, rows, signatures


@dataclass(frozen=True)
class Published:
    """A text that was approved, and when the last one who must had signed it."""

    title: str
    text: str
    approved_at: datetime


def published(session: Session) -> list[Published]:
    """
    The approved texts, the newest first.

    A version that nobody has signed yet changes nothing; a row that has ended is not among them.
    """
    found = [
        text
        for register in all_registers(session)
        if register.definition.published
        for row in rows(session, register.definition.key)
        if (text := _approved(session, register, row)) is not None
    ]
    return sorted(found, key=lambda one: one.approved_at, reverse=True)


def _approved(session: Session, register: Defined, row: Row) -> Published | None:
    said, wanted = register.definition, set(register.definition.signed_by)
    signed = signatures(session, said.key, row.key)
    for version in reversed(changes(session, said.key, row.key)):
        under = [one for one in signed if one.number == version.number]
        if wanted <= {one.role for one in under}:
            title, text = (str(version.values.get(name) or "") for name in (said.row_title, said.published))
            return Published(title or row.key, text, max(one.at for one in under))
    return None

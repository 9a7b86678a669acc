"""Looking into registers: a row as it is or was, the rows that match, and whom a row names for a role."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from engine.core.forms.places import MISSING, get
from engine.registers.definitions import defined
from engine.store.base import table_of
from engine.store.registers import RegisterChange, RegisterRow, RegisterSignature, RegisterVersion
from engine.subject import Subject

ROW, CHANGE, VERSION = table_of(RegisterRow), table_of(RegisterChange), table_of(RegisterVersion)
SIGNATURE = table_of(RegisterSignature)
NOW = select(ROW).where(ROW.c.register == bindparam("of_register")).order_by(ROW.c.key)
ONE_NOW = select(ROW).where(ROW.c.register == bindparam("of_register"), ROW.c.key == bindparam("of_key"))
SINCE = select(ROW.c.changed_at).where(ROW.c.register == bindparam("of_register"), ROW.c.key == bindparam("of_key"))
_THESE: Any = bindparam("registers", expanding=True)
_LAST = (
    select(CHANGE.c.register, CHANGE.c.key, func.max(CHANGE.c.number).label("number"))
    .where(CHANGE.c.register.in_(_THESE), CHANGE.c.at <= bindparam("until"))
    .group_by(CHANGE.c.register, CHANGE.c.key)
    .subquery()
)
THEN = (
    select(CHANGE)
    .join(
        _LAST,
        (_LAST.c.register == CHANGE.c.register) & (_LAST.c.key == CHANGE.c.key) & (_LAST.c.number == CHANGE.c.number),
    )
    .order_by(CHANGE.c.register, CHANGE.c.key)
)
DEFINED = select(VERSION.c.register, VERSION.c.number, VERSION.c.content).where(VERSION.c.register.in_(_THESE))
SIGNED = select(SIGNATURE.c.register, SIGNATURE.c.key, SIGNATURE.c.number, SIGNATURE.c.role).where(
    SIGNATURE.c.register.in_(_THESE), SIGNATURE.c.at <= bindparam("until")
)
SIGNATURES = (
    select(SIGNATURE)
    .where(SIGNATURE.c.register == bindparam("of_register"), SIGNATURE.c.key == bindparam("of_key"))
    .order_by(SIGNATURE.c.number, SIGNATURE.c.at, SIGNATURE.c.role)
)
HISTORY = (
    select(CHANGE)
    .where(CHANGE.c.register == bindparam("of_register"), CHANGE.c.key == bindparam("of_key"))
    .order_by(CHANGE.c.number)
)
HISTORIES = (
    select(CHANGE)
    .where(CHANGE.c.register == bindparam("of_register"), CHANGE.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(CHANGE.c.key, CHANGE.c.number)
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """
    One row at one moment; `number` counts its versions from 1.

    `in_force` says whether all who must sign this version had done so by then, and it had not ended.
    """

    register: str
    key: str
    title: str
    number: int
    values: Mapping[str, Any]
    ended: bool
    in_force: bool = True

    @property
    def subject(self) -> Subject:
        """The row, as what a case is about."""
        return Subject(register=self.register, row=self.key)


def row(session: Session, register: str, key: str, *, at: datetime | None = None) -> Row | None:
    """One row as it is, or as it was at a moment; None where there is, or was, none. Ended rows are found, too."""
    if at is None:
        found = session.execute(ONE_NOW, {"of_register": register, "of_key": key}).one_or_none()
        return _now(found) if found is not None else None
    past = (one for one in rows(session, register, at=at, ended=True) if one.key == key)
    return next(past, None)


def rows(session: Session, register: str, *, at: datetime | None = None, ended: bool = False) -> list[Row]:
    """
    The rows of a register by key, as they are or were at a moment.

    Args:
        ended: whether rows that have ended belong to it.
    """
    if at is not None:
        return rows_then(session, [register], at=at, ended=ended)
    found = [_now(one) for one in session.execute(NOW, {"of_register": register})]
    return [one for one in found if ended or not one.ended]


def rows_then(session: Session, registers: Sequence[str], *, at: datetime, ended: bool = False) -> list[Row]:
    """The rows of registers, by register and key, as they were at a moment. Three statements for all of them."""
    these = {"registers": sorted(registers)}
    contents = {(one.register, one.number): one.content for one in session.execute(DEFINED, these)}
    signed = {tuple(one) for one in session.execute(SIGNED, these | {"until": at})}
    past = session.execute(THEN, these | {"until": at})
    found = [_then(one, contents.get((one.register, one.defined), {}), signed) for one in past]
    return [one for one in found if ended or not one.ended]


def matching(session: Session, register: str, where: Mapping[str, Any], *, at: datetime | None = None) -> list[Row]:
    """
    The rows that have not ended and hold these values, by key.

    Args:
        where: field (a dotted path) to the value it must have; of a list, one of the values.
    """
    return [one for one in rows(session, register, at=at) if _meets(one.values, where)]


def holders(
    session: Session, subject: Subject, role: str, *, part: str | None = None, at: datetime | None = None
) -> tuple[str, ...]:
    """
    Whom the subject's row names for a role, each once; nobody where there is no such row, or it has ended.

    Args:
        role: one of those that registers provide: steward, people, oncall, pause, competence, page.
        part: of `people`, which: the holder of one phase.
    """
    found = row(session, subject.register, subject.row, at=at)
    if found is None or found.ended:
        return ()
    return defined(session, subject.register).definition.holders(found.values, role, part)


def changed_at(session: Session, register: str, key: str) -> datetime:
    """When a row that there is came to be as it is."""
    moment: datetime = session.execute(SINCE, {"of_register": register, "of_key": key}).scalar_one()
    return moment


def changes(session: Session, register: str, key: str) -> list[Any]:
    """Every version of a row, the first one first: number, kind, values, at, by, reason."""
    return list(session.execute(HISTORY, {"of_register": register, "of_key": key}).all())


def histories(session: Session, register: str, keys: Sequence[str]) -> dict[str, list[Any]]:
    """As `changes`, of each of these rows by its key, in one statement."""
    found: dict[str, list[Any]] = {key: [] for key in keys}
    for change in session.execute(HISTORIES, {"of_register": register, "keys": sorted(found)}) if found else ():
        found[change.key].append(change)
    return found


def signatures(session: Session, register: str, key: str) -> list[Any]:
    """Every signature under a row, of all its versions, the first one first: number, role, by, at."""
    return list(session.execute(SIGNATURES, {"of_register": register, "of_key": key}).all())


def _now(found: Any) -> Row:
    return Row(
        register=found.register,
        key=found.key,
        title=found.title,
        number=found.number,
        values=found.values,
        ended=found.ended_at is not None,
        in_force=found.in_force,
    )


def _then(found: Any, defined_as: Mapping[str, Any], signed: Set[tuple[Any, ...]]) -> Row:
    wanted = {(found.register, found.key, found.number, role) for role in defined_as.get("signed_by", ())}
    return Row(
        register=found.register,
        key=found.key,
        title=str(found.values.get(defined_as.get("row_title", "")) or found.key),
        number=found.number,
        values=found.values,
        ended=found.kind == "ended",
        in_force=found.kind != "ended" and wanted <= signed,
    )


def _meets(values: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
    for path, wanted in where.items():
        held = get(dict(values), path.split("."))
        held = None if held is MISSING else held
        if held not in (wanted if isinstance(wanted, list) else [wanted]):
            return False
    return True

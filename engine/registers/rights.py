"""Who may look into a register, and who keeps it."""

from sqlalchemy.orm import Session

from engine import access
from engine.errors import Forbidden, Invalid, NotFound
from engine.identity.person import Person
from engine.registers.definitions import Defined, defined
from engine.subject import Subject


def must_read(found: Defined, by: Person) -> None:
    """
    Let pass who may look into a register: everybody, unless its definition names groups.

    Raises:
        NotFound: it does not exist for `by`.
    """
    wanted = {*found.definition.may_read, *found.definition.may_change}
    if found.definition.may_read and not (by.groups & wanted or by.auditor or by.kind == "operator"):
        raise NotFound("register", found.definition.key)


def may_read(found: Defined, by: Person) -> bool:
    """Whether `by` may look into a register."""
    try:
        must_read(found, by)
    except NotFound:
        return False
    return True


def must_see(session: Session, subject: Subject, by: Person) -> None:
    """
    Let pass who may look into the register of a subject.

    Raises:
        Invalid: for `by` there is no such row.
    """
    try:
        must_read(defined(session, subject.register), by)
    except NotFound as error:
        raise Invalid(f"There is no {subject}.", {"subject": [f"No register has a row {subject}."]}) from error


def kept_by(session: Session, register: str, by: Person) -> Defined:
    """
    The register, for somebody who keeps it.

    Raises:
        NotFound: there is none, or it does not exist for `by`.
        Forbidden: `by` belongs to none of the groups that keep it.
    """
    found = defined(session, register)
    must_read(found, by)
    if by.kind == "operator":
        return found
    access.must_act(by)
    if not by.groups & set(found.definition.may_change):
        who = ", ".join(found.definition.may_change) or "nobody"
        raise Forbidden(f"{by.name} does not keep {found.definition.name}.", f"It is kept by: {who}.")
    return found

"""
Who may have everything recomputed, and who is told what was found.

Administrators, and auditors whose mandate bounds nothing, have everything
recomputed; other auditors the cases that their mandate covers. Confidential
cases are recomputed with everything, but counted nowhere, and what is found of
one is told to whoever may see it.
"""

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from engine import access, registers
from engine.errors import Forbidden
from engine.identity.mandates import READS
from engine.identity.person import Mandate, Person
from engine.registers.definitions import chain_of
from engine.store.running import Instance
from engine.store.verifications import FindingRow, VerificationRow


def may_verify(by: Person) -> bool:
    """Whether somebody may start a verification and see what came of it."""
    return by.mandate is not None if by.auditor else by.platform_admin or by.kind == "operator"


def must_verify(by: Person) -> None:
    """
    Refuse whoever may not.

    Raises:
        Forbidden: `by` neither looks after the platform nor has a mandate.
    """
    if not may_verify(by):
        raise Forbidden(f"{by.name} may not verify the whole.", "Ask an auditor or an administrator.")


def bound(by: Person) -> Mandate | None:
    """The mandate that bounds what somebody has recomputed; None where it is everything."""
    mandate = by.mandate if by.auditor else None
    return mandate if mandate and (mandate.processes or mandate.since or mandate.until) else None


def seen(by: Person) -> ColumnElement[bool]:
    """A condition on `VerificationRow`: which ones somebody sees who may verify."""
    if bound(by) is None:
        return true()
    return and_(VerificationRow.scope.is_not(None), VerificationRow.started_by == by.id)


def told(session: Session, by: Person) -> ColumnElement[bool]:
    """A condition on `FindingRow`: of what somebody is told in the verifications that he sees."""
    there = select(Instance.id).where(Instance.id == FindingRow.case_id).correlate(FindingRow)
    seen_case = there.where(access.visible_instances(by))
    secret = select(Instance.id).where(Instance.id == FindingRow.secret_id).correlate(FindingRow)
    seen_secret = secret.where(access.visible_instances(by))
    read_log = FindingRow.chain.startswith(READS)
    return and_(
        or_(FindingRow.secret_id.is_(None), seen_secret.exists()),
        or_(FindingRow.case_id.is_(None), seen_case.exists(), ~there.exists()),
        FindingRow.chain.not_in(_shut(session, by)),
        true() if by.platform_admin else or_(~read_log, FindingRow.chain == READS + by.id),
    )


def _shut(session: Session, by: Person) -> list[str]:
    """The chains of registers that do not exist for somebody."""
    shut = (one for one in registers.all_registers(session) if not registers.may_read(one, by))
    return [chain_of(one.definition.key) for one in shut]

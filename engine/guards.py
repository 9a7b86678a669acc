"""The doors before the verbs: who may start, see, manage a case; each refusal is an error that says who may."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from engine import access
from engine.cases import Case, LiveTask
from engine.errors import Forbidden, Record
from engine.identity.person import Person
from engine.models.definitions import Parsed


def must_start(by: Person, definition: Parsed) -> None:
    """
    Let pass who may start cases of this process: everybody, unless the model names people or groups.

    Raises:
        Forbidden: the model names others.
    """
    model = definition.model
    if not (model.starter_groups or model.starter_users) or by.kind == "operator":
        return
    if by.id in model.starter_users or by.groups & set(model.starter_groups):
        return
    who = ", ".join((*model.starter_groups, *model.starter_users))
    raise Forbidden(f"You may not start {definition.name}.", f"It is started by: {who}.")


def must_manage(session: Session, by: Person, case: Case) -> None:
    """
    Let pass who may assign, cancel, suspend and correct: the owner of the process, and operators of the machine.

    Raises:
        NotFound: `by` may not know of the case.
        Forbidden: `by` does not own it; the refusal stands in the case's trail.
    """
    try:
        access.must_manage(session, by, case)
    except Forbidden as refusal:
        refusal.record = Record(str(case.id), "refusal.rights", str(case.id), {"person": by.id})
        raise


def must_hand_on(session: Session, by: Person, case: Case, task: LiveTask, offered: Iterable[str]) -> None:
    """
    Let pass who may give a task to somebody else: who manages the case, answers for the task, or leads its group.

    Raises:
        NotFound, Forbidden: as for `must_manage`.
    """
    led = {f"group:{key}" for key in by.leads}
    if by.id == task.accountable or led & set(offered):
        return
    must_manage(session, by, case)

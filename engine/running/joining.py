"""
A call activity that joins a case: it asks one that runs and waits for its message, and waits for that one's end.

The wish is a message, committed with its cause, and brought in the called
case's own transaction. If nobody waits any more by then, the caller is told,
and starts a case in its own. So no transaction locks two cases that exist.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.core import effects as fx
from engine.running.rows import Context, Rows, message_row
from engine.running.turns import take_turn
from engine.store.base import table_of
from engine.store.definitions import DefinitionRow
from engine.store.running import Instance, JoinedCall, Subscription
from engine.subject import Subject

CALL = table_of(JoinedCall)
NOBODY = UUID(int=0)
OPEN_CASES = (
    select(Instance.id, Subscription.token, Subscription.element)
    .join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
    .join(Subscription, Subscription.instance_id == Instance.id)
    .where(
        DefinitionRow.key == bindparam("process"),
        Subscription.kind == "message",
        Subscription.name == bindparam("name"),
        Instance.id != bindparam("but"),
        text("instances.status = 'running'"),
    )
    .order_by(Instance.started_at, Instance.id)
    .limit(1)
)
"""The oldest running case of a process that waits for a message; whoever asks says what it must be about."""
OPEN_CASE = OPEN_CASES.where(
    Instance.subject_register == bindparam("of_register"), Instance.subject_row == bindparam("of_row")
)
OF_CALLER = (CALL.c.caller_id == bindparam("caller"), CALL.c.caller_token == bindparam("of_token"))
ASKED = select(CALL).where(*OF_CALLER).where(text("joined_calls.status = 'asked'")).with_for_update()
KNOWN = select(CALL.c.status).where(*OF_CALLER)
SETTLE = update(CALL).where(*OF_CALLER).values(status=bindparam("to"), called_id=bindparam("case"))
LEAVE = (
    update(CALL)
    .where(*OF_CALLER)
    .where(text("joined_calls.status IN ('asked', 'joined')"))
    .values(status="left")
    .returning(CALL.c.called_id)
)
OF_CALLED = select(CALL.c.caller_id, CALL.c.caller_token, CALL.c.status).where(CALL.c.called_id == bindparam("called"))


def asked(session: Session, case: Case, effect: fx.StartCalled, rows: Rows, context: Context) -> bool:
    """Whether a running case about the same is asked to let the call join; the call then waits."""
    if not may_join(session, case, effect):
        return False
    row = {"caller_id": case.id, "caller_token": effect.token, "element": effect.element, "called_id": None}
    rows.add("joined_calls", row | {"status": "asked"})
    wish = wished(case, effect, context)
    rows.add("messages", wish)
    said = {"process": effect.process, "message": effect.join, "token": effect.token, "wish": wish["id"]}
    case.chain.add(
        "call.asked",
        effect.element,
        said,
        by=context.by,
        now=context.now,
        happened_at=effect.at,
        acting_for=context.acting_for,
    )
    return True


def may_join(session: Session, case: Case, effect: fx.StartCalled) -> bool:
    """Whether a case of the process waits for the message; of two who ask at once, the second waits for the first."""
    if effect.join is None or case.subject is None:
        return False
    if find(session, case, effect.process, effect.join) is None:
        take_turn(session, f"call {effect.process} {case.subject}")
        return find(session, case, effect.process, effect.join) is not None
    return True


def find(session: Session, caller: Case, process: str, message: str) -> Any:
    """The oldest running case of the process about the caller's subject, where it waits for the message."""
    if caller.subject is None:
        return None
    return _running(session, process, message, caller.subject, but=caller.id)


def waiting_about(session: Session, process: str, message: str, about: Subject) -> UUID | None:
    """The oldest running case of the process about the row, where it waits for the message; None where none does."""
    found = _running(session, process, message, about, but=NOBODY)
    return found.id if found is not None else None


def _running(session: Session, process: str, message: str, about: Subject, *, but: UUID) -> Any:
    given = {"process": process, "name": message, "but": but}
    return session.execute(OPEN_CASE, given | {"of_register": about.register, "of_row": about.row}).one_or_none()


def wished(case: Case, effect: fx.StartCalled, context: Context) -> dict[str, Any]:
    """The wish to join, as a message on its way."""
    names = ("element", "process", "binding", "version", "variables", "business_key", "join")
    said = {name: getattr(effect, name) for name in names}
    return message_row("call", effect.process, said, context, source=case, token=effect.token)


def call_of(message: Any, at: Any) -> fx.StartCalled:
    """The call that a wish speaks of."""
    return fx.StartCalled(token=message.target_token, at=at, **message.payload)


def still_asked(session: Session, caller: UUID, token: int) -> bool:
    """Whether the caller still waits for an answer, which nobody else can give until the transaction ends."""
    return session.execute(ASKED, {"caller": caller, "of_token": token}).first() is not None


def settle(session: Session, caller: UUID, token: int, status: str, called: UUID | None = None) -> None:
    """Note what became of a wish to join."""
    session.execute(SETTLE, {"caller": caller, "of_token": token, "to": status, "case": called})


def leave(session: Session, rows: Rows, caller: UUID, token: int) -> list[UUID]:
    """The caller waits no longer; the cases that it had joined."""
    for row in rows.new.get("joined_calls", []):
        if (row["caller_id"], row["caller_token"]) == (caller, token):
            row["status"] = "left"
    left = session.execute(LEAVE, {"caller": caller, "of_token": token}).scalars()
    return [called for called in left if called is not None]


def waiting(session: Session, case: Case) -> list[tuple[UUID, int]]:
    """Who waits for the end of a case: cases and their tokens, the one that began it first."""
    joined: Sequence[Any] = () if case.is_new else session.execute(OF_CALLED, {"called": case.id}).all()
    gone = {(one.caller_id, one.caller_token) for one in joined if one.status in ("gone", "left")}
    first = [(case.caller_id, case.caller_token)] if case.caller_id and case.caller_token is not None else []
    callers = [(one.caller_id, one.caller_token) for one in joined if one.status == "joined"]
    return [*(one for one in first if one not in gone), *sorted(callers)]


def goes_on_without(session: Session, case: Case, caller: UUID, token: int | None) -> bool:
    """
    Whether a case goes on though a caller waits no longer: others wait, or no call ever began it.

    Whoever began it by a call and leaves is noted, so that the last one to leave ends it.
    """
    others = [one for one in waiting(session, case) if one != (caller, token)]
    if not others:
        return case.caller_id is None
    if (caller, token) == (case.caller_id, case.caller_token):
        given = {"caller": caller, "of_token": token}
        if session.execute(KNOWN, given).first() is None:
            row = {"caller_id": caller, "caller_token": token, "element": case.caller_element}
            session.execute(insert(CALL), [row | {"called_id": case.id, "status": "gone"}])
        else:
            settle(session, caller, case.caller_token or 0, "left", case.id)
    return True

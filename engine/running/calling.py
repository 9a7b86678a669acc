"""Bringing a call activity to the case that it asks to join; where none waits any more, it starts one."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine import audit
from engine.cases import Case, lock, look
from engine.identity import people
from engine.identity.person import Person
from engine.ids import new_id
from engine.running import joining, raising, stepping
from engine.running.rows import Context, message_row
from engine.store.base import table_of
from engine.store.running import Message

INSERT = insert(table_of(Message))


def bring(session: Session, message: Any, by: Person, now: datetime) -> str:
    """Let the call join the case that waits for its message, or tell the caller that none does."""
    caller, token = message.source_id, message.target_token
    if not joining.still_asked(session, caller, token):
        return "applied"
    who = people.find(session, message.sent_by) or by
    effect = joining.call_of(message, now)
    found = joining.find(session, look(session, caller), effect.process, effect.join or "")
    given = effect.variables
    if found is None or not raising.told(session, found.id, effect.join or "", given, message, by=who, now=now):
        context = Context(by=message.sent_by, now=now, new_id=new_id)
        back = message_row("call_alone", message.name, message.payload, context, target=caller, token=token)
        session.execute(INSERT, [back])
        return "applied"
    joining.settle(session, caller, token, "joined", found.id)
    call = {"element": effect.element, "token": token}
    raising.tie(session, caller, found.id, "joins", True, call=call, by=who, now=now)
    return "applied"


def bring_alone(session: Session, message: Any, by: Person, now: datetime) -> str:
    """Start the case that the call waits for, unless there is one to join again by now."""
    case = lock(session, message.target_id)
    if case.status != "running" or not joining.still_asked(session, case.id, message.target_token):
        return "applied"
    who = people.find(session, message.sent_by) or by
    effect = joining.call_of(message, now)
    if joining.may_join(session, case, effect):
        wish = joining.wished(case, effect, Context(by=who.id, now=now, new_id=new_id))
        session.execute(INSERT, [wish])
        return "applied"
    called = stepping.call(session, case, effect, by=who, now=now)
    joining.settle(session, case.id, message.target_token, "begun", called)
    return "applied"


def left(session: Session, case: Case, message: Any, by: Person, now: datetime) -> bool:
    """Whether a case goes on though the caller that the message speaks of waits for it no longer."""
    if not joining.goes_on_without(session, case, message.source_id, message.payload.get("token")):
        return False
    said = {"from": message.source_id, "token": message.payload.get("token"), "message": message.id}
    audit.append(session, case.id, "call.left", case.id, said, by=by, now=now)
    return True

"""
Built-in topics: work that the engine itself does, and that concerns one case alone.

`steward.notify` owes messages to people, `steward.link` ties this case to
another, `steward.find` and `steward.count` look up other cases, and
`steward.raise` brings about another one, whose answer comes later. The answers
are recorded as events, so a replay runs none of them again. Cases that are
confidential are never found.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import groups, outbox
from engine.cases import Case
from engine.core import effects as fx
from engine.core.chain import canonical
from engine.core.stuck import Stuck
from engine.errors import Invalid
from engine.links import KINDS
from engine.rows import Context, Rows, message_row
from engine.store.definitions import DefinitionRow
from engine.store.running import Instance, Link, Variable
from engine.subject import read_subject

Topic = Callable[[Session, Case, fx.CallService, Rows, Context], dict[str, Any] | None]
"""Gives the result, or None where the answer comes later from another case."""

MODES = ("new", "join")
NOTHING = "none"
"""What `subject` says of a case that is to be about nothing."""

FILTERS = ("process", "status", "business_key")
MOST = 100
"""Cases that `steward.find` gives at most."""


def notify(session: Session, case: Case, effect: fx.CallService, rows: Rows, context: Context) -> dict[str, Any]:
    """
    Owe a message to people: `to` (one or a list of `person:ID`, `group:KEY` or ids), `text`, `urgency`.

    Raises:
        Stuck: it names nobody.
    """
    people = sorted(groups.people_of(session, _parties(effect)))
    if not people:
        raise _stuck(effect, f"Nobody is meant by {effect.inputs.get('to')!r}.")
    urgency = "urgent" if effect.inputs.get("urgency") == "urgent" else "ordinary"
    event = f"{case.id}:{effect.element}:{effect.token}"
    said = {"text": str(effect.inputs.get("text", "")), "title": case.title}
    notices = [
        outbox.Notice(event=event, recipient=one, template="notice", urgency=urgency, instance_id=case.id, data=said)
        for one in people
    ]
    for row in outbox.rows_of(session, notices, now=context.now):
        rows.add("deliveries", row)
    return {"notified": people}


def link(session: Session, case: Case, effect: fx.CallService, rows: Rows, context: Context) -> dict[str, Any]:
    """
    Tie this case to another: `to` (its id) and `kind`. The same link twice is one.

    Raises:
        Stuck: there is no such case or kind.
    """
    kind, said = effect.inputs.get("kind"), str(effect.inputs.get("to"))
    if kind not in KINDS:
        raise _stuck(effect, f"{kind!r} is no kind of link; there are {', '.join(KINDS)}.")
    try:
        other = session.get(Instance, UUID(said))
    except ValueError:
        other = None
    if other is None:
        raise _stuck(effect, f"There is no case {said}.")
    if session.get(Link, (case.id, other.id, kind)) is None:
        rows.add("links", {"source_id": case.id, "target_id": other.id, "kind": kind, "at": context.now})
        case.chain.add(
            "instance.linked",
            other.id,
            {"kind": kind},
            by=context.by,
            now=context.now,
            happened_at=effect.at,
            acting_for=context.acting_for,
        )
    return {}


def count(session: Session, case: Case, effect: fx.CallService, rows: Rows, context: Context) -> dict[str, Any]:
    """How many other cases meet `process`, `status`, `business_key`, `variables`, and `days` since they began."""
    query = _matching(case, effect, context, select(func.count()).select_from(Instance))
    return {"count": session.scalar(query) or 0}


def find(session: Session, case: Case, effect: fx.CallService, rows: Rows, context: Context) -> dict[str, Any]:
    """The newest hundred of the cases that `count` counts: `cases`, each with id, title, status, key and moments."""
    columns = (Instance.id, Instance.title, Instance.status, Instance.business_key, Instance.started_at)
    query = _matching(case, effect, context, select(*columns, Instance.ended_at)).order_by(Instance.id.desc())
    found = [
        {name: _plain(value) for name, value in row._mapping.items()} for row in session.execute(query.limit(MOST))
    ]
    return {"cases": found}


def raise_case(_session: Session, case: Case, effect: fx.CallService, rows: Rows, context: Context) -> None:
    """
    Owe the wish for another case; its answer, `case` and `joined`, comes later.

    Inputs: `process` (its key); `subject`, what it is about, as `REGISTER:ROW`,
    by default what this case is about, `none` for nothing; `payload`, the
    variables it begins with; `message`, the message it begins with or, where it
    runs already, waits for; `key`, a duplicate key: the same key brings about
    one case, ever; `mode`, `join` to join a running case that waits for
    `message` and has the same `business_key`, or is about the same where none
    is given, else `new`; `link`, how this case is tied to it (`raises`); `title`.

    Raises:
        Stuck: it names no process, or no such mode or kind of link, or something that is no subject.
    """
    asked = effect.inputs
    if not asked.get("process"):
        raise _stuck(effect, "It names no process to begin.")
    for name, allowed, usual in (("mode", MODES, "new"), ("link", KINDS, "raises")):
        if asked.get(name, usual) not in allowed:
            raise _stuck(effect, f"{asked[name]!r} is no {name}; there are {', '.join(allowed)}.")
    if asked.get("mode") == "join" and not asked.get("message"):
        raise _stuck(effect, "To join a case it must name the message that this case waits for.")
    if not isinstance(asked.get("payload") or {}, dict):
        raise _stuck(effect, "Its payload is no object.")
    key = None if asked.get("key") is None else str(asked["key"])
    asked = asked | {"subject": _about(case, effect)}
    row = message_row("raise", str(asked["process"]), asked, context, source=case, key=key, token=effect.token)
    rows.add("messages", row)


def _matching(case: Case, effect: fx.CallService, context: Context, query: Any) -> Any:
    asked = effect.inputs
    if asked.get("kind", "case") != "case":
        raise _stuck(effect, f"Nothing of the kind {asked['kind']!r} can be looked up.")
    query = query.join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
    query = query.where(Instance.id != case.id, Instance.confidential.is_(False))
    columns = {"process": DefinitionRow.key, "status": Instance.status, "business_key": Instance.business_key}
    for name in FILTERS:
        if asked.get(name) is not None:
            query = query.where(columns[name] == str(asked[name]))
    if asked.get("days") is not None:
        query = query.where(Instance.started_at >= context.now - timedelta(days=_number(effect, asked["days"])))
    for name, value in sorted((asked.get("variables") or {}).items()):
        holds = select(Variable.name).where(Variable.instance_id == Instance.id, Variable.name == name)
        query = query.where(holds.where(Variable.value == canonical(value).decode()).correlate(Instance).exists())
    return query


def _about(case: Case, effect: fx.CallService) -> str | None:
    """What the wished case is to be about, as text; None for nothing."""
    said = effect.inputs.get("subject")
    if said is None:
        said = (effect.inputs.get("payload") or {}).get("subject")
    if said is None:
        return str(case.subject) if case.subject else None
    if said == NOTHING:
        return None
    try:
        return str(read_subject(said))
    except Invalid as error:
        raise _stuck(effect, str(error)) from error


def _parties(effect: fx.CallService) -> list[str]:
    said = effect.inputs.get("to") or []
    names = [said] if isinstance(said, str) else list(said)
    return [name if ":" in name else f"person:{name}" for name in map(str, names)]


def _number(effect: fx.CallService, value: Any) -> float:
    try:
        return min(float(value), 36_500.0)
    except (TypeError, ValueError):
        raise _stuck(effect, f"{value!r} is no number of days.") from None


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value) if isinstance(value, UUID) else value


def _stuck(effect: fx.CallService, why: str) -> Stuck:
    return Stuck(effect.element, effect.topic, why)


BUILT_IN: dict[str, Topic] = {
    "steward.notify": notify,
    "steward.link": link,
    "steward.count": count,
    "steward.find": find,
    "steward.raise": raise_case,
}

"""
Built-in topics: work that the engine itself does.

`steward.notify` owes messages to people, `steward.link` ties this case to
another, `steward.find` and `steward.count` look things up, `steward.freeze`
keeps a document, `steward.webhook` tells others outside, and `steward.raise`
brings about another case; the answers of these two may come later. All are
answered within the step. `steward.register` changes a register: a worker does
that in a transaction of its own. `steward.offer` offers an open task to more
people, `steward.about` says what the case is about where that is known only
later, `steward.reply` answers whoever reported under a code. The answers are
recorded as events, so a replay runs none of them again.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine import outbox
from engine.cases import Case
from engine.core import effects as fx
from engine.errors import Invalid, Rejected
from engine.identity import groups
from engine.identity.person import Person
from engine.links import KINDS
from engine.public import answering
from engine.registers import acts
from engine.registers.acts import Wish
from engine.running import circle
from engine.running.rows import Context, Rows, message_row
from engine.store.running import Instance, Link
from engine.subject import read_subject
from engine.subscriptions import asking
from engine.topics import freezing, lookups, offering, parties
from engine.topics.lookups import stuck

Topic = Callable[[Session, Case, fx.CallService, Rows, Context], dict[str, Any] | None]
"""Gives the result, or None where the answer comes later, from another case or from outside."""

MODES = ("new", "join")
NOTHING = "none"
"""What `subject` says of a case that is to be about nothing."""


def notify(session: Session, case: Case, effect: fx.CallService, rows: Rows, context: Context) -> dict[str, Any]:
    """
    Owe a message to people: `to` (one or a list of `person:ID`, `group:KEY` or ids), `text`, `urgency`.

    Whoever brought the step about is not told of his own act.

    Raises:
        Stuck: it names nobody.
    """
    meant = groups.people_of(session, _parties(session, effect, context))
    people = sorted(meant - circle.shut_out_of(session, case.id))
    if not people:
        raise stuck(effect, f"Nobody is meant by {effect.inputs.get('to')!r}.")
    urgency = "urgent" if effect.inputs.get("urgency") == "urgent" else "ordinary"
    event = f"{case.id}:{effect.element}:{effect.token}"
    said = {"text": str(effect.inputs.get("text", "")), "title": case.title}
    more: dict[str, Any] = {
        "template": "notice",
        "urgency": urgency,
        "instance_id": case.id,
        "data": said,
        "cause": context.by,
    }
    notices = [outbox.Notice(event=event, recipient=one, **more) for one in people]
    for row in outbox.rows_of(session, notices, organisation=case.organisation, now=context.now):
        rows.add("deliveries", row)
    return {"notified": [one for one in people if one != context.by]}


def link(session: Session, case: Case, effect: fx.CallService, rows: Rows, context: Context) -> dict[str, Any]:
    """
    Tie this case to another: `to` (its id) and `kind`. The same link twice is one.

    Raises:
        Stuck: there is no such case or kind.
    """
    kind, said = effect.inputs.get("kind"), str(effect.inputs.get("to"))
    if kind not in KINDS:
        raise stuck(effect, f"{kind!r} is no kind of link; there are {', '.join(KINDS)}.")
    try:
        other = session.get(Instance, UUID(said))
    except ValueError:
        other = None
    if other is None:
        raise stuck(effect, f"There is no case {said}.")
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
        raise stuck(effect, "It names no process to begin.")
    for name, allowed, usual in (("mode", MODES, "new"), ("link", KINDS, "raises")):
        if asked.get(name, usual) not in allowed:
            raise stuck(effect, f"{asked[name]!r} is no {name}; there are {', '.join(allowed)}.")
    if asked.get("mode") == "join" and not asked.get("message"):
        raise stuck(effect, "To join a case it must name the message that this case waits for.")
    if not isinstance(asked.get("payload") or {}, dict):
        raise stuck(effect, "Its payload is no object.")
    key = None if asked.get("key") is None else str(asked["key"])
    asked = asked | {"subject": _about(case, effect)}
    row = message_row("raise", str(asked["process"]), asked, context, source=case, key=key, token=effect.token)
    rows.add("messages", row)


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
        raise stuck(effect, str(error)) from error


def keep_row(session: Session, case: Case, effect: fx.CallService, _rows: Rows, context: Context) -> dict[str, Any]:
    """
    Change a row of a register, or add one.

    Inputs: `register` and `row`, by default those of what the case is about;
    `changes`, the fields; `reason`; `create`, whether a row that is not there
    may be added. Where nothing differs, the row stays as it is.

    Raises:
        Stuck: there is no such register or row, or its rules refuse the change.
    """
    asked, about = effect.inputs, case.subject
    register = asked.get("register") or (about.register if about else None)
    if not register:
        raise stuck(effect, "It names no register, and the case is about nothing.")
    changes = asked.get("changes")
    if not isinstance(changes, dict) or not changes:
        raise stuck(effect, "Its changes are no map of fields.")
    own = about.row if about and about.register == register else None
    wish = Wish(
        register=str(register),
        key=str(asked.get("row") or own or "") or None,
        changes=changes,
        reason=str(asked.get("reason") or ""),
        create=asked.get("create") in (True, "true"),
        because={"case": case.id, "element": effect.element},
    )
    try:
        kept = acts.keep(session, wish, by=Person(id=context.by, name=context.by), now=context.now)
    except Rejected as error:
        raise stuck(effect, said_of(error)) from error
    return {"row": kept.key, "number": kept.number, "subject": str(kept.subject)}


def said_of(error: Rejected) -> str:
    """What a refusal says, and of which fields."""
    fields = ", ".join(sorted(getattr(error, "problems", None) or {}))
    return f"{error} ({fields})" if fields else str(error)


def _parties(session: Session, effect: fx.CallService, context: Context) -> list[str]:
    """Whom `to` names, as parties; who is on call or may pause is asked now."""
    said = effect.inputs.get("to") or []
    names = [said] if isinstance(said, str) else list(said)
    meant = (one for name in map(str, names) for one in parties.people_of(session, name, at=context.now))
    return [name if ":" in name else f"person:{name}" for name in meant]


def about(*_: Any) -> dict[str, Any]:
    """Nothing more: the case was told what it is about before this answer (`engine/topics/retargeting.py`)."""
    return {}


BUILT_IN: dict[str, Topic] = {
    "steward.notify": notify,
    "steward.link": link,
    "steward.count": lookups.count,
    "steward.find": lookups.find,
    "steward.freeze": freezing.freeze,
    "steward.raise": raise_case,
    "steward.offer": offering.offer,
    "steward.about": about,
    "steward.reply": answering.by_model,
    "steward.register": keep_row,
    asking.TOPIC: asking.tell,
}
LATER = frozenset({"steward.register"})
"""What changes more than the case: a worker does it, and undoes all of it where the model has no answer."""

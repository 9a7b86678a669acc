"""
Events: what others may be told of a case.

An event is an entry of a case's trail, under the id `CASE:NUMBER` and, as its
type, the entry's verb. Others are told where to look, not what people wrote:
of an entry's body only the parts named here, never reasons, comments, answers
or payloads. The table here is the reference (`docs/reference/events.md`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

TOLD = "webhook.told"
"""The entry by which a model tells something itself: its event has the type that the model names."""

TEST = "steward.test"
"""What a subscription is told when somebody tries it."""

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """
    One type of event.

    Args:
        about: what happened.
        what: what `data.what` is the id of.
        facts: the parts of the trail's entry that `data.facts` holds, where the entry has them.
    """

    about: str
    what: str
    facts: tuple[str, ...] = ()


KINDS: dict[str, Kind] = {
    "instance.started": Kind("It began.", "case", ("start", "caller", "raised_by")),
    "instance.called": Kind("A call activity of it started another case.", "called case", ("element", "process")),
    "instance.cancel": Kind("Somebody cancels it; `instance.cancelled` follows.", "case"),
    "instance.suspended": Kind("It rests.", "case"),
    "instance.resumed": Kind("It goes on.", "case"),
    "instance.completed": Kind("It has ended.", "case", ("outcome", "element")),
    "instance.cancelled": Kind("It has ended before its time.", "case", ("outcome", "element")),
    "instance.failed": Kind("It has ended by an error.", "case", ("outcome", "element", "code")),
    "instance.linked": Kind("It was tied to another case.", "other case", ("kind",)),
    "instance.unblocked": Kind("It no longer blocks another case.", "other case"),
    "instance.handed_over": Kind("It has another owner.", "case", ("owner",)),
    "instance.joined": Kind("Another case came to it.", "case", ("from", "kind")),
    "occurrence.joined": Kind("A cycle came round, and it took that on.", "occurrence", ("cycle", "planned_on")),
    "instance.commented": Kind("Somebody said something about it.", "comment"),
    "reporter.answered": Kind("Whoever reported under a code was answered.", "case", ("number",)),
    "hook.joined": Kind("What a machine told is about it too.", "thing", ("hook",)),
    "hook.over": Kind("What a machine told is over.", "thing", ("hook",)),
    "subject.changed": Kind("What it is about changed in its register.", "subject", ("number",)),
    "data.corrected": Kind("Variables were corrected.", "case"),
    "item.added": Kind("A list that is being worked on got one more item.", "case", ("element",)),
    "task.opened": Kind("A task opened.", "task", ("element", "name", "accountable", "candidates", "holder", "due_at")),
    "task.offered": Kind("An open task was offered to more people.", "task", ("element",)),
    "task.claimed": Kind("Somebody took a task on.", "task", ("element",)),
    "task.given_back": Kind("Somebody gave a task back.", "task", ("element", "holder")),
    "task.assigned": Kind("Somebody was given a task.", "task", ("element", "from", "to")),
    "task.delegated": Kind("Its holder gave a task to somebody else.", "task", ("element", "from", "to")),
    "task.stood_in": Kind("Who stands in has a task.", "task", ("element", "from")),
    "task.returned": Kind("Who was away has a task again.", "task", ("element", "from")),
    "task.handed_over": Kind("A task of somebody who is leaving was handed over.", "task", ("element", "from", "to")),
    "task.rescheduled": Kind("The dates of a task moved.", "task", ("due_at", "follow_up_at")),
    "task.completed": Kind(
        "A task was done; with its signature, where one was asked for.", "task", ("element", "name", "signature")
    ),
    "task.withdrawn": Kind("A task is no longer wanted.", "task", ("element", "because", "holder")),
    "task.reopened": Kind("A signed task must be done again.", "task", ("element",)),
    "task.amended": Kind("A finished record was amended.", "task", ("element", "number")),
    "task.commented": Kind("Somebody said something about a task.", "comment"),
    "ladder.climbed": Kind("A rung of a ladder was climbed.", "task", ("element", "rung", "episode", "told")),
    "ladder.passed_over": Kind("A rung was passed over.", "task", ("element", "rung", "episode")),
    "ladder.nobody": Kind("Nobody stood on a rung.", "task", ("element", "rung", "episode")),
    "ladder.held": Kind("A rung waits for open hours.", "task", ("element", "rung", "episode")),
    "ladder.acknowledged": Kind("Somebody has seen to a task.", "task", ("element",)),
    "ladder.rested": Kind("Work was done, and the ladder rests.", "task", ("element",)),
    "ladder.began_again": Kind("No work was done, and the ladder began again.", "task", ("element",)),
    "ladder.moved": Kind("The next moment of a ladder was found anew.", "task", ("element",)),
    "ladder.failed": Kind("A ladder could not be climbed.", "task", ("element",)),
    "evidence.added": Kind("Something was handed in.", "evidence", ("task", "element", "slot", "kind", "sha256")),
    "evidence.replaced": Kind(
        "A newer version was handed in.", "evidence", ("task", "element", "slot", "kind", "sha256", "replaces")
    ),
    "signature.outdated": Kind("What a signature covers has changed.", "signature", ("element", "task", "signed_by")),
    "refusal.separation": Kind("A rule of separation kept somebody away.", "task", ("element", "rule", "person")),
    "refusal.rights": Kind("Somebody tried what only its owner may.", "case", ("person",)),
    "refusal.competence": Kind("Somebody did not hold what a task asks for.", "task", ("element", "person", "missing")),
    "document.frozen": Kind("It put a document together.", "document", ("name", "digest", "element")),
    "timer.fired": Kind("A timer came due.", "element"),
    "decision.made": Kind("A decision table answered.", "element", ("decision", "version")),
    "service.called": Kind("Work for a worker was asked for.", "element", ("topic",)),
    "service.withdrawn": Kind("Work is no longer wanted.", "element"),
    "service.completed": Kind("A worker did it.", "element", ("topic",)),
    "service.failed": Kind("A worker failed.", "element", ("topic", "retries")),
    "service.error": Kind("Work ended in an error that the model knows.", "element", ("topic", "code")),
    "message.received": Kind("A message arrived.", "element", ("name", "message", "from")),
    "message.sent": Kind("A message left.", "element", ("name", "message")),
    "message.joined": Kind("A message had started it before.", "case", ("name", "message")),
    "signal.received": Kind("A signal was heard.", "signal", ("name", "message", "from")),
    "signal.sent": Kind("A signal was thrown.", "element", ("name", "message")),
    "escalation.thrown": Kind("An escalation was thrown.", "element", ("name", "caught")),
    "call.asked": Kind("A call activity asks a running case to let it join.", "element"),
    "call.left": Kind("A caller waits no longer for its end.", "case"),
    "call.finished": Kind("A called case has ended.", "called case", ("name",)),
    "call.failed": Kind("A called case has failed.", "called case", ("name",)),
    "call.escalated": Kind("A called case escalated.", "called case", ("name",)),
    "webhook.late": Kind("An answer came that it no longer waits for.", "element", ("subscription", "event")),
    "step.stuck": Kind("It cannot go on.", "stuck step", ("element", "task")),
    "step.retried": Kind("Somebody tried a stuck step again.", "stuck step"),
    "event.applied": Kind("A stuck step was put right.", "case", ("stuck_step",)),
}
"""Every type of event that Steward itself knows."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """
    One event, as it is owed.

    Args:
        id: the same for ever, also when it is told again.
        time: when it happened, in UTC (RFC 3339).
        subject: the case; None for what is about none.
    """

    id: str
    type: str
    time: str
    subject: str | None
    data: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """As a delivery keeps it."""
        return {"id": self.id, "type": self.type, "time": self.time, "subject": self.subject, "data": self.data}


def type_of(verb: str, body: bytes | None) -> str | None:
    """The type of the event that an entry of a case's trail is; None where it is none, or was erased."""
    if body is None:
        return None
    if verb == TOLD:
        return str(orjson.loads(body)["type"])
    return verb if verb in KINDS else None


def facts_of(verb: str, body: bytes) -> dict[str, Any]:
    """The parts of an entry's body that others are told; of what a model tells, its own data."""
    said = orjson.loads(body)
    if verb == TOLD:
        return dict(said["data"])
    return {name: said[name] for name in KINDS[verb].facts if said.get(name) is not None}


def addressed_to(verb: str, body: bytes) -> str | None:
    """The one subscription that a model tells; None where all that take the type are told."""
    return orjson.loads(body).get("subscription") if verb == TOLD else None


def asks_of(verb: str, body: bytes) -> dict[str, Any]:
    """What a delivery of this event keeps besides, where the case waits for an answer: its token, and until when."""
    said = orjson.loads(body) if verb == TOLD else {}
    return {"asks": said["token"], "until": said["until"]} if "until" in said else {}

"""Ladders, and what was climbed of them."""

from typing import Any

from marshmallow import fields, validate

from web.schemas.base import Flag, Given, Sent, line, moment

WORDS = validate.Length(max=60)
ONLY = validate.OneOf(["claimed", "unclaimed"])
URGENCY = validate.OneOf(["ordinary", "urgent"])
STANDING = validate.OneOf(["none", "climbing", "acknowledged", "over"])
OUTCOME = validate.OneOf(["planned", "sent", "passed_over", "nobody", "held", "acknowledged"])


def texts(about: str, **more: Any) -> fields.List[Any]:
    """A list of short texts."""
    return fields.List(fields.String(validate=validate.Length(1, 300)), metadata={"description": about}, **more)


class RepeatOut(Given):
    """How a ladder comes round again."""

    every = fields.String(required=True, allow_none=True)
    at_most = fields.Integer(required=True)
    top_every = fields.String(required=True, allow_none=True)


class RungOut(Given):
    """One step of a ladder."""

    number = fields.Integer(required=True)
    when = fields.String(required=True)
    only = fields.String(required=True, allow_none=True, validate=ONLY)  # type: ignore[assignment]
    whom = fields.List(fields.String(), required=True)
    urgency = fields.String(required=True, validate=URGENCY)
    words = fields.String(required=True)
    channels = fields.List(fields.String(), required=True)
    keep_for = fields.String(required=True, allow_none=True)


class LadderOut(Given):
    """One version of a ladder."""

    key = fields.String(required=True)
    number = fields.Integer(required=True, metadata={"description": "Its version; the highest is in force."})
    name = fields.String(required=True)
    severe = fields.Boolean(required=True)
    acknowledge = fields.Boolean(required=True)
    stale = fields.String(required=True, allow_none=True)
    repeat = fields.Nested(RepeatOut, required=True, allow_none=True)
    rungs = fields.List(fields.Nested(RungOut), required=True)
    digest = fields.String(required=True, metadata={"description": "SHA-256 of what it says."})
    since = moment("", required=True)
    by = fields.String(required=True)


class SetRepeat(Sent):
    """How a ladder comes round again."""

    every = fields.String(allow_none=True, validate=WORDS, metadata={"description": "A span, such as PT30M."})
    at_most = fields.Integer(validate=validate.Range(0, 1000))
    top_every = fields.String(allow_none=True, validate=WORDS, metadata={"description": "Then the last rung alone."})


class SetRung(Sent):
    """One step of a ladder."""

    when = line("A due text in which ${opened_at} and ${due_at} may stand.", required=True)
    only = fields.String(allow_none=True, validate=ONLY)  # type: ignore[assignment]
    whom = texts("Who is told.", required=True)
    urgency = fields.String(validate=URGENCY)
    words = fields.String(validate=WORDS, metadata={"description": "Template of the message."})
    channels = texts("Tried in this order; the person's own where there are none.")
    keep_for = fields.String(allow_none=True, validate=WORDS)


class SetLadder(Sent):
    """A ladder, whole. Running cases keep the version they began with."""

    EXAMPLE = {
        "name": "Ordinary tasks",
        "stale": "2 bd",
        "rungs": [
            {"when": "50% of ${opened_at}..${due_at}", "only": "claimed", "whom": ["assignee"]},
            {"when": "1 bd open from ${due_at}", "whom": ["lead"], "words": "overdue"},
        ],
    }

    name = line("As people call it.", required=True)
    severe = Flag(metadata={"description": "An empty level is passed at once, day and night."})
    acknowledge = Flag(metadata={"description": "Whether somebody may stop it."})
    stale = fields.String(allow_none=True, validate=WORDS, metadata={"description": "A span, such as 2 bd."})
    repeat = fields.Nested(SetRepeat, allow_none=True)
    rungs = fields.List(fields.Nested(SetRung), required=True, validate=validate.Length(1, 50))


class DeliveryOut(Given):
    """What became of one message."""

    person = fields.String(required=True)
    channel = fields.String(required=True)
    status = fields.String(required=True)
    attempts = fields.Integer(required=True)
    sent_at = moment("Null for what was not sent.", required=True, allow_none=True)


class ActOut(Given):
    """Something that was done about the task."""

    verb = fields.String(required=True)
    by = fields.String(required=True)
    at = moment("", required=True)


class LineOut(Given):
    """One rung, climbed or to come."""

    episode = fields.Integer(required=True)
    rung = fields.Integer(required=True)
    whom = fields.List(fields.String(), required=True)
    urgency = fields.String(required=True)
    words = fields.String(required=True)
    outcome = fields.String(required=True, validate=OUTCOME)
    planned_at = moment("", required=True)
    at = moment("When it was climbed or passed over; null for what is to come.", required=True, allow_none=True)
    because = fields.String(required=True)
    kept_for = fields.String(required=True, allow_none=True)
    told = fields.List(fields.String(), required=True, metadata={"description": "To come: who would be told now."})
    deliveries = fields.List(fields.Nested(DeliveryOut), required=True)
    acted = fields.List(fields.Nested(ActOut), required=True)


class PlanOut(Given):
    """The ladder of a task: what was climbed, what came of it, what comes next."""

    task_id = fields.UUID(required=True)
    standing = fields.String(required=True, validate=STANDING)
    ladder = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    episode = fields.Integer(required=True)
    next_at = moment("", required=True, allow_none=True)
    acknowledged_at = moment("", required=True, allow_none=True)
    acknowledged_by = fields.String(required=True, allow_none=True)
    lines = fields.List(fields.Nested(LineOut), required=True)

"""Messages about webhook subscriptions."""

from typing import Any

from marshmallow import fields, validate

from web.schemas.base import Flag, Given, Sent, line, moment

TEXTS = {"types": "Types of events; `*` stands for anything. Without any: all."}
TEXTS |= {"processes": "Keys of processes; without any: all."}
TEXTS |= {"subjects": "What cases are about, REGISTER or REGISTER:ROW; without any: all."}
TEXTS |= {"standards": "Standards of whose clauses a process names one; without any: all."}


def texts(name: str, *, least: int = 0) -> fields.List[Any]:
    """A list of patterns."""
    one = fields.String(validate=validate.Length(1, 300))
    return fields.List(one, validate=validate.Length(least, 100), metadata={"description": TEXTS[name]})


class SetSubscription(Sent):
    """A subscription, whole."""

    EXAMPLE = {
        "name": "Duty desk",
        "address": "https://desk.example.org/steward",
        "types": ["instance.*", "task.completed"],
    }

    name = line("As people call it.", required=True)
    address = fields.String(
        required=True, validate=validate.Length(1, 2000), metadata={"description": "Where events are sent: https."}
    )
    active = Flag(metadata={"description": "Whether it is told of anything."})
    types = texts("types", least=1)
    processes = texts("processes")
    subjects = texts("subjects")
    standards = texts("standards")


class SubscriptionOut(Given):
    """One version of a subscription."""

    key = fields.String(required=True)
    number = fields.Integer(required=True, metadata={"description": "Its version; the highest is in force."})
    digest = fields.String(required=True, metadata={"description": "SHA-256 of what it says."})
    since = moment("", required=True)
    by = fields.String(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True)
    active = fields.Boolean(required=True)
    types = fields.List(fields.String(), required=True)
    processes = fields.List(fields.String(), required=True)
    subjects = fields.List(fields.String(), required=True)
    standards = fields.List(fields.String(), required=True)


class ReplayPeriod(Sent):
    """Which period is told again."""

    EXAMPLE = {"since": "2027-03-01T00:00:00Z", "until": "2027-03-02T00:00:00Z"}

    since = moment("From this moment on.", required=True)
    until = moment("Up to this moment, itself left out; without it, up to now.", load_default=None, allow_none=True)


class ReplayOut(Given):
    """What a replay owes."""

    replay = fields.UUID(required=True, metadata={"description": "Its own key, which its deliveries carry."})
    owed = fields.Integer(required=True, metadata={"description": "Events that are told again."})


class TriedOut(Given):
    """A delivery that was owed to try a subscription."""

    delivery_id = fields.UUID(required=True)

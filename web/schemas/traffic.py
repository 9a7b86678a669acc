"""Messages, signals, service jobs, the clock and seals."""

from marshmallow import fields, validate

from web.schemas.base import Given, Sent, line, moment
from web.schemas.instances import variables


class SendMessage(Sent):
    """A message to exactly one case."""

    EXAMPLE = {"name": "supplier_answered", "key": "NC-2027-014", "payload": {"answer": "accepted"}}

    name = line("The message's name in the model.", required=True)
    key = line("Business key of the case, or the key it waits with.", load_default=None)
    instance_id = fields.UUID(load_default=None, metadata={"description": "The case, where it is known."})
    payload = variables("Becomes variables of the case.", load_default=dict)


class SentOut(Given):
    """What became of a message."""

    id = fields.UUID(required=True)
    status = fields.String(
        required=True,
        metadata={"description": "applied, started (a new case), joined (one that it had started before), or waiting"},
    )
    instance_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "The case it went to, if the caller may know of it."}
    )


class Broadcast(Sent):
    """A signal to everybody who waits for it."""

    EXAMPLE = {"name": "site_closed", "payload": {"until": "2027-02-01"}}

    name = line("The signal's name in the model.", required=True)
    payload = variables("", load_default=dict)


class HeardOut(Given):
    """How many cases a signal goes to."""

    instances = fields.Integer(required=True)


class FetchJobs(Sent):
    """An outside worker asks for work."""

    EXAMPLE = {"topics": ["label.print"], "worker": "printer-1", "limit": 5, "lease_seconds": 60}

    topics = fields.List(line(""), required=True, validate=validate.Length(1, 50))
    worker = line("Who asks.", required=True)
    limit = fields.Integer(load_default=1, validate=validate.Range(1, 100))
    lease_seconds = fields.Integer(
        load_default=60,
        validate=validate.Range(1, 86_400),
        metadata={"description": "After that, another may have it."},
    )


class JobOut(Given):
    """Work that no person does."""

    id = fields.UUID(required=True)
    instance_id = fields.UUID(required=True)
    element = fields.String(required=True)
    topic = fields.String(required=True)
    inputs = fields.Dict(required=True)
    retries = fields.Integer(required=True)
    lock = fields.String(required=True, metadata={"description": "Proves the lease; send it with the result."})
    leased_until = moment("By the server's own clock, also where the product's is simulated.", required=True)


class Leased(Sent):
    """What every answer about a job carries."""

    lock = fields.String(required=True, validate=validate.Length(1, 500), metadata={"description": "The lease."})


class CompleteJob(Leased):
    """The work is done."""

    EXAMPLE = {"lock": "0192c7…", "result": {"printed": True}}

    result = variables("Becomes variables of the case, as the model maps them.", load_default=dict)


class FailJob(Leased):
    """It went wrong, and may be tried again."""

    EXAMPLE = {"lock": "0192c7…", "error": "Out of paper", "retries": 2, "backoff_seconds": 300}

    error = fields.String(required=True, validate=validate.Length(1, 10_000))
    retries = fields.Integer(
        load_default=None, validate=validate.Range(0, 1000), metadata={"description": "How many are left."}
    )
    backoff_seconds = fields.Integer(load_default=None, validate=validate.Range(0, 31_536_000))


class JobError(Leased):
    """It ended in an error that the model knows."""

    EXAMPLE = {"lock": "0192c7…", "code": "no_such_label", "message": "Label 12 is gone."}

    code = line("A BPMN error's code.", required=True)
    message = fields.String(load_default="", validate=validate.Length(max=10_000))
    result = variables("", load_default=dict)


class ExtendJob(Leased):
    """It takes longer."""

    EXAMPLE = {"lock": "0192c7…", "lease_seconds": 600}

    lease_seconds = fields.Integer(required=True, validate=validate.Range(1, 86_400))


class ClockOut(Given):
    """The product's moment."""

    now = moment("", required=True)
    simulated = fields.Boolean(required=True)


class MoveClock(Sent):
    """Let time pass."""

    EXAMPLE = {"to": "2027-01-08T17:00:00+01:00"}

    to = line(
        "The new moment, never earlier than now, or how far: `2027-01-08T17:00+01:00`, `PT4H`, `3 d`, `5 bd`.",
        required=True,
    )


class MovedOut(ClockOut):
    """The new moment, and what happened on the way."""

    happened = fields.Raw(required=True, metadata={"description": "What fell due on the way, in order or in numbers."})


class SealOut(Given):
    """The heads of all chains, signed."""

    number = fields.Integer(required=True)
    at = moment("", required=True)
    root = fields.String(required=True, metadata={"description": "Hex: root of the Merkle tree over all heads."})
    key = fields.String(required=True, metadata={"description": "Which key signed it."})
    signature = fields.String(required=True, metadata={"description": "Hex, Ed25519 (RFC 8032)."})

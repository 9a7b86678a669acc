"""Messages about hooks."""

from typing import Any

from marshmallow import fields, validate

from engine.hooks.content import KINDS, SIGNATURES
from engine.store.hooks import OUTCOMES
from web.schemas.base import Flag, Given, PageQuery, Sent, line, moment

EXPRESSION = validate.Length(max=2000)
KIND = validate.OneOf(list(KINDS))
SIGNATURE = validate.OneOf(list(SIGNATURES))


def expression(about: str) -> fields.String:
    """A FEEL expression over what came in."""
    return fields.String(validate=EXPRESSION, metadata={"description": f"{about} (FEEL)"})


def expressions(about: str) -> fields.Dict:
    """FEEL expressions by name."""
    return fields.Dict(
        keys=fields.String(validate=validate.Length(1, 100)),
        values=fields.String(validate=EXPRESSION),
        metadata={"description": f"{about}: an expression (FEEL) by name."},
    )


class SetHook(Sent):
    """A hook, whole."""

    EXAMPLE = {
        "name": "Alerts of the machine room",
        "kind": "alertmanager",
        "process": "my_process",
        "title": 'labels.alertname + " at " + labels.instance',
        "variables": {"what": "annotations.summary"},
    }

    name = line("As people call it.", required=True)
    kind = fields.String(required=True, validate=KIND)
    active = Flag(metadata={"description": "Whether it takes anything in."})
    signature = fields.String(validate=SIGNATURE, metadata={"description": "By default as is usual for the kind."})
    header = fields.String(validate=validate.Length(max=100), metadata={"description": "Where an hmac stands."})
    tolerance = fields.Integer(strict=True, validate=validate.Range(1, 86_400), metadata={"description": "Seconds."})
    types = fields.List(
        fields.String(validate=validate.Length(1, 300)),
        validate=validate.Length(max=100),
        metadata={"description": "Types of events that count; `*` at the end stands for anything."},
    )
    when = expression("Whether it counts; for samples, whether it is a breach")
    key = expression("Under which it is about one case")
    process = fields.String(validate=validate.Length(max=200), metadata={"description": "What begins."})
    start = fields.String(validate=validate.Length(max=200), metadata={"description": "At which start event."})
    message = fields.String(validate=validate.Length(max=200), metadata={"description": "Instead of a process."})
    joined = fields.String(validate=validate.Length(max=200), metadata={"description": "Message when it comes again."})
    resolved = fields.String(validate=validate.Length(max=200), metadata={"description": "Message when it is over."})
    business_key = expression("Of a case that begins")
    title = expression("Of a case that begins")
    find = expressions("What is looked up before anything is decided")
    open_while = fields.String(
        validate=validate.Length(max=200),
        metadata={"description": "The message that a running case must wait for, if what comes is to join it."},
    )
    variables = expressions("What a case begins with")


class HookOut(Given):
    """One version of a hook."""

    key = fields.String(required=True)
    number = fields.Integer(required=True, metadata={"description": "Its version; the highest is in force."})
    digest = fields.String(required=True, metadata={"description": "SHA-256 of what it says."})
    since = moment("", required=True)
    by = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=KIND)
    active = fields.Boolean(required=True)
    signature = fields.String(required=True, validate=SIGNATURE)
    header = fields.String(required=True)
    tolerance = fields.Integer(required=True)
    types = fields.List(fields.String(), required=True)
    when = fields.String(required=True)
    process = fields.String(required=True)
    start = fields.String(required=True)
    message = fields.String(required=True)
    joined = fields.String(required=True)
    resolved = fields.String(required=True)
    business_key = fields.String(required=True)
    title = fields.String(required=True)
    variables = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    find = fields.Dict(keys=fields.String(), values=fields.String(), dump_default=dict)
    open_while = fields.String(dump_default="")
    duplicate_key = fields.String(required=True, attribute="content.key")


class RotateSecret(Sent):
    """A new secret."""

    EXAMPLE = {"overlap_hours": 24}

    secret = fields.String(
        allow_none=True,
        load_default=None,
        validate=validate.Length(24, 200),
        metadata={"description": "One that the other side made; without it one is made."},
    )
    overlap_hours = fields.Integer(
        strict=True,
        load_default=24,
        validate=validate.Range(0, 720),
        metadata={"description": "Hours for which the one before stays valid."},
    )


class SecretOut(Given):
    """A secret, told this once."""

    secret = fields.String(required=True)


class ReceiptQuery(Sent):
    """Which receipts."""

    limit: Any = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class CameOut(Given):
    """One thing that came in."""

    outcome = fields.String(required=True, validate=validate.OneOf(list(OUTCOMES)))
    key = fields.String(required=True, allow_none=True)
    instance_id = fields.UUID(required=True, allow_none=True)
    why = fields.String(required=True, allow_none=True)
    at = moment("", required=True)


class ReceiptOut(Given):
    """What came in at once."""

    id = fields.UUID(required=True)
    at = moment("", required=True)
    version = fields.Integer(required=True, metadata={"description": "Of the hook, as it was then."})
    sha256 = fields.String(required=True)
    bytes = fields.Integer(required=True)
    events = fields.List(fields.Nested(CameOut), required=True)


class SampleQuery(PageQuery):
    """Which samples."""

    hook = fields.String(load_default=None, metadata={"description": "That brought them."})
    subject = fields.String(load_default=None, metadata={"description": "What was measured: REGISTER:ROW, or as sent."})
    name = fields.String(load_default=None, metadata={"description": "Of the metric."})
    group = fields.String(load_default=None, metadata={"description": "For which part of those concerned."})
    breach = fields.Boolean(load_default=None, metadata={"description": "Whether the limit was passed."})
    since = moment("Taken at or after it.", load_default=None)


class SampleOut(Given):
    """One measurement."""

    id = fields.UUID(required=True)
    hook = fields.String(required=True)
    subject = fields.String(required=True)
    name = fields.String(required=True)
    group = fields.String(required=True)
    model_version = fields.String(required=True, allow_none=True)
    value = fields.Float(required=True)
    limit = fields.Float(required=True, allow_none=True)
    breach = fields.Boolean(required=True)
    at = moment("", required=True)
    instance_id = fields.UUID(required=True, allow_none=True, metadata={"description": "The case of the breach."})

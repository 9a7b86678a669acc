"""Messages owed to people."""

from marshmallow import fields, validate

from web.schemas.base import Given, PageQuery, Sent, a_person, moment


class DeliveryQuery(PageQuery):
    """Which messages."""

    status = fields.String(
        load_default=None,
        validate=validate.OneOf(["owed", "sent", "dead", "withdrawn", "passed_on"]),
        metadata={"description": ""},
    )
    recipient = fields.String(
        load_default=None,
        validate=validate.Regexp(r"^(subscription:)?[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$"),
        metadata={"description": "To whom: a person, or subscription:KEY."},
    )


class AttemptOut(Given):
    """One try to send."""

    number = fields.Integer(required=True)
    at = moment("", required=True)
    outcome = fields.String(required=True, metadata={"description": "sent, failed (tried again) or refused"})
    answer = fields.String(required=True, metadata={"description": "What the other side said."})


class OwedOut(Given):
    """One message owed to one person by one channel; what it says is not shown."""

    id = fields.UUID(required=True)
    recipient = fields.String(required=True)
    channel = fields.String(required=True, metadata={"description": "mail, chat:KEY, or webhook"})
    further = fields.List(
        fields.String(), required=True, metadata={"description": "Channels that take over when it fails."}
    )
    digest_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "The digest that it is gathered in; it ends with it."}
    )
    kind = fields.String(required=True)
    lane = fields.String(required=True)
    status = fields.String(required=True)
    attempts = fields.Integer(required=True)
    owed_at = moment("", required=True)
    next_attempt_at = moment("", required=True)
    ended_at = moment("", required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True, metadata={"description": "Why it was not sent, so far."})


class OwedWithAttemptsOut(OwedOut):
    """A message with every try to send it."""

    tried = fields.List(fields.Nested(AttemptOut), required=True)


class SendTest(Sent):
    """Whether messages reach somebody."""

    EXAMPLE = {"person": "priya.raman"}

    person = a_person("Who shall get a test message.", required=True)
    channel = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 70),
        metadata={"description": "By which: mail, or chat:KEY; by default as he is told of what is urgent."},
    )

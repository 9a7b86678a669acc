"""Messages about chat channels."""

from marshmallow import fields, validate

from engine.outreach.content import KINDS
from web.schemas.base import Flag, Given, Sent, line, moment

KIND = validate.OneOf(list(KINDS))


class SetChannel(Sent):
    """A chat channel, whole."""

    EXAMPLE = {"name": "Room of the quality team", "kind": "teams", "for": ["group:quality_manager"]}

    name = line("As people call it.", required=True)
    kind = fields.String(required=True, validate=KIND)
    active = Flag(metadata={"description": "Whether anything goes there."})
    serves = fields.List(
        fields.String(validate=validate.Length(1, 110)),
        data_key="for",
        validate=validate.Length(max=100),
        metadata={"description": "`group:KEY` and `person:ID` whom it is for; empty: everybody."},
    )
    room = fields.String(validate=validate.Length(max=255), metadata={"description": "For Matrix: the id of the room."})
    fallback = fields.String(
        validate=validate.Length(max=70),
        metadata={"description": "What takes over when it fails: `mail`, `chat:KEY`, or empty for nothing."},
    )


class SetAddress(Sent):
    """Where a channel leads."""

    EXAMPLE = {"address": "https://chat.example.org/hooks/a1b2c3d4e5f6"}

    address = fields.String(
        required=True,
        validate=validate.Length(24, 2000),
        metadata={
            "description": "The URL that the chat gave; for Matrix the home server's, with an access token behind a #."
        },
    )


class ChannelOut(Given):
    """One version of a channel. Its address is never told."""

    key = fields.String(required=True)
    number = fields.Integer(required=True, metadata={"description": "Its version; the highest is in force."})
    digest = fields.String(required=True, metadata={"description": "SHA-256 of what it says."})
    since = moment("", required=True)
    by = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=KIND)
    active = fields.Boolean(required=True)
    serves = fields.List(fields.String(), data_key="for", attribute="for", required=True)
    room = fields.String(required=True)
    fallback = fields.String(required=True)
    has_address = fields.Boolean(required=True, metadata={"description": "Whether it leads anywhere yet."})

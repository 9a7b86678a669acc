"""Who is on call."""

from datetime import time

from marshmallow import fields, validate

from web.schemas.base import PERSON, Given, Sent, a_person, line, moment

SUBJECT = "A row of a register, `REGISTER:ROW`, or the name of a service."
LEVEL = validate.Range(1, 4)


class OnCallOut(Given):
    """One level at one moment."""

    level = fields.Integer(required=True)
    person = fields.String(required=True, allow_none=True, metadata={"description": "Who answers; null: nobody."})
    standing_in_for = fields.String(required=True, allow_none=True, metadata={"description": "Whom he replaces."})
    skipped = fields.List(fields.String(), required=True, metadata={"description": "Named before him, and have left."})
    overridden = fields.Boolean(required=True, metadata={"description": "On call out of turn."})
    until = moment("When somebody else may be named next.", required=True, allow_none=True)


class GapOut(Given):
    """Nobody is on call."""

    level = fields.Integer(required=True)
    begins = moment("", required=True)
    ends = moment("", required=True)


class ServedOut(Given):
    """For what somebody is on call."""

    subject = fields.String(required=True)


class PauserOut(Given):
    """Who may pause it now."""

    person = fields.String(required=True)
    standing_in_for = fields.String(required=True, allow_none=True)


class SubjectQuery(Sent):
    """Which subject or service."""

    subject = line(SUBJECT, required=True)


class OnCallQuery(SubjectQuery):
    """Who is on call, when."""

    at = moment("The moment; by default now.", load_default=None)


class GapQuery(SubjectQuery):
    """Where nobody is going to be on call."""

    days = fields.Integer(load_default=30, validate=validate.Range(1, 366))


class DefineRotation(Sent):
    """People take turns on a level."""

    EXAMPLE = {
        "subject": "web-shop",
        "level": 1,
        "people": ["anna", "bert"],
        "days": 7,
        "handover": "09:00",
        "zone": "Europe/Berlin",
        "starts_on": "2027-01-04",
    }

    subject = line(SUBJECT, required=True)
    level = fields.Integer(required=True, validate=LEVEL)
    people = fields.List(
        fields.String(validate=PERSON),
        required=True,
        validate=validate.Length(max=100),
        metadata={"description": "In the order of their turns; none: the level is empty."},
    )
    days = fields.Integer(load_default=7, validate=validate.Range(1, 366))
    handover = fields.Time(load_default=time(9), format="%H:%M", metadata={"description": "By the clocks of the zone."})
    zone = line("IANA name, such as Europe/Berlin.", required=True)
    starts_on = fields.Date(required=True, metadata={"description": "The day of the first handover."})


class MakeOverride(Sent):
    """Somebody is on call out of turn."""

    EXAMPLE = {
        "subject": "web-shop",
        "level": 1,
        "person": "carl",
        "begins_at": "2027-01-06T08:00:00Z",
        "ends_at": "2027-01-07T08:00:00Z",
    }

    subject = line(SUBJECT, required=True)
    level = fields.Integer(required=True, validate=LEVEL)
    person = a_person("Who is on call.", required=True)
    begins_at = moment("From when on.", required=True)
    ends_at = moment("Until when.", required=True)
    reason = fields.String(load_default="", validate=validate.Length(max=2000))


class OverrideOut(Given):
    """An override."""

    id = fields.UUID(required=True)

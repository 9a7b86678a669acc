"""Messages about how people wish to be told."""

from typing import Any

from marshmallow import fields, validate

from engine.outreach.wishes import DIGESTS, MOST, WEEKDAYS
from web.schemas.base import Flag, Given, Sent

CLOCK = validate.Regexp(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", error="A time of day, such as 07:00.")


def names(about: str, **more: Any) -> fields.List[str]:
    """Names of channels."""
    return fields.List(
        fields.String(validate=validate.Length(1, 70)),
        validate=validate.Length(1, MOST),
        metadata={"description": f"{about}: mail and chat:KEY, the first first."},
        **more,
    )


class Quiet(Sent):
    """A stretch of the day; past midnight where it ends before it begins."""

    begins = fields.String(required=True, data_key="from", validate=CLOCK)
    until = fields.String(required=True, validate=CLOCK)


class Choose(Sent):
    """How somebody wishes to be told; what is left out is as usual."""

    EXAMPLE = {
        "ordinary": ["mail"],
        "urgent": ["mail"],
        "digest": "daily",
        "at": "07:30",
        "quiet": {"from": "22:00", "until": "06:00"},
    }

    ordinary = names("By which channels")
    urgent = names("By which channels what is urgent comes")
    together = Flag(metadata={"description": "By all of them at once, and not by the next where one has failed."})
    digest = fields.String(
        validate=validate.OneOf(list(DIGESTS)),
        metadata={"description": "Whether ordinary messages come one by one, or gathered."},
    )
    at = fields.String(validate=CLOCK, metadata={"description": "When a digest comes, by his own clocks."})
    weekday = fields.String(
        validate=validate.OneOf(list(WEEKDAYS)), metadata={"description": "On which day a weekly digest comes."}
    )
    quiet = fields.Nested(
        Quiet, allow_none=True, metadata={"description": "When nothing ordinary comes, by his own clocks."}
    )


class QuietOut(Given):
    """A stretch of the day."""

    begins = fields.String(required=True, data_key="from", attribute="from")
    until = fields.String(required=True)


class WishesOut(Given):
    """How somebody is told."""

    ordinary = fields.List(fields.String(), required=True)
    urgent = fields.List(fields.String(), required=True)
    together = fields.Boolean(required=True)
    digest = fields.String(required=True)
    at = fields.String(required=True)
    weekday = fields.String(required=True)
    quiet = fields.Nested(QuietOut, required=True, allow_none=True)

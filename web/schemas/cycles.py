"""Cycles, what they plan, and what has come round."""

from marshmallow import fields, validate

from engine.store.cycles import OUTCOMES
from web.schemas.base import Given, PageQuery, Sent, Word, line, moment, reason, text

ACCESS = {
    "name": "Rights are reviewed",
    "process": "yearly_review",
    "rule": "0 0 9 1 1,4,7,10 ?",
    "lead": "10 bd",
    "variables": {"role": "quality_manager"},
}
A_KEY = validate.Regexp(r"^[a-z][a-z0-9_]{0,59}$", error="Small letters, digits and _ only, a letter first.")


def definition() -> fields.Dict:
    """What a cycle says."""
    return fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={"description": "What to start, for whom, by which rule; see the reference of cycles."},
    )


class DefineCycle(Sent):
    """A cycle that there is not yet."""

    EXAMPLE = {"key": "access", "definition": ACCESS}

    key = fields.String(required=True, validate=A_KEY, metadata={"description": "What it is called."})
    definition = definition()


class ChangeCycle(Sent):
    """Another definition for a cycle."""

    EXAMPLE = {"definition": {**ACCESS, "lead": "15 bd"}, "reason": "Ten days were too short."}

    definition = definition()
    reason = reason()


class Because(Sent):
    """Why."""

    EXAMPLE = {"reason": "The office is closed for a month."}

    reason = reason()


class RunCycle(Sent):
    """Once more, outside the rhythm."""

    EXAMPLE = {"reason": "The supplier changed the model behind our system.", "subject": "cv-screening"}

    reason = reason()
    subject = line("For this row of the cycle's register; empty for a cycle without.", load_default="")


class Explain(Sent):
    """Why there is a gap."""

    EXAMPLE = {"note": "The database of samples was down that week."}

    note = text("Why it was not done in time; it stays, and nothing is filled in afterwards.", required=True)


class CountQuery(Sent):
    """How far to look ahead."""

    count = fields.Integer(
        load_default=10, validate=validate.Range(1, 100), metadata={"description": "How many dates for each subject."}
    )


class OccurrenceQuery(PageQuery):
    """Which occurrences."""

    cycle = fields.String(load_default=None, validate=A_KEY, metadata={"description": "Of this cycle."})
    subject = line("For this row of the cycle's register.", load_default=None)
    gap = Word(load_default=None, metadata={"description": "Only gaps, or none of them."})


class CycleOut(Given):
    """A cycle in a list."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    process = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(("inactive", "active", "ended")))
    version = fields.Integer(required=True)
    activated_at = moment("Since when it comes round.", allow_none=True)
    next_at = moment("When its next work starts.", allow_none=True)
    note = fields.String(allow_none=True, metadata={"description": "Why it rests or has ended, and the like."})
    lacks = fields.String(
        allow_none=True, metadata={"description": "Why it could not be activated now; null where it could."}
    )


class SeriesOut(Given):
    """What a cycle plans for one subject."""

    subject = fields.String(required=True, metadata={"description": "Key of the row; empty for a cycle without."})
    planned_on = fields.Date(allow_none=True, metadata={"description": "The day that the rule names next."})
    next_at = moment("When its work starts.", allow_none=True)
    waits_for = fields.UUID(allow_none=True, metadata={"description": "The case from whose end it counts on."})
    fault = fields.String(allow_none=True, metadata={"description": "Why nothing can be planned."})


class WholeCycleOut(CycleOut):
    """A cycle with its definition, and what it plans."""

    definition = fields.Dict(keys=fields.String(), required=True)
    series = fields.List(fields.Nested(SeriesOut), required=True)


class PlannedOut(Given):
    """One date."""

    planned_on = fields.Date(required=True, attribute="on", metadata={"description": "The day that the rule names."})
    planned_at = moment("When it is planned.", required=True, attribute="at")
    starts_at = moment("When the work starts.", required=True)
    limit_at = moment("When it is late.", required=True)


class AheadOut(Given):
    """What one subject has before it."""

    subject = fields.String(required=True)
    dates = fields.List(fields.Nested(PlannedOut), required=True)
    past = fields.Integer(required=True, metadata={"description": "How many dates from the anchor on are left out."})
    fault = fields.String(allow_none=True, metadata={"description": "Why nothing can be planned."})


class PreviewOut(Given):
    """What a cycle will do if it is activated now."""

    key = fields.String(required=True)
    subjects = fields.List(fields.Nested(AheadOut), required=True)
    lacks = fields.String(allow_none=True, metadata={"description": "Why it cannot be activated."})


class TurnOut(Given):
    """One line of the history of a cycle."""

    at = moment("When.", required=True)
    by = fields.String(required=True)
    verb = fields.String(required=True)
    said = fields.Dict(keys=fields.String(), allow_none=True, metadata={"description": "What the trail says of it."})


class OccurrenceOut(Given):
    """One time that a cycle came round."""

    id = fields.UUID(required=True)
    cycle = fields.String(required=True)
    subject = fields.String(required=True)
    planned_on = fields.Date(required=True)
    extra = fields.Boolean(required=True, metadata={"description": "It was begun outside the rhythm of its cycle."})
    reason = fields.String(allow_none=True, metadata={"description": "Why it was begun outside the rhythm."})
    planned_at = moment("When it was planned.", required=True)
    starts_at = moment("When its work was to start.", required=True)
    limit_at = moment("When it was late.", required=True)
    recorded_at = moment("When it came round.", required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    instance_id = fields.UUID(allow_none=True)
    overlaps = fields.Boolean(required=True, metadata={"description": "The case before was still open."})
    gap = fields.Boolean(required=True, metadata={"description": "It was not done in time."})
    note = fields.String(allow_none=True)
    explanation = fields.String(allow_none=True)
    explained_by = fields.String(allow_none=True)
    explained_at = moment("", allow_none=True)

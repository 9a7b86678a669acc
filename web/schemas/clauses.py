"""Standards, clauses, coverage and applicability."""

from marshmallow import fields, validate

from web.schemas.base import TEXT, Flag, Given, Sent, moment
from web.schemas.instances import a_subject


class StandardOut(Given):
    """One edition of one standard."""

    id = fields.String(required=True)
    family = fields.String(required=True, metadata={"description": "What models write before a number."})
    name = fields.String(required=True)
    edition = fields.String(required=True)
    subject = fields.String(required=True)
    amendments = fields.List(fields.String(), required=True)
    stated_by = fields.List(fields.String(), required=True, metadata={"description": "Groups that state what applies."})
    in_force = fields.Boolean(required=True, metadata={"description": "Whether this edition counts today."})


class ClauseOut(Given):
    """One clause, in our own words."""

    key = fields.String(required=True, metadata={"example": "iso9001:10.2.1"})
    ref = fields.String(required=True)
    title = fields.String(required=True)
    summary = fields.String(required=True)
    parent = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True)
    documented = fields.List(fields.String(), required=True)
    same_as = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Counterparts in other standards."},
    )


class StandardWithClausesOut(StandardOut):
    """A standard with its clauses, in its order."""

    clauses = fields.List(fields.Nested(ClauseOut), required=True)


class AdoptStandard(Sent):
    """A file of `config/clauses/`, as JSON."""

    EXAMPLE = {
        "standard": {
            "id": "iso14001-2015",
            "family": "iso14001",
            "name": "ISO 14001",
            "edition": "2015",
            "subject": "environmental management",
            "clause": [{"ref": "4", "title": "Context", "level": 1}],
        }
    }

    standard = fields.Dict(required=True)


class ChooseEdition(Sent):
    """From which day on this edition counts."""

    EXAMPLE = {"since": "2027-09-01"}

    since = fields.Date(required=True)


class SpanQuery(Sent):
    """A period."""

    since = moment("From this moment on.", required=True)
    until = moment("Before this moment; what is late is late by it.", required=True)


class PeriodQuery(SpanQuery):
    """A period, and which cases count."""

    process = fields.String(load_default=None, validate=validate.Length(1, 200))
    subject = a_subject("Only cases about this row of a register.")


class CoveredOut(Given):
    """What stands under a clause in a period."""

    ref = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True, metadata={"description": "met, partly, not, not applicable"})
    records = fields.Integer(required=True, metadata={"description": "Tasks finished in the period."})
    evidence = fields.Integer(required=True, metadata={"description": "Files and links handed in with them."})
    rows = fields.Integer(required=True, metadata={"description": "Rows of registers when the period ended."})
    open = fields.Integer(required=True, metadata={"description": "Tasks open now."})
    late = fields.Integer(required=True, metadata={"description": "Of these, past their due date."})
    shared = fields.Boolean(required=True, metadata={"description": "Some stand under another standard as well."})
    reason = fields.String(required=True, metadata={"description": "Why it does not apply."})


class CoverageOut(Given):
    """A standard, clause by clause."""

    standard = fields.String(required=True)
    since = moment("", required=True)
    until = moment("", required=True)
    items = fields.List(fields.Nested(CoveredOut), required=True)


class SharedOut(Given):
    """How many rows of a register are tied to clauses of more than one standard."""

    register = fields.String(required=True)
    name = fields.String(required=True)
    rows = fields.Integer(required=True)
    shared = fields.Integer(required=True)
    share = fields.Float(required=True, allow_none=True, metadata={"description": "From 0 to 1; null without rows."})


class AuditOut(Given):
    """An audit, and how long people prepared for it."""

    row = fields.String(required=True, metadata={"description": "REGISTER:ROW."})
    title = fields.String(required=True)
    hours = fields.Float(required=True)


class FiguresOut(Given):
    """How much work counts more than once."""

    since = moment("", required=True)
    until = moment("", required=True)
    actions = fields.List(fields.Nested(SharedOut), required=True)
    evidence = fields.Integer(required=True, metadata={"description": "Pieces that were handed in."})
    served = fields.Integer(required=True, metadata={"description": "Clauses that these serve, added up."})
    per_evidence = fields.Float(required=True, allow_none=True, metadata={"description": "Clauses a piece."})
    audits = fields.List(fields.Nested(AuditOut), required=True)
    hours = fields.Float(required=True, allow_none=True, metadata={"description": "Of preparation, an audit."})


class RecordOut(Given):
    """A finished task that stands under a clause."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    element = fields.String(required=True)
    instance_id = fields.UUID(required=True)
    title = fields.String(required=True, metadata={"description": "Of the case."})
    process = fields.String(required=True)
    completed_by = fields.String(required=True)
    acting_for = fields.String(required=True, allow_none=True)
    closed_at = moment("", required=True)


class StateApplicability(Sent):
    """Whether a clause applies."""

    EXAMPLE = {"applies": False, "reason": "We do not design products."}

    applies = Flag(required=True)
    reason = fields.String(load_default="", validate=TEXT, metadata={"description": "Needed where it does not apply."})


class AtQuery(Sent):
    """A moment in the past; default now."""

    at = moment("As it stood then.", load_default=None)


class StatedOut(Given):
    """What is stated about a clause; what nobody spoke of applies."""

    key = fields.String(required=True)
    ref = fields.String(required=True)
    title = fields.String(required=True)
    applies = fields.Boolean(required=True)
    reason = fields.String(required=True)
    number = fields.Integer(required=True, metadata={"description": "How often it was stated; 0 for never."})
    by = fields.String(required=True, allow_none=True)
    at = moment("", required=True, allow_none=True)

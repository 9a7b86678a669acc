"""Verifications: everything recomputed outside of a request."""

from marshmallow import fields, validate

from web.schemas.base import Given, moment


class VerificationOut(Given):
    """One recomputation. The counts are of trails that are no confidential case."""

    id = fields.UUID(required=True)
    status = fields.String(
        required=True,
        validate=validate.OneOf(["running", "done", "broken_off"]),
        metadata={"description": "broken_off: no worker got on with it."},
    )
    whole = fields.Boolean(
        required=True, metadata={"description": "Everything; false where a mandate bounds it to some cases."}
    )
    started_by = fields.String(required=True)
    asked_at = moment("When it was started.", required=True)
    begun_at = moment("When a worker began.", required=True, allow_none=True)
    ended_at = moment("", required=True, allow_none=True)
    in_all = fields.Integer(required=True, metadata={"description": "How many trails there are to recompute."})
    chains = fields.Integer(required=True, metadata={"description": "How many are recomputed."})
    entries = fields.Integer(required=True)
    seals = fields.Integer(required=True)
    files = fields.Integer(
        required=True, metadata={"description": "Files handed in that were held against their digests."}
    )
    erased = fields.Integer(required=True, metadata={"description": "Entries that were erased on purpose."})
    findings = fields.Integer(required=True, metadata={"description": "What did not hold, as far as it is told."})
    holds = fields.Boolean(
        required=True, allow_none=True, metadata={"description": "Of what the caller may see; null until known."}
    )


class FindingOut(Given):
    """One record that is not what it was."""

    kind = fields.String(
        required=True, metadata={"description": "altered, missing, inserted, reordered, or seal for a seal itself"}
    )
    chain = fields.String(required=True, metadata={"description": "The id of a case, or the name of another trail."})
    case_id = fields.UUID(required=True, allow_none=True)
    entry = fields.Integer(required=True, metadata={"description": "Number of the entry in its trail, or of the seal."})
    record = fields.String(
        required=True, allow_none=True, metadata={"description": "The table beside the trail that is concerned."}
    )
    why = fields.String(required=True)

"""Cases and their records."""

from typing import Any

from marshmallow import fields, validate

from engine.links import KINDS
from web.schemas.base import Given, PageQuery, Sent, a_person, line, moment, reason, text

STATUS = ("running", "suspended", "completed", "cancelled", "failed")


def variables(about: str, **more: Any) -> fields.Dict:
    """Variables by name; values are any JSON."""
    return fields.Dict(
        keys=fields.String(),
        values=fields.Raw(allow_none=True),
        metadata={"description": about},
        **more,
    )


def a_subject(about: str) -> fields.String:
    """A row of a register, by its name."""
    pattern = validate.Regexp(r"^[a-z][a-z0-9_]{1,59}:[A-Za-z0-9._-]{1,100}$", error="Write it as REGISTER:ROW.")
    return fields.String(load_default=None, validate=pattern, metadata={"description": about})


class StartInstance(Sent):
    """Start a case."""

    EXAMPLE = {"process": "improvement", "variables": {"source": "audit"}, "business_key": "NC-2027-014"}

    process = line("Key of the process; its latest released version is started.", required=True)
    variables = variables("What the start form asks for.", load_default=dict)
    start = line("Id of the start event, where there are several.", load_default=None)
    business_key = line("Name by which the outside knows the case.", load_default=None)
    title = line("What people will call the case.", load_default=None)
    subject = a_subject("The row of a register that it is about.")


class InstanceOut(Given):
    """A case."""

    id = fields.UUID(required=True)
    process = fields.String(required=True, metadata={"description": "Key of the process."})
    definition_id = fields.UUID(required=True)
    process_version = fields.Integer(required=True)
    title = fields.String(required=True)
    business_key = fields.String(required=True, allow_none=True)
    subject = fields.String(required=True, allow_none=True, metadata={"description": "REGISTER:ROW it is about."})
    status = fields.String(required=True, validate=validate.OneOf(STATUS))
    started_at = moment("", required=True)
    started_by = fields.String(required=True)
    ended_at = moment("", required=True, allow_none=True)
    owner = fields.String(required=True)
    caller_id = fields.UUID(required=True, allow_none=True, metadata={"description": "The case that called this one."})
    confidential = fields.Boolean(required=True)


class InstanceQuery(PageQuery):
    """Which cases, among those the caller may see."""

    process = line("Key of the process.", load_default=None)
    status = fields.String(load_default=None, validate=validate.OneOf(STATUS))
    text = line("Part of the title or the business key.", load_default=None)
    started_after = moment("", load_default=None)
    started_before = moment("", load_default=None)
    subject = a_subject("Only cases about this row of a register.")
    person = a_person("Only cases with an open task that this person holds or is accountable for.", load_default=None)
    sort = fields.String(
        load_default="-started",
        validate=validate.OneOf(["started", "-started", "title", "-title"]),
        metadata={"description": "A minus means latest or last first."},
    )


class VariablesOut(Given):
    """The data of a case."""

    variables = variables("", required=True)


class CorrectData(Sent):
    """A correction of data, with its reason."""

    EXAMPLE = {"set": {"severity": "major"}, "remove": ["draft_note"], "reason": "Typing error in the registration."}

    set = variables("What the data is now.", load_default=dict)
    remove = fields.List(fields.String(validate=validate.Length(1, 200)), load_default=list)
    reason = reason()


class WithReason(Sent):
    """An act on a whole case."""

    EXAMPLE = {"reason": "Registered twice; see the other case."}

    reason = reason()


class AddItem(Sent):
    """One more item for a multi-instance that is running."""

    EXAMPLE = {"element": "T_act", "item": {"what": "Check the second line", "who": "dora"}}

    element = line("Id of the activity.", required=True)
    item = fields.Raw(required=True, allow_none=True, metadata={"description": "Any JSON."})


class EntryOut(Given):
    """One entry of the audit trail."""

    number = fields.Integer(required=True)
    happened_at = moment("When it happened; for a late timer its due moment.", required=True)
    recorded_at = moment("When it was written.", required=True)
    actor = fields.String(required=True)
    acting_for = fields.String(required=True, allow_none=True)
    verb = fields.String(required=True, metadata={"example": "task.completed"})
    subject = fields.String(required=True)
    body = fields.Raw(required=True, allow_none=True, metadata={"description": "What it speaks of; null when erased."})
    erased_at = moment("", required=True, allow_none=True)
    hash = fields.String(required=True, metadata={"description": "Hex; covers the entry before."})


class PassageOut(Given):
    """A flow node that was left, or a flow that was taken."""

    element = fields.String(required=True)
    flow = fields.Boolean(required=True)
    withdrawn = fields.Boolean(required=True)
    entered_at = moment("", required=True)
    left_at = moment("", required=True)
    by = fields.String(required=True)


class DecisionMadeOut(Given):
    """What a decision table answered, by which version, and the rows that matched."""

    id = fields.UUID(required=True)
    element = fields.String(required=True)
    decision = fields.String(required=True, metadata={"description": "Key of the table."})
    version = fields.Integer(required=True)
    at = moment("", required=True)
    inputs = fields.Dict(required=True)
    matched = fields.List(fields.Raw(), required=True)
    rows = fields.List(fields.Raw(), required=True)


class DocumentOut(Given):
    """What a case has frozen."""

    id = fields.UUID(required=True)
    element = fields.String(required=True, metadata={"description": "The step that froze it."})
    name = fields.String(required=True)
    digest = fields.String(required=True, metadata={"description": "SHA-256 of its content as canonical JSON."})
    at = moment("", required=True)
    bytes = fields.Integer(required=True)


class DocumentWithContentOut(DocumentOut):
    """A document with its content."""

    content = fields.Raw(required=True)


class CommentOut(Given):
    """What somebody said."""

    id = fields.UUID(required=True)
    task_id = fields.UUID(required=True, allow_none=True)
    by = fields.String(required=True)
    at = moment("", required=True)
    text = fields.String(required=True)


class Say(Sent):
    """A comment."""

    EXAMPLE = {"text": "The supplier answers by Friday."}

    text = fields.String(required=True, validate=validate.Length(1, 10_000))
    task_id = fields.UUID(load_default=None, metadata={"description": "The task it is about, if it is about one."})


class SignatureOut(Given):
    """A signature: a statement under a digest of what it covers."""

    id = fields.UUID(required=True)
    task_id = fields.UUID(required=True)
    by = fields.String(required=True)
    meaning = fields.String(required=True)
    at = moment("", required=True)
    digest = fields.String(required=True)
    outdated_at = moment("Since when it is for an earlier version.", required=True, allow_none=True)


class WaitOut(Given):
    """Another case that this one waits for. Of one that the caller may not see, only since when is told."""

    why = fields.String(required=True, validate=validate.OneOf(["called", "blocked"]))
    element = fields.String(required=True, allow_none=True, metadata={"description": "The step that waits."})
    since = moment("", required=True)
    case_id = fields.UUID(required=True, allow_none=True)
    title = fields.String(required=True, allow_none=True)
    process = fields.String(required=True, allow_none=True)
    people = fields.List(
        fields.String(), required=True, metadata={"description": "Who holds, or answers for, its open tasks."}
    )


class LinkOut(Given):
    """A typed link to another case."""

    kind = fields.String(required=True)
    source_id = fields.UUID(required=True)
    target_id = fields.UUID(required=True)
    at = moment("", required=True)
    lifted_at = moment("Since when it no longer blocks.", required=True, allow_none=True)
    lifted_by = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True, metadata={"description": "Why it was lifted."})


class TieCases(Sent):
    """A link from this case to another."""

    EXAMPLE = {"target_id": "0191b2c4-7d3e-7a10-8c55-2f6d1e0a9b34", "kind": "caused_by"}

    target_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))


class StuckOut(Given):
    """A step that cannot go on, and why."""

    id = fields.UUID(required=True)
    instance_id = fields.UUID(required=True)
    element = fields.String(required=True)
    error = fields.String(required=True)
    task_id = fields.UUID(required=True, allow_none=True)
    since = moment("", required=True)
    attempts = fields.Integer(required=True)
    resolved_at = moment("", required=True, allow_none=True)
    resolved_by = fields.String(required=True, allow_none=True)


class StuckQuery(PageQuery):
    """Which stuck steps."""

    instance = fields.UUID(load_default=None)
    text = text("Part of the error.", load_default=None)

"""Tasks, and the evidence handed in with them."""

from marshmallow import fields, validate

from web.schemas.base import File, Given, PageQuery, Sent, Word, a_code, a_person, line, moment, reason
from web.schemas.instances import variables

MEANING = ("approved", "verified", "reviewed", "authored")
NOTE = validate.Length(max=2000)


class TaskOut(Given):
    """Something one person must do."""

    id = fields.UUID(required=True)
    instance_id = fields.UUID(required=True)
    process = fields.String(required=True)
    title = fields.String(required=True, metadata={"description": "Title of the case."})
    element = fields.String(required=True)
    name = fields.String(required=True)
    lane = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(["open", "claimed", "completed", "withdrawn"]))
    accountable = fields.String(required=True, metadata={"description": "The one person who answers for it."})
    accountable_because = fields.String(required=True)
    holder = fields.String(required=True, allow_none=True)
    acting_for = fields.String(
        required=True, allow_none=True, metadata={"description": "For whom it is held, or was done."}
    )
    for_whom = fields.String(
        required=True,
        allow_none=True,
        dump_default=None,
        metadata={"description": "With view=for_others: the person in whose place the caller may claim it."},
    )
    opened_at = moment("", required=True)
    claimed_at = moment("", required=True, allow_none=True)
    due_at = moment("", required=True, allow_none=True)
    follow_up_at = moment("", required=True, allow_none=True)
    priority = fields.Integer(required=True)
    version = fields.Integer(required=True, metadata={"description": "The ETag, without its quotes."})
    closed_at = moment("", required=True, allow_none=True)
    completed_by = fields.String(required=True, allow_none=True)
    closed_because = fields.String(required=True, allow_none=True)


class TaskDoneOut(TaskOut):
    """A task after what was done with it."""

    stuck_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "The stuck step that keeps the answers, where the case cannot go on."},
    )
    stuck = fields.String(required=True, allow_none=True, metadata={"description": "Why it cannot go on."})


class EvidenceOut(Given):
    """A file or a link in a slot of a task."""

    id = fields.UUID(required=True)
    instance_id = fields.UUID(required=True)
    task_id = fields.UUID(required=True)
    slot = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["file", "link"]))
    name = fields.String(required=True)
    media_type = fields.String(required=True, allow_none=True)
    size = fields.Integer(required=True, allow_none=True, metadata={"description": "Bytes."})
    sha256 = fields.String(required=True, allow_none=True)
    url = fields.String(required=True, allow_none=True)
    effective_on = fields.Date(required=True, allow_none=True, metadata={"description": "The day it speaks of."})
    version = fields.String(required=True, allow_none=True, metadata={"description": "Of what it speaks of."})
    received_at = moment("When it was handed in.", required=True)
    by = fields.String(required=True)
    replaces_id = fields.UUID(required=True, allow_none=True)


class SlotOut(Given):
    """A place for evidence."""

    name = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    many = fields.Boolean(required=True)
    required = fields.Boolean(required=True)
    says = fields.List(
        fields.String(validate=validate.OneOf(["version", "day"])),
        required=True,
        metadata={"description": "What evidence must state here."},
    )


class AnswerOut(Given):
    """What was answered; number 1 as it was, the others amend it."""

    number = fields.Integer(required=True)
    answers = variables("", required=True)
    by = fields.String(required=True)
    at = moment("", required=True)
    reason = fields.String(required=True, allow_none=True)


class RulesOut(Given):
    """What the model says about this piece of work."""

    sign = fields.String(required=True, allow_none=True, metadata={"description": "Meaning of the signature it needs."})
    sign_covers = fields.List(fields.String(), required=True, allow_none=True)
    separate_from = fields.List(fields.String(), required=True)
    competence = fields.List(fields.String(), required=True)
    clauses = fields.List(fields.String(), required=True)
    escalation = fields.String(required=True)
    clock = fields.String(required=True)


class TaskWholeOut(TaskOut):
    """A task with all that is needed to do it."""

    documentation = fields.String(required=True)
    candidates = fields.List(fields.String(), required=True, metadata={"description": "person:ID and group:KEY"})
    locals = variables("Of one of several: its item of the list, and its place.", required=True)
    form = fields.Raw(required=True, allow_none=True, metadata={"description": "form-js schema, or null."})
    prefilled = variables("What the form starts with.", required=True)
    choices = variables("People and rows that the form offers, by its `valuesKey`: label and value.", required=True)
    slots = fields.List(fields.Nested(SlotOut), required=True)
    evidence = fields.List(fields.Nested(EvidenceOut), required=True)
    rules = fields.Nested(RulesOut, required=True)
    answers = fields.List(fields.Nested(AnswerOut), required=True)
    stuck = fields.String(
        required=True, allow_none=True, metadata={"description": "Why the answers handed in could not be applied."}
    )
    why_not = fields.String(
        required=True, allow_none=True, metadata={"description": "Why the caller may not do it; null when he may."}
    )


class TaskQuery(PageQuery):
    """Which tasks."""

    view = fields.String(
        load_default="mine",
        validate=validate.OneOf(["mine", "claimable", "for_others", "all"]),
        metadata={
            "description": "Held by the caller, to be claimed by him, to be claimed by him for somebody who is away, "
            "or all that he may see."
        },
    )
    status = fields.String(
        load_default=None,
        validate=validate.OneOf(["live", "open", "claimed", "completed", "withdrawn"]),
        metadata={"description": "With view=all; `live` is open or claimed."},
    )
    late = Word(load_default=None, metadata={"description": "Only those whose due moment has come, or only others."})
    due_before = moment("", load_default=None)
    process = line("Key of the process.", load_default=None)
    element = line("Id of the task in the model.", load_default=None)
    instance = fields.UUID(load_default=None)
    sort = fields.String(load_default="opened", validate=validate.OneOf(["opened", "-opened", "due", "-priority"]))


class Nothing(Sent):
    """Nothing needs to be said."""

    EXAMPLE: dict[str, str] = {}


class Claim(Sent):
    """A task is taken on."""

    EXAMPLE = {"acting_for": "bert"}

    acting_for = a_person("Who is away and would have it; only for who stands in for him.", load_default=None)


class GiveBack(Sent):
    """A held task goes back to its candidates."""

    EXAMPLE = {"reason": "Ill until Thursday."}

    reason = fields.String(load_default="", validate=NOTE)


class Assign(Sent):
    """The owner or a lead gives the task to somebody."""

    EXAMPLE = {"to": "dora", "reason": "She knows the line."}

    to = a_person("Who shall do it.", required=True)
    reason = reason()


class Delegate(Sent):
    """The holder lets somebody else do it."""

    EXAMPLE = {"to": "dora", "reason": "Away until Monday."}

    to = a_person("Who shall do it.", required=True)
    reason = fields.String(load_default="", validate=NOTE)


class Sign(Sent):
    """A signature: the password again, and what it means."""

    password = fields.String(required=True, validate=validate.Length(1, 200), metadata={"format": "password"})
    meaning = fields.String(required=True, validate=validate.OneOf(MEANING))
    code = a_code()


class CompleteTask(Sent):
    """The task is done."""

    EXAMPLE = {
        "answers": {"decision": "approve"},
        "note": "Checked on site.",
        "sign": {"password": "a-long-password", "meaning": "approved"},
    }

    answers = variables("By the keys of the form's fields.", load_default=dict)
    note = fields.String(validate=NOTE, load_default=None)
    acting_for = a_person(
        "Who is away, and for whom it is done; by default for whom the task is held.", load_default=None
    )
    sign = fields.Nested(Sign, load_default=None, metadata={"description": "Where the model asks for a signature."})


class SaveDraft(Sent):
    """What has been typed and not yet handed in."""

    EXAMPLE = {"answers": {"cause": "Worn bearing"}}

    answers = variables("", required=True)


class DraftOut(Given):
    """What the caller had typed; empty where he had not."""

    answers = variables("", required=True)
    saved_at = moment("", required=True, allow_none=True)


class Amend(Sent):
    """A correction of a finished record. The record as it was stays."""

    EXAMPLE = {"answers": {"cause": "Worn bearing, type 6204"}, "reason": "The type was missing."}

    answers = variables("All answers, as they should read.", required=True)
    reason = reason()


class HandIn(Sent):
    """A file or a link for a slot of the task."""

    slot = line("Which slot.", required=True)
    file = File(load_default=None, allow_none=False)
    url = fields.URL(load_default=None, allow_none=False, schemes={"http", "https"}, validate=validate.Length(max=2000))
    name = line("What to call it; for a file its name.", load_default=None, allow_none=False)
    effective_on = fields.Date(load_default=None, allow_none=False, metadata={"description": "The day it speaks of."})
    version = line("The version of what it speaks of.", load_default=None, allow_none=False)
    replaces_id = fields.UUID(
        load_default=None, allow_none=False, metadata={"description": "The evidence of which this is a newer version."}
    )

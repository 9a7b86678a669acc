"""Who is away and who stands in."""

from marshmallow import fields, validate

from web.schemas.base import Given, Sent, Word, a_key, a_person, moment, text


class SubstitutionOut(Given):
    """For a period somebody stands in for a person."""

    id = fields.UUID(required=True)
    person = fields.String(required=True, metadata={"description": "Who is away."})
    begins_at = moment("", required=True)
    ends_at = moment("", required=True)
    stopped_at = moment("When it was ended early.", required=True, allow_none=True)
    process = fields.String(required=True, allow_none=True, metadata={"description": "The one process; null: all."})
    first = fields.String(required=True)
    second = fields.String(required=True, allow_none=True)
    status = fields.String(
        required=True,
        metadata={"description": "planned, active (all tasks have moved), ended (all are back), cancelled."},
    )
    reason = fields.String(
        required=True, allow_none=True, metadata={"description": "Only for who sees to the absences of this person."}
    )
    made_by = fields.String(required=True)
    made_at = moment("", required=True)


class SubstitutionQuery(Sent):
    """Which substitutions."""

    person = a_person("Who is away.", load_default=None)
    live = Word(load_default=True, metadata={"description": "Only those planned or under way; false: all."})


class PlanSubstitution(Sent):
    """Somebody is going to be away."""

    EXAMPLE = {
        "person": "bert",
        "begins_at": "2027-07-05T06:00:00Z",
        "ends_at": "2027-07-19T06:00:00Z",
        "first": "carl",
        "second": "dora",
    }

    person = a_person("Who is away.", required=True)
    begins_at = moment("From when on.", required=True)
    ends_at = moment("Until when.", required=True)
    first = a_person("Who stands in.", required=True)
    second = a_person("Who does where the first is away, or may not.", load_default=None, allow_none=True)
    process = a_key("The one process it is about; null: everything.", load_default=None, allow_none=True)
    reason = text("Why; it stands in the trail.", load_default="")


class ChangeSubstitution(Sent):
    """What changes; what is left out stays."""

    EXAMPLE = {"ends_at": "2027-07-26T06:00:00Z"}

    ends_at = moment("")
    first = a_person("")
    second = a_person("", allow_none=True)


class EndSubstitution(Sent):
    """It ends before its time."""

    EXAMPLE = {"reason": "Back already."}

    reason = fields.String(load_default="", validate=validate.Length(max=2000))

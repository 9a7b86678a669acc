"""Tokens, people and groups."""

from marshmallow import fields, validate

from web.auth import SCOPES
from web.schemas.base import Flag, Given, PageQuery, Sent, Word, a_code, a_key, a_person, line, moment, reason, text
from web.schemas.clauses import RecordOut

STANDING = ("member", "lead", "deputy")
PASSWORD = validate.Length(1, 200)
NEW_PASSWORD = validate.Length(8, 200)


class IssueToken(Sent):
    """A password, for a token."""

    EXAMPLE = {
        "person": "bettina",
        "password": "a-long-password",
        "name": "my laptop",
        "days": 30,
        "scopes": ["read", "work"],
    }

    person = a_person("Who.", required=True)
    password = fields.String(required=True, validate=PASSWORD, metadata={"format": "password"})
    code = a_code()
    name = line("What the token is for.", required=True)
    days = fields.Integer(
        validate=validate.Range(1, 366), load_default=None, metadata={"description": "How long it lives."}
    )
    scopes = fields.List(
        fields.String(validate=validate.OneOf(list(SCOPES))),
        load_default=None,
        validate=validate.Length(min=1, max=len(SCOPES)),
        metadata={"description": "What it may do; all when left out."},
    )


class TokenOut(Given):
    """A token; its secret is not kept."""

    id = fields.UUID(required=True)
    person = fields.String(required=True, attribute="person_id")
    name = fields.String(required=True)
    prefix = fields.String(required=True, metadata={"description": "How the secret begins, to tell tokens apart."})
    scopes = fields.List(fields.String(), required=True)
    created_at = moment("", required=True)
    expires_at = moment("", required=True)
    last_used_at = moment("", allow_none=True)


class NewTokenOut(TokenOut):
    """A token, with its secret, shown this once."""

    token = fields.String(
        required=True, attribute="secret", metadata={"description": "Send it as `Authorization: Bearer TOKEN`."}
    )


class MeOut(Given):
    """Who the caller is."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, metadata={"description": "person or operator"})
    groups = fields.List(fields.String(), required=True)
    leads = fields.List(fields.String(), required=True, metadata={"description": "Groups he leads or deputises."})
    platform_admin = fields.Boolean(required=True)
    auditor = fields.Boolean(required=True)
    scopes = fields.List(fields.String(), required=True)


class PersonOut(Given):
    """A person. Somebody who has left stays known."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    email = fields.String(allow_none=True)
    active = fields.Boolean(required=True)
    platform_admin = fields.Boolean(required=True)
    zone = fields.String(allow_none=True, metadata={"description": "Time zone, such as Europe/Berlin."})
    created_at = moment("", required=True)
    ended_at = moment("", allow_none=True)
    groups = fields.List(fields.String(), metadata={"description": "Keys of the groups he belongs to."})


class CreatePerson(Sent):
    """A new person."""

    EXAMPLE = {"id": "dora", "name": "Dora Diehl", "email": "dora@example.org", "password": "a-long-password"}

    id = a_person("How he signs in; never used again for another.", required=True)
    name = line("As he is called.", required=True)
    email = fields.Email(load_default=None, allow_none=True, validate=validate.Length(max=300))
    password = fields.String(load_default=None, validate=NEW_PASSWORD, metadata={"format": "password"})
    platform_admin = Flag(load_default=False)
    zone = line("Time zone, such as Europe/Berlin.", load_default=None)


class ChangePerson(Sent):
    """What changes; what is left out stays."""

    EXAMPLE = {"name": "Dora Diehl-Dorn", "zone": "Europe/Lisbon"}

    name = line("")
    email = fields.Email(allow_none=True, validate=validate.Length(max=300))
    platform_admin = Flag()
    zone = fields.String(allow_none=True, validate=validate.Length(1, 100))


class EndPerson(Sent):
    """Somebody leaves."""

    EXAMPLE = {"reason": "Retired on 30 June.", "hand_over_to": "dora"}

    hand_over_to = a_person(
        "Who gets everything that he holds; without it he leaves only if he holds nothing.", load_default=None
    )
    reason = text("Why; it stands in the trail.", load_default="")


class GiveMandate(Sent):
    """What an auditor reads from now on, and until when."""

    EXAMPLE = {"ends_at": "2027-03-31T17:00:00+02:00", "processes": ["complaint"]}

    ends_at = moment("From then on he reads nothing but his own account.", required=True)
    processes = fields.List(
        a_key("Key of a process."), load_default=list, metadata={"description": "Only their cases; all when empty."}
    )
    since = moment("Only cases that ran at some time after it.", load_default=None, allow_none=True)
    until = moment("Only cases that ran at some time before it.", load_default=None, allow_none=True)


class MandateOut(Given):
    """What an auditor reads, and until when."""

    ends_at = moment("", required=True)
    processes = fields.List(fields.String(), required=True)
    since = moment("", allow_none=True)
    until = moment("", allow_none=True)


class AuditorOut(Given):
    """Somebody who reads and changes nothing, with his mandate as it was last given."""

    person = fields.String(required=True, attribute="id")
    name = fields.String(required=True)
    state = fields.String(required=True, metadata={"description": "runs, ended, or none: he has never had one"})
    ends_at = moment("", allow_none=True)
    processes = fields.List(fields.String(), allow_none=True, metadata={"description": "Keys; all when empty."})
    since = moment("", allow_none=True)
    until = moment("", allow_none=True)


class HoldingOut(Given):
    """One thing that must be somebody else's before a person can leave."""

    kind = fields.String(
        required=True,
        metadata={
            "description": "task, case, lead, deputy, last member, process, binding, rotation, substitution, register,"
            " unseen"
        },
    )
    id = fields.String(required=True)
    name = fields.String(required=True)


class RemoveSecondFactor(Sent):
    """Why a second factor is taken from somebody."""

    EXAMPLE = {"reason": "Lost his phone; I have seen his badge."}

    reason = reason()


class SetPassword(Sent):
    """A new password."""

    EXAMPLE = {"password": "a-new-long-password", "current": "a-long-password"}

    password = fields.String(required=True, validate=NEW_PASSWORD, metadata={"format": "password"})
    current = fields.String(
        load_default=None, validate=PASSWORD, metadata={"format": "password", "description": "Needed for one's own."}
    )
    code = a_code()


class PersonQuery(PageQuery):
    """Which people."""

    text = line("Part of a name or id.", load_default=None)
    active = Word(load_default=None, metadata={"description": "Only those who are here, or only those who left."})


CONSENT = "The group of which one agrees before somebody gets this role."
UNTIL = "The last day on which he belongs to it."
SINGLE = "It has one holder, who leads it, and one deputy, and nobody besides."


class GroupOut(Given):
    """A group: a role that people hold."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    everybody = fields.Boolean(required=True, metadata={"description": "Each person belongs to it."})
    grants = fields.String(required=True, allow_none=True, metadata={"description": "platform, read or nothing."})
    single = fields.Boolean(required=True, metadata={"description": SINGLE})
    consent = fields.String(required=True, allow_none=True, metadata={"description": CONSENT})


class OpenWorkOut(Given):
    """The open work of a group, as far as the caller may see it. What two groups were offered counts in both."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    members = fields.Integer(required=True)
    unclaimed = fields.Integer(required=True, metadata={"description": "Tasks that nobody has taken."})
    claimed = fields.Integer(required=True, metadata={"description": "Tasks that somebody has taken."})
    late = fields.Integer(required=True, metadata={"description": "Of both, past their due date."})


class DecidedOut(RecordOut):
    """A finished task that was offered to a group."""

    meaning = fields.String(required=True, allow_none=True, metadata={"description": "What it was signed as."})
    entry = fields.Integer(required=True, metadata={"description": "Its number in the trail of the case."})


class MemberOut(Given):
    """Somebody in a group."""

    person = fields.String(required=True, attribute="person_id")
    name = fields.String(required=True)
    standing = fields.String(required=True, validate=validate.OneOf(STANDING))
    since = moment("", required=True)
    until = fields.Date(required=True, allow_none=True, metadata={"description": UNTIL})


class RoleWishOut(Given):
    """Somebody's wish that a person gets a role, which nobody has answered yet."""

    person = fields.String(required=True, attribute="person_id")
    standing = fields.String(required=True, validate=validate.OneOf(STANDING))
    until = fields.Date(required=True, allow_none=True, metadata={"description": UNTIL})
    reason = fields.String(required=True)
    asked_by = fields.String(required=True)
    asked_at = moment("", required=True)


class GroupWithMembersOut(GroupOut):
    """A group with its members, and who else is to get the role."""

    members = fields.List(fields.Nested(MemberOut), required=True)
    wishes = fields.List(fields.Nested(RoleWishOut), required=True)


class CreateGroup(Sent):
    """A new group."""

    EXAMPLE = {"key": "quality_manager", "name": "Quality manager", "description": "Looks after the quality system."}

    key = a_key("How models name it.", required=True)
    name = line("", required=True)
    description = text("", load_default="")
    everybody = Flag(load_default=False, metadata={"description": "Each person belongs to it."})
    grants = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(["platform", "read"]),
        metadata={"description": "A right that comes with it: manage the platform, or read all and change nothing."},
    )
    single = Flag(load_default=False, metadata={"description": SINGLE})
    consent = fields.String(load_default=None, allow_none=True, metadata={"description": CONSENT})


class ChangeGroup(Sent):
    """What changes; what is left out stays."""

    EXAMPLE = {"name": "Quality managers"}

    name = line("")
    description = text("")
    single = Flag(metadata={"description": SINGLE})
    consent = fields.String(allow_none=True, metadata={"description": CONSENT})


class SetMember(Sent):
    """How somebody belongs to a group. A lead or deputy takes the place of whoever was before."""

    EXAMPLE = {"standing": "lead"}

    standing = fields.String(load_default="member", validate=validate.OneOf(STANDING))
    until = fields.Date(load_default=None, allow_none=True, metadata={"description": UNTIL})


class AskForRole(SetMember):
    """Somebody is to get a role to which others agree first."""

    EXAMPLE = {"standing": "lead", "until": "2028-12-31", "reason": "The board has named her."}

    reason = text("Why.", required=True)


class AnswerRole(Sent):
    """Whether one agrees that somebody gets a role; no needs a reason."""

    EXAMPLE = {"agreed": True}

    agreed = Flag(required=True)
    reason = text("", load_default="")

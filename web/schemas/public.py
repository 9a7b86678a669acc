"""Messages about public ways in, and of those who use them."""

from typing import Any

from marshmallow import fields, validate

from web.schemas.base import File, Flag, Given, Sent, line, moment

CODE = validate.Length(20, 60)


class SetWay(Sent):
    """A public way in, whole."""

    EXAMPLE = {"name": "Report a problem", "process": "my_process", "start": "S_told", "told": "reporter.wrote"}

    name = line("As people read it.", required=True)
    text = fields.String(validate=validate.Length(max=2000), metadata={"description": "What they read before."})
    process = fields.String(required=True, validate=validate.Length(1, 200), metadata={"description": "What begins."})
    start = fields.String(
        required=True, validate=validate.Length(1, 200), metadata={"description": "At which start event."}
    )
    active = Flag(metadata={"description": "Whether it takes anything in."})
    told = fields.String(
        validate=validate.Length(max=200), metadata={"description": "Message when the reporter writes again."}
    )
    shows = fields.List(
        fields.String(validate=validate.Length(1, 200)),
        validate=validate.Length(max=20),
        metadata={"description": "Groups whose people its form may offer by name."},
    )
    files = fields.Integer(
        strict=True, validate=validate.Range(0, 20), metadata={"description": "How many files may come with it."}
    )


class WayOut(Given):
    """One version of a public way in."""

    key = fields.String(required=True)
    number = fields.Integer(required=True)
    since = moment("", required=True)
    by = fields.String(required=True)
    digest = fields.String(required=True)
    name = fields.String(required=True)
    text = fields.String(required=True)
    process = fields.String(required=True)
    start = fields.String(required=True)
    active = fields.Boolean(required=True)
    told = fields.String(required=True)
    shows = fields.List(fields.String(), required=True)
    files = fields.Integer(required=True)


class DoorOut(Given):
    """A way in, as anybody may see it."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    text = fields.String(required=True)


class NamedOut(Given):
    """Somebody who may be chosen."""

    id = fields.String(required=True)
    name = fields.String(required=True)


class AskedOut(DoorOut):
    """What a way in asks for."""

    files = fields.Integer(required=True, metadata={"description": "How many files are taken."})
    form = fields.Dict(required=True, allow_none=True, metadata={"description": "A form-js schema."})
    people = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Nested(NamedOut)),
        required=True,
        metadata={"description": "Who may be chosen, by group."},
    )


class Report(Sent):
    """What somebody tells, and files with it."""

    answers = fields.String(
        required=True,
        validate=validate.Length(2, 200_000),
        metadata={"description": "The answers to the form: a JSON object as text."},
    )
    files: Any = fields.List(File(), load_default=(), validate=validate.Length(max=20))


class CodeOut(Given):
    """What was told has come in."""

    code = fields.String(required=True, metadata={"description": "Shown this once. Who has it reads the answers."})


class Code(Sent):
    """A code, to read what was answered."""

    EXAMPLE = {"code": "0000-80G4-0HJG-A5E8-70WQ-HXQM-00"}

    code = fields.String(required=True, validate=CODE)


class Write(Code):
    """A code, and what its holder says."""

    EXAMPLE = {"code": "0000-80G4-0HJG-A5E8-70WQ-HXQM-00", "text": "It happened again this morning."}

    text = fields.String(required=True, validate=validate.Length(1, 10_000))


class LetterOut(Given):
    """One answer, as whoever has the code reads it."""

    number = fields.Integer(required=True)
    at = moment("", required=True)
    text = fields.String(required=True)


class LetterOfCaseOut(LetterOut):
    """One answer, as those who have to do with the case read it."""

    by = fields.String(required=True)


class PublicFileOut(Given):
    """A file that came with a report."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    received_at = moment("", required=True)


class LettersOut(Given):
    """What was answered to whoever reported, and which files came with the report."""

    waits = fields.Boolean(required=True, metadata={"description": "Whether somebody can read answers."})
    letters = fields.List(fields.Nested(LetterOfCaseOut), required=True)
    files = fields.List(fields.Nested(PublicFileOut), required=True)


class Reply(Sent):
    """An answer to whoever reported."""

    EXAMPLE = {"text": "It is mended; thank you for telling us."}

    text = fields.String(required=True, validate=validate.Length(1, 10_000))

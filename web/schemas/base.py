"""What all messages share."""

from functools import cache
from typing import Any

from flask_smorest.fields import Upload
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from werkzeug.datastructures import FileStorage

TEXT = validate.Length(max=10_000)
LINE = validate.Length(min=1, max=300)
PERSON = validate.Regexp(r"^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$", error="Letters, digits and . _ - @ + only.")
KEY = validate.Regexp(r"^[A-Za-z][A-Za-z0-9_.-]{0,99}$", error="Letters, digits and _ . - only, a letter first.")


class Sent(Schema):
    """Something sent to the server: a field that is not known is refused, not ignored."""

    class Meta:
        unknown = RAISE


class Given(Schema):
    """Something the server answers."""


def line(about: str, **more: Any) -> fields.String:
    """A short text that must not be empty."""
    return fields.String(validate=LINE, metadata={"description": about}, **more)


def a_person(about: str, **more: Any) -> fields.String:
    """The id of a person."""
    return fields.String(validate=PERSON, metadata={"description": about}, **more)


def a_code() -> fields.String:
    """A code of a second factor, where one is on."""
    about = "Of the caller's second factor, where one is on: a code of the authenticator, or a recovery code."
    return fields.String(load_default=None, validate=validate.Length(1, 40), metadata={"description": about})


def a_key(about: str, **more: Any) -> fields.String:
    """The key of a group."""
    return fields.String(validate=KEY, metadata={"description": about}, **more)


def text(about: str, **more: Any) -> fields.String:
    """A longer text."""
    return fields.String(validate=TEXT, metadata={"description": about}, **more)


def reason(**more: Any) -> fields.String:
    """Why something is done; it stands in the trail."""
    return fields.String(
        required=True,
        validate=validate.Length(1, 2000),
        metadata={"description": "Why; it stands in the trail."},
        **more,
    )


def moment(about: str, **more: Any) -> fields.AwareDateTime:
    """A moment, ISO 8601 with a zone."""
    return fields.AwareDateTime(format="iso", metadata={"description": about}, **more)


class Flag(fields.Boolean):
    """True or false in JSON, and nothing that only looks like it."""

    truthy, falsy = set(), set()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if value is not True and value is not False:
            raise self.make_error("invalid", input=value)
        return bool(value)


class Word(fields.Boolean):
    """`true` or `false` as a word, in an address or a form."""

    truthy, falsy = {"true"}, {"false"}


class File(Upload):  # type: ignore[misc]
    """A file of a form (RFC 7578); a part without a file name is a text, and no file."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> FileStorage:
        if not isinstance(value, FileStorage) or not value.filename:
            raise ValidationError("Send it as a file, with its name.")
        return value


class PageQuery(Sent):
    """Which page of a list."""

    limit = fields.Integer(
        load_default=50, validate=validate.Range(1, 200), metadata={"description": "How many items at most."}
    )
    cursor = fields.String(
        load_default=None,
        validate=validate.Regexp(r"^[A-Za-z0-9_-]{1,400}$"),
        metadata={"description": "`next` of the page before."},
    )


@cache
def page_of(item: type[Schema]) -> Schema:
    """A page of `item`s."""
    members = {
        "items": fields.List(fields.Nested(item), required=True),
        "next": fields.String(
            required=True, allow_none=True, metadata={"description": "Cursor of the next page; null on the last."}
        ),
    }
    name = f"{item.__name__.removesuffix('Out')}Page"
    made: type[Schema] = type(name, (Given,), {"__doc__": "A page of a list.", **members})
    return made()


@cache
def list_of(item: type[Schema]) -> Schema:
    """All `item`s, for lists that stay short."""
    members = {"items": fields.List(fields.Nested(item), required=True)}
    name = f"{item.__name__.removesuffix('Out')}List"
    made: type[Schema] = type(name, (Given,), {"__doc__": "A whole list.", **members})
    return made()

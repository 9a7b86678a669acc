"""Registers and their rows."""

from marshmallow import fields, validate

from web.schemas.base import Given, PageQuery, Sent, Word, moment, reason


class RegisterOut(Given):
    """One register."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    version = fields.Integer(required=True, metadata={"description": "Of its definition."})
    row_key = fields.String(required=True, metadata={"description": "The field that names a row for machines."})
    row_title = fields.String(required=True, metadata={"description": "The field that names a row for people."})
    clauses = fields.List(fields.String(), required=True)
    may_read = fields.List(fields.String(), required=True, metadata={"description": "Groups; none means everybody."})
    may_change = fields.List(fields.String(), required=True, metadata={"description": "Groups that keep it."})
    provides = fields.Dict(required=True, metadata={"description": "Role to field."})
    rules = fields.List(fields.String(), required=True, metadata={"description": "What must hold, in words."})
    form = fields.Dict(required=True, metadata={"description": "The form-js schema of a row."})


class DefineRegister(Sent):
    """A file of `config/registers/` and the form beside it, as JSON."""

    EXAMPLE = {
        "register": {
            "key": "reg_machines",
            "name": "Machines",
            "form": "machine.form",
            "row_key": "id",
            "row_title": "id",
        },
        "form": {"type": "default", "id": "machine", "components": [{"type": "textfield", "key": "id", "label": "Id"}]},
    }

    register = fields.Dict(required=True)
    form = fields.Dict(required=True, metadata={"description": "A form-js schema."})


class RowsQuery(PageQuery):
    """Which rows, as of when."""

    at = moment("As they stood then; default now.", load_default=None)
    ended = Word(load_default=False, metadata={"description": "Also rows that have ended."})
    text = fields.String(load_default=None, validate=validate.Length(1, 200))


class RowQuery(Sent):
    """As of when."""

    at = moment("As it stood then; default now.", load_default=None)


class RowOut(Given):
    """One row at one moment."""

    register = fields.String(required=True)
    key = fields.String(required=True)
    title = fields.String(required=True)
    number = fields.Integer(required=True, metadata={"description": "Its version."})
    values = fields.Dict(required=True)
    ended = fields.Boolean(required=True)


class RowList(Given):
    """Rows by key; `next` is the cursor of the next page."""

    items = fields.List(fields.Nested(RowOut), required=True)
    next = fields.String(required=True, allow_none=True)


class AddRow(Sent):
    """A row."""

    EXAMPLE = {"values": {"id": "triagelens", "name": "TriageLens", "status": "draft"}}

    values = fields.Dict(required=True)


class ChangeRow(Sent):
    """The fields that change; null empties one."""

    EXAMPLE = {"values": {"status": "active"}, "reason": "Approved on 15 September."}

    values = fields.Dict(required=True)
    reason = reason()
    expected = fields.Integer(load_default=None, metadata={"description": "The version the change was made from."})


class EndRow(Sent):
    """Why a row ends."""

    EXAMPLE = {"reason": "Switched off for good."}

    reason = reason()
    expected = fields.Integer(load_default=None, metadata={"description": "The version that ends."})


class RowChangeOut(Given):
    """One version of a row."""

    number = fields.Integer(required=True)
    kind = fields.String(required=True, metadata={"description": "added, changed or ended"})
    values = fields.Dict(required=True)
    at = moment("", required=True)
    by = fields.String(required=True)
    reason = fields.String(required=True)

"""Registers and their rows."""

from marshmallow import fields, validate

from engine.registers.linking import KINDS
from web.schemas.base import Flag, Given, PageQuery, Sent, Word, a_code, moment, reason


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
    decided = fields.List(fields.String(), required=True, metadata={"description": "Fields that a table fills in."})
    follows = fields.List(
        fields.Dict(), required=True, metadata={"description": "Fields that cases write: field, typed, remedy."}
    )
    signed_by = fields.List(fields.String(), required=True, metadata={"description": "Groups that sign each version."})
    end_agreed_by = fields.List(
        fields.String(), required=True, metadata={"description": "Groups of the second person."}
    )
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
    in_force = fields.Boolean(
        required=True, metadata={"description": "Not ended, and signed by all who must sign this version."}
    )


class RowSignatureOut(Given):
    """A person's signature under one version of a row."""

    number = fields.Integer(required=True, metadata={"description": "The version that was signed."})
    role = fields.String(required=True, metadata={"description": "The group that it was signed for."})
    by = fields.String(required=True)
    at = moment("", required=True)


class RowEndingOut(Given):
    """Somebody's wish that a row ends, which a second person has not answered."""

    reason = fields.String(required=True)
    asked_by = fields.String(required=True)
    asked_at = moment("", required=True)


class OneRowOut(RowOut):
    """One row, with what was signed and what is asked."""

    signatures = fields.List(fields.Nested(RowSignatureOut), required=True)
    ending = fields.Nested(RowEndingOut, required=True, allow_none=True)


class SignRow(Sent):
    """The password again, and the version that was read."""

    EXAMPLE = {"password": "correct horse battery staple", "expected": 2}

    password = fields.String(required=True, load_only=True, validate=validate.Length(1, 1_000))
    code = a_code()
    expected = fields.Integer(load_default=None, metadata={"description": "The version that you have read."})


class AnswerEnd(Sent):
    """Whether a second person agrees that the row ends; no needs a reason."""

    EXAMPLE = {"agreed": True}

    agreed = Flag(required=True)
    reason = fields.String(load_default="", validate=validate.Length(max=2_000))


class TieCase(Sent):
    """A case that has to do with the row, and how."""

    EXAMPLE = {"case": "01890a5d-ac96-774b-bcce-b302099a8057", "kind": "evidence_for"}

    case = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(list(KINDS)))


class RowCaseOut(Given):
    """A case that touched a row."""

    kind = fields.String(required=True, metadata={"description": "about, or how it was tied to the row"})
    id = fields.UUID(required=True)
    title = fields.String(required=True)
    process = fields.String(required=True)
    status = fields.String(required=True)
    business_key = fields.String(required=True, allow_none=True)
    started_at = moment("", required=True)
    ended_at = moment("", required=True, allow_none=True)


class ImportRows(Sent):
    """A sheet of rows: comma-separated values (RFC 4180) with the fields' names in the first line."""

    EXAMPLE = {"csv": "id,name,status\r\nrotabot,RotaBot,active\r\n", "reason": "Taken over from the old list."}

    csv = fields.String(required=True, validate=validate.Length(1, 5_000_000))
    reason = reason()


class SheetQuery(Sent):
    """As of when."""

    at = moment("As they stood then; default now.", load_default=None)


class SheetOut(Given):
    """Rows as comma-separated values (RFC 4180), with the fields' names in the first line."""

    csv = fields.String(required=True)


class SheetLineOut(Given):
    """What became of one line of a sheet."""

    line = fields.Integer(required=True)
    key = fields.String(required=True)
    outcome = fields.String(required=True, metadata={"description": "added, changed, same or refused"})
    errors = fields.Dict(required=True, metadata={"description": "Field to sentences; only where it is refused."})


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

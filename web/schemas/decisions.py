"""Decision tables."""

from marshmallow import fields

from web.schemas.base import Given


class RuleOut(Given):
    """A row of a table."""

    number = fields.Integer(required=True)
    asks = fields.List(fields.String(), required=True)
    answers = fields.List(fields.String(), required=True)


class DecisionOut(Given):
    """A decision table, cell by cell; of a decision that is no table the columns and rows are empty."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    version = fields.Integer(required=True)
    policy = fields.String(required=True, allow_none=True)
    asks = fields.List(fields.String(), required=True)
    answers = fields.List(fields.String(), required=True)
    rows = fields.List(fields.Nested(RuleOut), required=True)

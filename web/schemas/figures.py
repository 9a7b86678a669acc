"""Messages about key figures."""

from marshmallow import fields

from web.schemas.base import Given, Sent, moment


class FigureQuery(Sent):
    """For which period."""

    since = moment("From this moment on; by default 90 days before `until`.", load_default=None)
    until = moment("Before this moment; by default now.", load_default=None)


class PartOut(Given):
    """A figure of some of the cases."""

    part = fields.String(required=True, metadata={"description": "Value of the variable; empty where there is none."})
    value = fields.Float(required=True, allow_none=True)


class FigureOut(Given):
    """One figure."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    process = fields.String(required=True)
    under = fields.String(required=True, metadata={"description": "The process under which people find it."})
    measure = fields.String(required=True)
    of = fields.String(required=True)
    unit = fields.String(required=True)
    cases = fields.Integer(
        required=True, metadata={"description": "How many cases, tasks or rows it was computed from."}
    )
    value = fields.Float(required=True, allow_none=True)
    before = fields.Float(required=True, allow_none=True, metadata={"description": "In the period before this one."})
    goal = fields.Float(required=True, allow_none=True)
    better = fields.String(required=True)
    meets = fields.Boolean(required=True, allow_none=True, metadata={"description": "Whether it reaches the goal."})
    parts = fields.List(fields.Nested(PartOut), required=True)

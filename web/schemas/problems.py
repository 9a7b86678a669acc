"""Problem documents."""

from marshmallow import INCLUDE, Schema, fields


class ProblemOut(Schema):
    """Why a request was refused (RFC 9457). Some codes carry further members, such as `holder` or `rule`."""

    class Meta:
        unknown = INCLUDE

    type = fields.String(
        required=True,
        metadata={"description": "Address of a page about this code.", "example": "/problems/already-claimed"},
    )
    title = fields.String(required=True, metadata={"example": "Another person holds the task."})
    status = fields.Integer(required=True, metadata={"example": 409})
    detail = fields.String(
        required=True, metadata={"description": "A sentence for people.", "example": "Bettina Brandt holds the task."}
    )
    instance = fields.String(required=True, metadata={"description": "The address that was asked."})
    code = fields.String(required=True, metadata={"description": "Stable.", "example": "already-claimed"})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={
            "description": "A field's path, and what is wrong with it.",
            "example": {"answers.cause": ["Missing."]},
        },
    )
    problems = fields.List(
        fields.Dict(), metadata={"description": "Problems of deployed files: file, line, element, message, remedy."}
    )

"""Packs of picked records."""

from marshmallow import fields, validate

from web.schemas.base import Sent, moment

LIST = validate.Length(max=20_000)


class PackQuery(Sent):
    """What belongs to a pack, each part by commas; with a period also the figures of what counts more than once."""

    cases = fields.String(load_default="", validate=LIST, metadata={"description": "Ids of cases."})
    rows = fields.String(load_default="", validate=LIST, metadata={"description": "Rows, as REGISTER:ROW."})
    since = moment("Where figures belong to it: from this moment on.", load_default=None)
    until = moment("Where figures belong to it: before this moment.", load_default=None)

"""Decision tables, as they answer now."""

from flask import Response

from engine.models import decisions
from web.acts import look
from web.operations import Theme
from web.schemas.decisions import DecisionOut

theme = Theme("decisions", __name__, description="Decision tables that are in force.")
ONE = DecisionOut()


@theme.operation("GET", "/decisions/<decision_key>", scope="read", gives=ONE)
def one(decision_key: str) -> Response:
    """A decision table in the version in force, cell by cell as it is written."""
    return look(lambda session, _: decisions.in_force(session, decision_key), ONE)

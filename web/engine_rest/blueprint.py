"""Where the views of the endpoint hang, each with the scope that whoever calls it must hold."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint

View = TypeVar("View", bound=Callable[..., Any])

blueprint = Blueprint("engine_rest", __name__)


def view(methods: str, rule: str, *, scope: str = "read") -> Callable[[View], View]:
    """Register a view for some methods; `scope` is what a token or a person must hold to reach it."""

    def mark(found: View) -> View:
        found.engine_scope = scope  # type: ignore[attr-defined]
        blueprint.add_url_rule(
            rule, f"{found.__module__.rpartition('.')[2]}_{found.__name__}", found, methods=methods.split()
        )
        return found

    return mark

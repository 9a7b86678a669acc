"""What commands on the spot share: settings as flags, errors as sentences."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from sqlalchemy.exc import OperationalError

from engine.errors import Conflict, Forbidden, NotFound, StewardError
from steward.cli import output
from steward.settings import Settings, load

FLAGS = {
    "home": "--home",
    "database_url": "--database-url",
    "host": "--host",
    "port": "--port",
    "config": "--config",
}


def on_the_spot(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A command that opens the working folder: it gets `settings` first, and flags for the settings named."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def command(*args: Any, **kwargs: Any) -> Any:
            flags = {name: kwargs.pop(name) for name in names}
            try:
                return function(load(flags), *args, **kwargs)
            except StewardError as error:
                output.fail(str(error), _exit_code(error))
            except OperationalError as error:
                output.fail(f"The database does not answer: {str(error.orig).splitlines()[0]}", output.REFUSED)

        decorated: Callable[..., Any] = command
        for name in reversed(names):
            decorated = _flag(name)(decorated)
        return decorated

    return decorate


def _flag(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    described = Settings.__dataclass_fields__[name].metadata["help"]
    kind = int if name == "port" else str
    return click.option(FLAGS[name], name, type=kind, help=f"{described} (STEWARD_{name.upper()})")


def _exit_code(error: StewardError) -> int:
    if isinstance(error, NotFound):
        return output.NOT_FOUND
    if isinstance(error, Forbidden):
        return output.FORBIDDEN
    return output.CONFLICT if isinstance(error, Conflict) else output.REFUSED

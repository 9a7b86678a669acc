"""What every command that speaks to a server shares: who speaks, to whom, and what an error becomes."""

import json
import re
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from steward.cli import output
from steward.cli.server import Answered, NotLoggedIn, Server, Unreachable, Unreadable

NAME = re.compile(r"[A-Za-z0-9_@+-][A-Za-z0-9_.@+-]*")
"""What may stand in an address as it is: ids, and keys of groups."""

IDS = click.option("--ids", "only_ids", is_flag=True, help="Only the ids, one a line.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")


CODE = click.option("--code", help="A code of your second factor, where one is on; else you are asked for it.")
T = TypeVar("T")


def proved(send: Callable[[str | None], T], code: str | None) -> T:
    """
    What `send` answers to a code.

    Without one it is asked for as soon as the server wants one.

    Raises:
        Answered: the server said no for another reason.
    """
    try:
        return send(code)
    except Answered as answer:
        if code or answer.problem.get("code") != "code-needed":
            raise
    return send(click.prompt("Code of your second factor"))


def asks(function: Callable[..., Any]) -> Callable[..., Any]:
    """A command over HTTP: it gets `server` first, knows `--json`, and ends with a documented exit code."""

    @click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for scripts.")
    @click.pass_context
    @wraps(function)
    def command(context: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        server: Server = context.obj
        server.as_json = as_json = kwargs.pop("as_json")
        try:
            result = function(server, *args, **kwargs)
            if kwargs.get("dry_run") and not as_json:
                click.echo("Nothing was changed: this was a dry run.")
            return result
        except Answered as answer:
            if as_json:
                click.echo(json.dumps(answer.problem, indent=2, ensure_ascii=False))
            output.fail(str(answer), output.BY_STATUS.get(answer.status, output.REFUSED), more=_details(answer.problem))
        except Unreachable as error:
            output.fail(str(error), output.UNREACHABLE)
        except Unreadable as error:
            output.fail(str(error), output.REFUSED)
        except NotLoggedIn as error:
            output.fail(str(error), output.FORBIDDEN)

    return command


def name_of_one(_context: click.Context, _parameter: click.Parameter, text: str | None) -> str | None:
    """The id of one thing, which becomes part of an address."""
    if text is not None and not NAME.fullmatch(text):
        raise click.BadParameter(f"{text!r} is no id.")
    return text


def one(metavar: str, **more: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An argument that names one thing by its id."""
    return click.argument(metavar, callback=name_of_one, **more)


def _details(problem: dict[str, Any]) -> list[str]:
    """One line for each field or file that a problem document complains about."""
    lines: list[str] = []
    errors: dict[str, Any] = problem.get("errors") or {}
    for place, said in errors.items():
        lines += [f"{place}: {one}" for one in (said if isinstance(said, list) else [said])]
    for one in problem.get("problems") or []:
        where = ":".join(str(one[key]) for key in ("file", "line", "column") if one.get(key))
        who = f" {one['name'] or one['element']} ({one['element']})" if one.get("element") else ""
        lines.append(f"{where}:{who} {one['message']} {one['remedy']} [{one['code']}]")
    return lines


def values(pairs: tuple[str, ...], file: str | None) -> dict[str, Any]:
    """
    Answers or variables from `NAME=VALUE` pairs on top of a JSON file (`-`: standard input).

    A value that is JSON is taken as such; everything else is text.
    """
    given: dict[str, Any] = {}
    if file:
        given = _from_file(file)
    for pair in pairs:
        name, sign, text = pair.partition("=")
        if not sign:
            raise click.UsageError(f"{pair!r} is not NAME=VALUE.")
        given[name] = _value(text)
    return given


def _from_file(file: str) -> dict[str, Any]:
    try:
        held: Any = json.loads(sys.stdin.read() if file == "-" else Path(file).read_text())
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise click.UsageError(f"{file} does not hold JSON: {error}.") from error
    if not isinstance(held, dict):
        raise click.UsageError(f"{file} does not hold a JSON object.")
    return held


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text

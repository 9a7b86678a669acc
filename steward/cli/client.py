"""What every command that speaks to a server shares: who speaks, to whom, and what an error becomes."""

import json
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from steward.cli import output
from steward.cli.server import Answered, NotLoggedIn, Server, Unreachable

DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")


def asks(function: Callable[..., Any]) -> Callable[..., Any]:
    """A command over HTTP: it gets `server` first, knows `--json`, and ends with a documented exit code."""

    @click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for scripts.")
    @click.pass_context
    @wraps(function)
    def command(context: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        server: Server = context.obj
        server.as_json = as_json = kwargs.pop("as_json")
        try:
            return function(server, *args, **kwargs)
        except Answered as answer:
            if as_json:
                click.echo(json.dumps(answer.problem, indent=2, ensure_ascii=False))
            output.fail(str(answer), output.BY_STATUS.get(answer.status, output.REFUSED), more=_details(answer.problem))
        except Unreachable as error:
            output.fail(str(error), output.UNREACHABLE)
        except NotLoggedIn as error:
            output.fail(str(error), output.FORBIDDEN)

    return command


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
    held: Any = {}
    if file:
        text = sys.stdin.read() if file == "-" else Path(file).read_text()
        try:
            held = json.loads(text)
            given = dict(held)
        except (ValueError, TypeError) as error:
            raise click.UsageError(f"{file} does not hold a JSON object: {error}") from error
    for pair in pairs:
        name, sign, text = pair.partition("=")
        if not sign:
            raise click.UsageError(f"{pair!r} is not NAME=VALUE.")
        given[name] = _value(text)
    return given


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text

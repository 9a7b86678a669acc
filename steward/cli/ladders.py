"""Commands about ladders: what a task climbs, who has seen to it, and what the organisation's ladders say."""

import tomllib
from pathlib import Path
from typing import Any

import click

from steward.cli.client import DRY_RUN, asks, one
from steward.cli.output import cell, echo, table
from steward.cli.server import Server


@click.command()
@one("task_id")
@DRY_RUN
@asks
def acknowledge(server: Server, task_id: str, dry_run: bool) -> None:
    """Say that you see to a task: nobody else is told of it for now."""
    done = server.change("POST", f"/tasks/{task_id}/acknowledge", {}, dry_run=dry_run)
    echo(done, [f"{done['name']}: its ladder stands still."], as_json=server.as_json)


@click.command()
@one("task_id")
@asks
def ladder(server: Server, task_id: str) -> None:
    """Show whom a task has reached, what came of it, and whom it reaches next."""
    found = server.get(f"/tasks/{task_id}/ladder")
    echo(found, _plan(found), as_json=server.as_json)


def _plan(found: dict[str, Any]) -> list[str]:
    if found["ladder"] is None:
        return ["This task climbs no ladder."]
    lines = [f"{found['name']} ({found['ladder']}, version {found['version']}): {found['standing']}"]
    if found["acknowledged_at"]:
        lines.append(f"acknowledged by {found['acknowledged_by']} at {cell(found['acknowledged_at'])}")
    columns = {"ROUND": "episode", "RUNG": "rung", "WHEN": "when", "WHAT": "outcome", "WHO": "told", "RESULT": "result"}
    return [*lines, *table([_line(one) for one in found["lines"]], columns, empty="No rung has a moment.")]


def _line(one: dict[str, Any]) -> dict[str, Any]:
    sent = [_message(each) for each in one["deliveries"]]
    acted = [f"{each['by']} {each['verb']}" for each in one["acted"]]
    said = [*([one["because"]] if one["because"] else []), *sent, *acted]
    return one | {"when": one["at"] or one["planned_at"], "result": "; ".join(said) or None}


def _message(one: dict[str, Any]) -> str:
    at = f" {cell(one['sent_at'])}" if one["sent_at"] else ""
    return f"{one['person']} {one['channel']} {one['status']}{at}"


@click.group()
def ladders() -> None:
    """Look up the organisation's ladders, and change them."""


@ladders.command("list")
@asks
def list_ladders(server: Server) -> None:
    """List the ladders in force."""
    found = server.get("/ladders")["items"]
    columns = {"KEY": "key", "NAME": "name", "VERSION": "number", "SEVERE": "severe", "SINCE": "since", "BY": "by"}
    echo(found, table(found, columns, empty="There are no ladders."), as_json=server.as_json)


@ladders.command("show")
@one("key")
@asks
def show_ladder(server: Server, key: str) -> None:
    """Show the rungs of a ladder."""
    found = server.get(f"/ladders/{key}")
    columns = {"RUNG": "number", "WHEN": "when", "ONLY": "only", "WHOM": "whom", "URGENCY": "urgency", "WORDS": "words"}
    kind = "severe" if found["severe"] else "mild"
    lines = [f"{found['name']} ({key}), version {found['number']}, {kind}"]
    lines += [f"an acknowledgement grows stale after {found['stale']}"] if found["stale"] else []
    echo(found, [*lines, *table(found["rungs"], columns, empty="It has no rungs.")], as_json=server.as_json)


@ladders.command("history")
@one("key")
@asks
def ladder_history(server: Server, key: str) -> None:
    """List the versions of a ladder, the newest first."""
    found = server.get(f"/ladders/{key}/history")["items"]
    columns = {"VERSION": "number", "SINCE": "since", "BY": "by", "NAME": "name", "DIGEST": "digest"}
    echo(found, table(found, columns, empty="There is no version."), as_json=server.as_json)


@ladders.command("set")
@one("key")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@DRY_RUN
@asks
def set_ladder(server: Server, key: str, file: Path, dry_run: bool) -> None:
    """Make the ladder KEY, or a new version of it, from FILE: TOML as in config/ladders.toml, below [KEY]."""
    try:
        content = tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file} is not well-formed TOML: {error}") from error
    if key not in content:
        raise click.UsageError(f"{file} holds no ladder [{key}].")
    made = server.change("PUT", f"/ladders/{key}", content[key], dry_run=dry_run)
    echo(made, [f"{made['name']} ({key}) is at version {made['number']}."], as_json=server.as_json)

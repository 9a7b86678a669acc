"""Commands about what people without an account tell: the ways in, and answers to whoever reported."""

import tomllib
from pathlib import Path

import click

from steward.cli.client import DRY_RUN, asks, one
from steward.cli.output import echo, table
from steward.cli.server import Server


@click.group()
def way() -> None:
    """Look up what people without an account may tell, and change it."""


@way.command("list")
@asks
def list_ways(server: Server) -> None:
    """List the public ways in that are in force."""
    found = server.get("/public-ways")["items"]
    columns = {"KEY": "key", "NAME": "name", "PROCESS": "process", "START": "start", "ACTIVE": "active"}
    echo(found, table(found, columns | {"VERSION": "number"}, empty="There are none."), as_json=server.as_json)


@way.command("history")
@one("key")
@asks
def way_history(server: Server, key: str) -> None:
    """List the versions of a public way in, the newest first."""
    found = server.get(f"/public-ways/{key}/history")["items"]
    columns = {"VERSION": "number", "SINCE": "since", "BY": "by", "ACTIVE": "active", "DIGEST": "digest"}
    echo(found, table(found, columns, empty="There is no version."), as_json=server.as_json)


@way.command("set")
@one("key")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@DRY_RUN
@asks
def set_way(server: Server, key: str, file: Path, dry_run: bool) -> None:
    """Make the way in KEY, or a new version of it, from FILE: TOML as in config/public.toml, below [KEY]."""
    try:
        content = tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file} is not well-formed TOML: {error}") from error
    if key not in content:
        raise click.UsageError(f"{file} holds no way in [{key}].")
    made = server.change("PUT", f"/public-ways/{key}", content[key], dry_run=dry_run)
    echo(made, [f"{made['name']} ({key}) is at version {made['number']}."], as_json=server.as_json)


@click.command()
@one("instance_id")
@click.argument("text")
@DRY_RUN
@asks
def reply(server: Server, instance_id: str, text: str, dry_run: bool) -> None:
    """Answer whoever reported a case without an account; he reads it with his code."""
    made = server.change("POST", f"/instances/{instance_id}/letters", {"text": text}, dry_run=dry_run)
    echo(made, [f"Answer {made['letters'][-1]['number']} is there to be read."], as_json=server.as_json)


@click.command()
@one("instance_id")
@asks
def letters(server: Server, instance_id: str) -> None:
    """Show what was answered to whoever reported a case, and the files that came with it."""
    found = server.get(f"/instances/{instance_id}/letters")
    lines = table(found["letters"], {"NO": "number", "AT": "at", "BY": "by", "TEXT": "text"}, empty="No answer yet.")
    lines += table(found["files"], {"FILE": "name", "SIZE": "size", "ID": "id"}, empty="No file came with it.")
    echo(found, lines if found["waits"] else ["Nobody waits for an answer."], as_json=server.as_json)

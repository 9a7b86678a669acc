"""Commands about chat channels: by which chats people are told."""

import tomllib
from pathlib import Path

import click

from steward.cli.client import DRY_RUN, asks, one
from steward.cli.output import echo, table
from steward.cli.server import Server

COLUMNS = {"KEY": "key", "NAME": "name", "KIND": "kind", "ACTIVE": "active", "FOR": "for", "THEN": "fallback"}
COLUMNS |= {"ADDRESS": "has_address", "VERSION": "number"}


@click.group()
def channel() -> None:
    """Look up by which chats people are told, and change it."""


@channel.command("list")
@asks
def list_channels(server: Server) -> None:
    """List the channels in force."""
    found = server.get("/channels")["items"]
    echo(
        found,
        table(found, COLUMNS, empty="There are no chat channels; people are told by mail."),
        as_json=server.as_json,
    )


@channel.command("show")
@one("key")
@asks
def show_channel(server: Server, key: str) -> None:
    """Show what a channel is, and whom it is for."""
    found = server.get(f"/channels/{key}")
    state = "active" if found["active"] else "not active"
    lines = [f"{found['name']} ({key}), version {found['number']}, {found['kind']}, {state}"]
    lines += [f"For {', '.join(found['for']) or 'everybody'}; then {found['fallback'] or 'nothing'}."]
    lines += ["It has an address." if found["has_address"] else f"It leads nowhere: `steward channel address {key}`."]
    echo(found, lines, as_json=server.as_json)


@channel.command("history")
@one("key")
@asks
def channel_history(server: Server, key: str) -> None:
    """List the versions of a channel, the newest first."""
    found = server.get(f"/channels/{key}/history")["items"]
    columns = {"VERSION": "number", "SINCE": "since", "BY": "by", "ACTIVE": "active", "DIGEST": "digest"}
    echo(found, table(found, columns, empty="There is no version."), as_json=server.as_json)


@channel.command("set")
@one("key")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@DRY_RUN
@asks
def set_channel(server: Server, key: str, file: Path, dry_run: bool) -> None:
    """Make the channel KEY, or a new version of it, from FILE: TOML as in config/channels.toml, below [KEY]."""
    try:
        content = tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file} is not well-formed TOML: {error}") from error
    if key not in content:
        raise click.UsageError(f"{file} holds no channel [{key}].")
    made = server.change("PUT", f"/channels/{key}", content[key], dry_run=dry_run)
    echo(made, [f"{made['name']} ({key}) is at version {made['number']}."], as_json=server.as_json)


@channel.command("address")
@one("key")
@click.option("--address", help="Else you are asked for it, and no shell remembers it.")
@DRY_RUN
@asks
def channel_address(server: Server, key: str, address: str | None, dry_run: bool) -> None:
    """Say where a channel leads: the URL that the chat gave. It is a secret, and never shown again."""
    address = address or click.prompt("Address", hide_input=True)
    made = server.change("PUT", f"/channels/{key}/address", {"address": address}, dry_run=dry_run)
    echo(made, [f"{made['name']} ({key}) has an address."], as_json=server.as_json)


@channel.command("end")
@one("key")
@DRY_RUN
@asks
def end_channel(server: Server, key: str, dry_run: bool) -> None:
    """Let nothing go to a channel any more, and make its address void. Its versions stay."""
    made = server.change("DELETE", f"/channels/{key}", None, dry_run=dry_run)
    echo(made, [f"{made['name']} ({key}) has ended."], as_json=server.as_json)

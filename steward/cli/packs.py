"""Commands about packs: what was picked, in one file, and whether it is as it was packed."""

from pathlib import Path
from urllib.parse import urlencode
from zipfile import BadZipFile

import click

from steward.cli.client import asks
from steward.cli.output import REFUSED, echo, fail
from steward.cli.server import Server
from web import packing


@click.group()
def pack() -> None:
    """Pack picked records in one file, without anything confidential."""


@pack.command("make")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--case", "cases", multiple=True, help="Id of a case; as often as needed.")
@click.option("--row", "rows", multiple=True, help="A row of a register, as REGISTER:ROW; as often as needed.")
@click.option("--since", help="With --until: the figures of this period belong to it (ISO 8601, with a zone).")
@click.option("--until", help="See --since.")
@asks
def make_pack(
    server: Server, file: Path, cases: tuple[str, ...], rows: tuple[str, ...], since: str | None, until: str | None
) -> None:
    """Write a pack with these cases and rows to FILE."""
    asked = {"cases": ",".join(cases), "rows": ",".join(rows), "since": since, "until": until}
    data = server.raw(f"/pack?{urlencode({name: value for name, value in asked.items() if value})}")
    file.write_bytes(data)
    echo({"file": str(file), "bytes": len(data)}, [f"{file}: {len(data)} bytes"], as_json=server.as_json)


@pack.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_pack(file: Path) -> None:
    """Say whether every file of a pack is as its manifest says; needs no server."""
    try:
        found = packing.faults(file.read_bytes())
    except (BadZipFile, KeyError, ValueError) as error:
        fail(f"{file} is no pack: {error}", REFUSED)
        return
    if found:
        fail(f"{file} is not as it was packed.", REFUSED, more=found)
    click.echo(f"{file} is as it was packed.")

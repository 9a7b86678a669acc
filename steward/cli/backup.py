"""Commands that carry a working folder away and bring it back."""

from pathlib import Path

import click

from steward import archive
from steward.cli import output
from steward.cli.operator import on_the_spot
from steward.cli.proof import AS_JSON
from steward.settings import Settings


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@on_the_spot("home", "database_url")
@AS_JSON
def backup(settings: Settings, target: Path, as_json: bool) -> None:
    """
    Write database, evidence and keys of the working folder to the new file TARGET (.tar.gz).

    Works while Steward serves: the database is copied as it is at one moment, the
    evidence afterwards, so every record finds its file. Keep the file where the key may lie.
    """
    made = archive.write(settings, target)
    output.echo(made, [f"{target} holds {made['rows']} rows and {made['files']} files."], as_json=as_json)


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@on_the_spot("home", "database_url")
@click.option("--dry-run", is_flag=True, help="Only say what the backup holds, and whether this version knows it.")
@AS_JSON
def restore(settings: Settings, source: Path, dry_run: bool, as_json: bool) -> None:
    """Bring a backup back into an empty working folder or an empty database. Overwrites nothing."""
    if dry_run:
        held = archive.look(source)
        lines = [f"{source} holds {held['rows']} rows and {held['files']} files. Nothing was changed."]
        output.echo(held, lines, as_json=as_json)
        return
    made = archive.read(settings, source)
    lines = [f"{made['rows']} rows and {made['files']} files are back. Check them with `steward verify`."]
    output.echo(made, lines, as_json=as_json)

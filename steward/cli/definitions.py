"""Commands of the admin: deploy, release, look at what is in force."""

from base64 import b64decode
from pathlib import Path
from typing import Any

import click

from steward.cli.client import DRY_RUN, asks, one, values
from steward.cli.output import echo, table
from steward.cli.server import Files, Server

SUFFIXES = (".bpmn", ".dmn", ".form", ".typ")


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--name", help="What the deployment is called; default: the name of the folder or first file.")
@click.option("--source", default="steward deploy", help="Where it comes from.", show_default=True)
@DRY_RUN
@asks
def deploy(server: Server, paths: tuple[Path, ...], name: str | None, source: str, dry_run: bool) -> None:
    """Deploy every diagram, table and form in PATHS (files or folders) as one deployment, all or nothing."""
    fields = {"name": name or paths[0].resolve().stem, "source": source, "dry_run": str(dry_run).lower()}
    made = server.upload("/deployments", fields, _files(paths))
    echo(made, _deployed(made, dry_run), as_json=server.as_json)


def _files(paths: tuple[Path, ...]) -> Files:
    found = [inner for path in paths for inner in ([path] if path.is_file() else sorted(path.iterdir()))]
    wanted = [path for path in found if path.is_file() and (path in paths or path.suffix in SUFFIXES)]
    if not wanted:
        raise click.UsageError(f"There is no {', '.join(SUFFIXES)} file there.")
    return [("files", (path.name, path.read_bytes())) for path in wanted]


def _deployed(made: dict[str, Any], dry_run: bool) -> list[str]:
    warnings = [
        f"warning: {one['file']}:{one['line'] or 1} {one['element'] or ''} {one['message']} {one['remedy']}"
        for one in made["warnings"]
    ]
    new = [f"{one['key']} version {one['version']}: {one['status']}" for one in made["definitions"]]
    if not new:
        return [*warnings, "Nothing has changed."]
    if dry_run:
        return [*warnings, *new]
    after = [f"Deployment {made['id']} is {made['status']}."]
    if made["status"] != "released":
        after.append(f"A second person puts it in force: steward release {made['id']} --owner PERSON")
    return [*warnings, *new, *after]


@click.command()
@one("deployment_id")
@click.option("--owner", required=True, help="Who answers for it from now on.")
@click.option("--bind", multiple=True, metavar="ROLE=WHO", help="Such as lane:Lane_QM=group:quality_manager.")
@DRY_RUN
@asks
def release(server: Server, deployment_id: str, owner: str, bind: tuple[str, ...], dry_run: bool) -> None:
    """Put a deployment in force. Never by who deployed it."""
    body = {"owner": owner, "bindings": values(bind, None)}
    done = server.change("POST", f"/deployments/{deployment_id}/release", body, dry_run=dry_run)
    lines = [f"{one['key']} version {one['version']} is in force." for one in done["definitions"]]
    echo(done, lines or ["Released."], as_json=server.as_json)


@click.command()
@click.argument("key", required=False)
@click.option("--all", "every", is_flag=True, help="All versions, not only the newest.")
@asks
def definitions(server: Server, key: str | None, every: bool) -> None:
    """List definitions: which version of which process is in force, and who owns it."""
    latest = None if every else "true"
    found = server.get("/definitions", key=key, latest=latest, limit=200)["items"]
    columns = {"KEY": "key", "VERSION": "version", "STATUS": "status", "OWNER": "owner", "NAME": "name", "ID": "id"}
    columns |= {"DEPLOYMENT": "deployment_id"}
    echo(found, table(found, columns, empty="Nothing is deployed."), as_json=server.as_json)


@click.command()
@one("key")
@asks
def decision(server: Server, key: str) -> None:
    """Print a decision table row by row, as it answers now: the clocks of a severity, for example."""
    found = server.get(f"/decisions/{key}")
    columns = {"ROW": "row"} | {label.upper(): str(place) for place, label in enumerate(_labels(found))}
    rows = [{"row": line["number"]} | _numbered([*line["asks"], *line["answers"]]) for line in found["rows"]]
    lines = [f"{found['name']} ({key}), version {found['version']}, {(found['policy'] or 'no table').lower()}"]
    echo(found, [*lines, *table(rows, columns, empty="It has no rows.")], as_json=server.as_json)


def _labels(found: dict[str, Any]) -> list[str]:
    return [f"{label}?" for label in found["asks"]] + list(found["answers"])


def _numbered(cells: list[str]) -> dict[str, str]:
    return {str(place): cell for place, cell in enumerate(cells)}


@click.command()
@click.argument("process")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the modeler; default: one that is called like the process.",
)
@click.option("--force", is_flag=True, help="Write over files that are there and differ.")
@asks
def kit(server: Server, process: str, folder: Path | None, force: bool) -> None:
    """Pack the diagram, tables and forms of PROCESS, with element templates, into a folder for the modeler."""
    place = folder or Path(process)
    files = {place / one["name"]: b64decode(one["data"]) for one in server.get(f"/kits/{process}")["files"]}
    there = [path for path, data in files.items() if path.exists() and path.read_bytes() != data]
    if there and not force:
        raise click.UsageError(f"{there[0]} is there already and differs. Choose another folder, or say --force.")
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    names = [str(path) for path in files]
    then = f"Open {names[0]} in Camunda Modeler, change it, and: steward deploy {place} --name {process}"
    echo({"files": names}, [*names, then], as_json=server.as_json)

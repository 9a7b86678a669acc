"""The command that plays stories."""

from pathlib import Path

import click

from engine.errors import Refused, StewardError
from steward.cli import output
from steward.cli.proof import AS_JSON
from steward.scenarios.player import Played, Tested, folders, play_folder


@click.command()
@click.argument("root", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--coverage", is_flag=True, help="Say what no story has passed, and fail below 100 %.")
@AS_JSON
def test(root: Path, coverage: bool, as_json: bool) -> None:
    """Play the scenarios of every process under ROOT, or of ROOT itself, on a database of their own."""
    tested: list[Tested] = []
    found = folders(root)
    if not found:
        raise click.UsageError(f"There are no scenarios under {root}.")
    for folder in found:
        try:
            for one in play_folder(folder):
                if isinstance(one, Tested):
                    tested.append(one)
                elif not as_json:
                    _tell(folder, one)
        except StewardError as error:
            output.fail(f"{folder.name}: {error}", output.REFUSED, more=_problems(error))
    output.echo(
        {"processes": {one.process: one.as_json() for one in tested}}, _summary(tested, coverage), as_json=as_json
    )
    incomplete = coverage and any(any(one.missed().values()) for one in tested)
    if incomplete or any(one.failed for one in tested):
        raise click.exceptions.Exit(output.REFUSED)


def _problems(error: StewardError) -> list[str]:
    found = error.problems.get("problems", []) if isinstance(error, Refused) else []
    plain = [one if isinstance(one, dict) else vars(one) for one in found]
    return [f"{one['file']}:{one['line'] or 1} {one['message']} {one['remedy']}" for one in plain]


def _tell(folder: Path, one: Played) -> None:
    click.echo(f"{'failed' if one.faults else 'passed'}  {folder.name}/{one.story}: {one.title}")
    for fault in one.faults:
        click.echo(f"        {fault}")


def _summary(tested: list[Tested], coverage: bool) -> list[str]:
    lines = []
    for one in tested:
        count = one.as_json()
        nodes, flows = (f"{count[kind][0]} of {count[kind][1]} {kind}" for kind in ("nodes", "flows"))
        lines.append(
            f"{one.process}: {count['scenarios']} scenarios, {count['failed']} failed; passed {nodes}, {flows}"
        )
        if coverage:
            lines += [f"  no story passes {', '.join(ids)}" for ids in one.missed().values() if ids]
    return lines

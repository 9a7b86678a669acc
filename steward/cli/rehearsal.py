"""The command that plays months in minutes."""

from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from engine.errors import Invalid
from steward.cli import output
from steward.cli.operator import on_the_spot
from steward.cli.proof import AS_JSON
from steward.rehearsal.course import Course
from steward.rehearsal.rules import read_rules
from steward.rehearsal.stage import deploy, staged, zone_of
from steward.settings import Settings

DAY = click.DateTime(formats=["%Y-%m-%d"])
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--from", "begins", type=DAY, required=True, help="The first day, such as 2027-01-01.")
@click.option("--to", "ends", type=DAY, required=True, help="The day after the last.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same deeds.")
@click.option("--rules", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="How people behave.")
@click.option("--like", type=FOLDER, help="A working folder whose organisation, cases and plans are copied.")
@click.option("--deploy", "drafts", type=FOLDER, multiple=True, help="A folder of drafts, in force from the first day.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the rehearsal's working folder here.")
@on_the_spot("config")
@AS_JSON
def simulate(
    settings: Settings,
    begins: datetime,
    ends: datetime,
    seed: int,
    rules: Path | None,
    like: Path | None,
    drafts: tuple[Path, ...],
    keep: Path | None,
    as_json: bool,
) -> None:
    """
    Rehearse: play the product from one day to another, with people who answer by chance.

    Everything happens in a folder of its own, on a clock that is set; no mail leaves. Every
    day each rule is asked for: every open task has a person, nothing due is left lying, no
    occurrence is missing or doubled, the record holds. Shows loads and lateness at the end.

    Exit code 1 when a rule did not hold.
    """
    if ends <= begins:
        raise Invalid(f"The last day must come after the first: {ends.date()} does not come after {begins.date()}.")
    zone = ZoneInfo(zone_of(settings))
    first, last = (datetime.combine(day.date(), time(), zone) for day in (begins, ends))
    with staged(settings, first, like=like, keep=keep) as program:
        for folder in drafts:
            deploy(program, folder)
        course = Course(program, read_rules(rules or settings.config_folder / "rehearsal.toml"), last, seed)
        tally = course.run()
    output.echo(tally.as_json(), tally.lines(), as_json=as_json)
    if tally.faults:
        raise click.exceptions.Exit(output.REFUSED)

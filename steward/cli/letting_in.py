"""The way back in where no administrator is left who could open it."""

import click

from engine.identity import people, recovery
from steward.cli.client import DRY_RUN
from steward.cli.operator import on_the_spot
from steward.clock import moment_in
from steward.opened import opened
from steward.settings import Settings


class _Undo(Exception):
    """Nothing of it is kept."""


@click.command()
@click.argument("person")
@on_the_spot("home", "database_url")
@click.option("--reason", required=True, help="Why, and how you know that it is this person; it stands in the trail.")
@click.password_option(envvar="STEWARD_NEW_PASSWORD", help="The new password; STEWARD_NEW_PASSWORD also works.")
@DRY_RUN
def let_in(settings: Settings, person: str, reason: str, password: str, dry_run: bool) -> None:
    """
    Give PERSON a new password and remove the second factor, on the machine itself.

    For when no administrator is left who could. Works while Steward serves; the trail says `operator:recovery`.
    """
    said = [f"{person} has a new password."]
    with opened(settings) as database:
        now = moment_in(database)
        try:
            with database.writing() as session:
                by = people.operator(session, "recovery", now=now)
                if recovery.let_in(session, person, password, reason=reason, by=by, now=now):
                    said.append("The second factor is removed.")
                if dry_run:
                    raise _Undo
        except _Undo:
            said.append("Nothing was changed: this was a dry run.")
    for line in said:
        click.echo(line)

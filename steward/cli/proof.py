"""Commands of the auditor: is the record whole, and does it lead where it says?"""

from pathlib import Path
from uuid import UUID

import click
from sqlalchemy import select

from engine import replay as replaying
from engine import verify as verifying
from engine.errors import NotFound
from engine.store.running import Instance
from steward.cli import output
from steward.cli.operator import on_the_spot
from steward.keys import newest, public_key
from steward.opened import opened
from steward.settings import Settings

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for scripts.")


@click.command()
@on_the_spot("home", "database_url")
@click.option(
    "--key", type=click.Path(path_type=Path), help="The public key to trust; default: seal.pub in the folder."
)
@AS_JSON
def verify(settings: Settings, key: Path | None, as_json: bool) -> None:
    """
    Recompute every chain, seal and record, and name the first that was altered.

    Finds what was changed, deleted, inserted or put in another order, a tail that was
    cut, and a chain that was rehashed whole. Exit code 1 when anything does not hold.
    """
    with opened(settings) as database, database.still() as session:
        trusted = public_key(key or settings.folder / "seal.pub")
        folder = settings.folder
        report = verifying.verify(session, trusted, evidence=folder / "evidence", newest=newest(folder))
    output.echo(report.as_json(), report.lines(), as_json=as_json)
    if not report.holds:
        raise click.exceptions.Exit(output.REFUSED)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("case", text) from None


@click.command()
@click.argument("instance_id", required=False)
@click.option("--all", "every", is_flag=True, help="Every case.")
@on_the_spot("home", "database_url")
@AS_JSON
def replay(settings: Settings, instance_id: str | None, every: bool, as_json: bool) -> None:
    """Compute the state of a case again from its recorded events, and compare it byte by byte."""
    if not instance_id and not every:
        raise click.UsageError("Name a case, or use --all.")
    with opened(settings) as database, database.still() as session:
        ids = [_id(instance_id)] if instance_id else list(session.scalars(select(Instance.id).order_by(Instance.id)))
        found = [replaying.replay(session, one) for one in ids]
    rows = [{"instance": str(one.instance_id), "events": one.events, "equal": one.equal} for one in found]
    differ = [row for row in rows if not row["equal"]]
    lines = [f"{row['instance']}: differs after {row['events']} events" for row in differ]
    lines.append(f"{len(rows) - len(differ)} of {len(rows)} cases come out equal, byte by byte.")
    output.echo(rows, lines, as_json=as_json)
    if differ:
        raise click.exceptions.Exit(output.REFUSED)

"""Commands of the operator: make a working folder, and serve it."""

import signal
import sys
from contextlib import ExitStack, nullcontext
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click
import waitress

from engine.errors import Conflict
from steward import demo as demonstration
from steward import founding
from steward.cli.operator import on_the_spot
from steward.cli.server import LOCAL
from steward.cli.working import SETTINGS, SIMULATED, moment, only_worker
from steward.logs import configure
from steward.program import Program, application, prepare, with_worker
from steward.settings import Settings


@click.command()
@on_the_spot(*SETTINGS)
@click.option("--admin", required=True, help="Id of the first administrator.")
@click.option("--name", required=True, help="The administrator's name.")
@click.option("--second", help="Id of a second person, who releases what the first deploys.")
@click.option("--second-name", help="The second person's name.")
@click.password_option(envvar="STEWARD_NEW_PASSWORD", help="The administrator's password.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def init(
    settings: Settings, admin: str, name: str, second: str | None, second_name: str | None, password: str, dry_run: bool
) -> None:
    """Make a working folder for a real organisation: database, keys, role groups and the first people."""
    first_people = [(admin, name)] + ([(second, second_name or second)] if second else [])
    done = founding.found(settings, first_people, password, dry_run=dry_run)
    for line in done:
        click.echo(line)


@click.command()
@on_the_spot(*SETTINGS, "host", "port")
@click.option("--demo", is_flag=True, help="With a made-up organisation and the shipped processes in force.")
@SIMULATED
@click.option("--no-worker", is_flag=True, help="Serve only; `steward worker` runs elsewhere.")
def run(settings: Settings, demo: bool, simulated: str | None, no_worker: bool) -> None:
    """Serve Steward, with a worker inside."""
    configure(settings.log_level)
    if demo:
        demonstration.refuse_elsewhere(settings)
    begins = moment(simulated)
    with ExitStack() as ending:
        if not no_worker:
            ending.enter_context(only_worker(settings) or nullcontext())
        program = prepare(settings, simulated_from=begins, working=not no_worker)
        ending.callback(program.close)
        founding.seed(program)
        people = demonstration.settle(program, say=click.echo) if demo else []
        working = None if no_worker else with_worker(program)
        server = _listening(application(program), settings)
        for line in _greeting(program, people):
            click.echo(line)
        if working:
            working.start()
            ending.callback(working.stop)
        _until_told(server)


def _greeting(program: Program, people: list[dict[str, Any]]) -> list[str]:
    settings = program.settings
    here = f"http://{settings.host}:{settings.port}"
    lines = [f"Steward serves {here} from {settings.folder.resolve()}"]
    lines += [f"Open {settings.address} in a browser and sign in."]
    if program.simulated:
        lines.append(f"The clock is simulated and stands at {program.clock().isoformat()}.")
    if not people:
        return [*lines, "Stop with Ctrl-C."]
    width = max(len(one["id"]) for one in people)
    lines += ["", "People who can log in (also in demo-people.json of the working folder):"]
    lines += [f"  {one['id']:{width}}  {one['password']}  {', '.join(one['groups']) or 'reporter'}" for one in people]
    first, steward = people[0], _command() if here == LOCAL else f"{_command()} --server {here}"
    lines += ["", "Commands to try, in another terminal:"]
    lines.append(f"  {steward} login {first['id']} --password {first['password']}")
    lines += [f"  {steward} {words}" for words in demonstration.first_commands(settings)]
    return [*lines, "", "Stop with Ctrl-C; nothing is lost."]


def _command() -> str:
    """This program, as it was called."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "steward" else "steward"


def _listening(app: Any, settings: Settings) -> Any:
    """
    A server that holds its port already.

    Raises:
        Conflict: somebody else listens there.
    """
    told = {"trusted_proxy": settings.trusted_proxy, "trusted_proxy_headers": "x-forwarded-for x-forwarded-proto"}
    try:
        return waitress.create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            ident="Steward",
            clear_untrusted_proxy_headers=True,
            **(told if settings.trusted_proxy else {}),
        )
    except OSError as error:
        raise Conflict(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. Choose another with --port."
        ) from error


def _until_told(server: Any) -> None:
    """Answer requests until SIGTERM or Ctrl-C."""

    def told(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, told)
    try:
        server.run()
        click.echo("Stopping.")
    finally:
        server.close()

"""
The command line.

Most commands speak HTTP with a person's token, like any other client, so
that rights, separation and the clock hold for them too. Those that open the
database themselves (`init`, `run`, `worker`, `verify`, `replay`, `backup`,
`restore`) are an operator's, and the trail says `operator:NAME`.
"""

import click

from steward import __version__
from steward.cli import cases, definitions, operations, people, work
from steward.cli.backup import backup, restore
from steward.cli.completion import completion
from steward.cli.lint import lint
from steward.cli.proof import replay, verify
from steward.cli.scenarios import test
from steward.cli.serve import init, run, worker
from steward.cli.server import LOCAL, Server


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="steward")
@click.option(
    "--server", "address", envvar="STEWARD_SERVER", default=LOCAL, show_default=True, help="Where Steward is."
)
@click.option(
    "--as", "person", envvar="STEWARD_PERSON", help="Who speaks, of those who logged in here; default: the last."
)
@click.option("--token", envvar="STEWARD_TOKEN", help="A token to use instead of a kept one.")
@click.pass_context
def main(context: click.Context, address: str, person: str | None, token: str | None) -> None:
    """
    A process engine for management systems.

    Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 not found,
    4 somebody was faster, 5 not allowed, 6 no server.
    """
    context.obj = Server(address.rstrip("/"), person, token)


COMMANDS = (
    people.login,
    people.token,
    people.person,
    people.group,
    definitions.deploy,
    definitions.release,
    definitions.definitions,
    cases.start,
    cases.instances,
    cases.show,
    cases.trail,
    cases.comment,
    cases.message,
    cases.correct,
    cases.case,
    work.tasks,
    work.claim,
    work.give_back,
    work.assign,
    work.complete,
    work.sign,
    work.attach,
    operations.stuck,
    operations.retry,
    operations.clock,
    init,
    run,
    worker,
    lint,
    test,
    verify,
    replay,
    backup,
    restore,
    completion,
)

for each in COMMANDS:
    main.add_command(each)

if __name__ == "__main__":
    main()

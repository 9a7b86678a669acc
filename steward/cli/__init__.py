"""
The command line.

Most commands speak HTTP with a person's token, like any other client, so
that rights, separation and the clock hold for them too. Those that open the
database themselves (`init`, `run`, `let-in`, `worker`, `drain`, `verify`, `replay`,
`backup`, `restore`) are an operator's, and the trail says `operator:NAME`.

A command's module is imported when the command is asked for: a client that
lists tasks need not load the engine.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module

import click

from steward import __version__
from steward.cli.server import LOCAL, Server

MODULES: Mapping[str, tuple[str, ...]] = {
    "people": ("login", "token", "person", "group"),
    "definitions": ("deploy", "release", "definitions", "decision", "kit"),
    "cases": ("start", "instances", "show", "trail", "comment", "message", "signal", "correct", "case"),
    "work": ("tasks", "claim", "give-back", "assign", "complete", "sign", "attach"),
    "cycles": ("cycle",),
    "mandates": ("mandate",),
    "absence": ("absence",),
    "oncall": ("oncall",),
    "ladders": ("acknowledge", "ladder", "ladders"),
    "operations": ("stuck", "retry", "clock", "seal"),
    "subscriptions": ("subscription",),
    "hooks": ("hook", "sample"),
    "public": ("way", "reply", "letters"),
    "serve": ("init", "run"),
    "letting_in": ("let-in",),
    "working": ("worker", "drain"),
    "lint": ("lint",),
    "scenarios": ("test",),
    "rehearsal": ("simulate",),
    "links": ("link",),
    "registers": ("register",),
    "channels": ("channel",),
    "documents": ("document",),
    "packs": ("pack",),
    "deliveries": ("deliveries", "notify"),
    "standards": ("standard",),
    "proof": ("verify", "replay"),
    "backup": ("backup", "restore"),
    "gate": ("gate",),
    "figures": ("figures",),
    "completion": ("completion",),
}


class Commands(MutableMapping[str, click.Command]):
    """Commands by name, each imported when it is first looked at."""

    def __init__(self) -> None:
        self._modules = {name: module for module, names in MODULES.items() for name in names}
        self._known: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        """The command called `name`; KeyError where there is none."""
        if name not in self._known:
            module = import_module(f"steward.cli.{self._modules[name]}")
            self._known[name] = getattr(module, name.replace("-", "_"))
        return self._known[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._known[name] = command

    def __delitem__(self, name: str) -> None:
        self._known.pop(name, None)
        del self._modules[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._modules, *self._known]))

    def __len__(self) -> int:
        return len(list(iter(self)))


class LazyGroup(click.Group):
    """A group whose commands wait to be imported."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.commands = Commands()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
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

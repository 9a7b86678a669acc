"""
Write the pages of the reference that follow from the program: commands and settings.

    python tools/reference.py          writes docs/reference/cli.md and settings.md
    python tools/reference.py --check  says which of them is out of date, and fails
"""

import sys
from dataclasses import fields
from pathlib import Path

import click

from steward.cli import main
from steward.cli.output import EXIT_CODES
from steward.settings import ROOT, Settings

REFERENCE = ROOT / "docs/reference"


def pages() -> dict[Path, str]:
    """Each page by its path."""
    return {REFERENCE / "cli.md": cli_page(), REFERENCE / "settings.md": settings_page()}


def cli_page() -> str:
    """Every command with its arguments and options."""
    context = click.Context(main, info_name="steward")
    lines = ["# Command line", "", _paragraphs(main.help), "", "## Options of all commands", ""]
    lines += [*_options(main, context), "", "## Exit codes", "", "| code | meaning |", "|---|---|"]
    lines += [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items()]
    lines += ["", "Commands that answer in tables answer in JSON with `--json`.", ""]
    for name in sorted(main.commands):
        lines += _command(main.commands[name], context, name)
    return "\n".join(lines).rstrip() + "\n"


def _command(command: click.Command, parent: click.Context, name: str) -> list[str]:
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    lines = [f"## `{context.command_path}`", "", f"    {usage}", "", _paragraphs(command.help), ""]
    lines += [*_options(command, context), ""]
    if isinstance(command, click.Group):
        for inner in sorted(command.commands):
            lines += _command(command.commands[inner], context, inner)
    return lines


def _options(command: click.Command, context: click.Context) -> list[str]:
    records = [one.get_help_record(context) for one in command.get_params(context)]
    shown = [record for record in records if record and not record[0].endswith("--help")]
    return ["| option | meaning |", "|---|---|", *(f"| `{what}` | {_cell(help_)} |" for what, help_ in shown)] * bool(
        shown
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _paragraphs(text: str | None) -> str:
    parts = (text or "").strip().split("\n\n")
    return "\n\n".join(" ".join(part.split()) for part in parts)


PRECEDENCE = (
    "Each can stand in `config/steward.toml`, in the environment, and, where a command shows it, be a flag. "
    "The flag wins over the environment, the environment over the file, the file over the default. "
    "Secrets never belong into `config/`."
)
BESIDE = (
    "The command line as a client reads `STEWARD_SERVER`, `STEWARD_PERSON`, `STEWARD_TOKEN`, `STEWARD_PASSWORD`, "
    "`STEWARD_NEW_PASSWORD` and `STEWARD_CREDENTIALS` (the file that keeps its tokens). Tests read "
    "`STEWARD_TEST_POSTGRES` (another PostgreSQL server, version 15 or newer), `STEWARD_TEST_CHROMIUM` (another "
    "browser) and `STEWARD_TEST_NOTHING_SKIPPED` (a part that is not to be had fails instead of being skipped)."
)


def settings_page() -> str:
    """Every setting with its default."""
    lines = [
        "# Settings",
        "",
        PRECEDENCE,
        "",
        "| setting | environment | default | meaning |",
        "|---|---|---|---|",
    ]
    for one in fields(Settings):
        default = str(one.default).replace(f"{ROOT}/", "") if one.default != "" else "(empty)"
        lines.append(f"| `{one.name}` | `STEWARD_{one.name.upper()}` | `{default}` | {one.metadata['help']} |")
    lines += ["", BESIDE]
    return "\n".join(lines) + "\n"


def outdated() -> list[Path]:
    """Pages that do not say what the program does."""
    return [path for path, text in pages().items() if not path.is_file() or path.read_text() != text]


if __name__ == "__main__":
    if "--check" in sys.argv:
        late = outdated()
        print("\n".join(f"{path} is out of date" for path in late) or "The reference is up to date.")
        sys.exit(bool(late))
    for path, text in pages().items():
        path.write_text(text)

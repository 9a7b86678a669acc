"""The command that checks files without a server."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import click

from engine.core.problem import Problem
from engine.core.profile import check
from steward.cli.output import OK, REFUSED, echo

SUFFIXES = (".bpmn", ".bpmn20.xml", ".dmn", ".dmn11.xml", ".form")


@click.command()
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for scripts.")
@click.pass_context
def lint(context: click.Context, paths: tuple[Path, ...], as_json: bool) -> None:
    """
    Check diagrams, tables and forms as a deployment would, without a server.

    Files are checked together: what one refers to is looked for in all. A
    folder stands for the files in it. Whether people and groups exist is
    checked only at deployment.

    Exit codes: 0 all could be deployed, 1 something would be refused.
    """
    files = {str(path): path.read_bytes() for path in _files(paths)}
    problems = check(files)
    refused = sum(problem.severity == "error" for problem in problems)
    document = {
        "files": len(files),
        "errors": refused,
        "warnings": len(problems) - refused,
        "problems": [asdict(problem) for problem in problems],
    }
    echo(document, report(problems, len(files)), as_json=as_json)
    context.exit(REFUSED if refused else OK)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.iterdir() if file.name.lower().endswith(SUFFIXES))
        else:
            yield path


def report(problems: Sequence[Problem], files: int) -> Iterator[str]:
    """Lines for a person: one paragraph a cause, each place with its file, line and column, then the count."""
    for (severity, code), group in groupby(problems, key=lambda problem: (problem.severity, problem.code)):
        found = list(group)
        yield f"{'Refused' if severity == 'error' else 'Warning'}: {code}" + (f" ({len(found)})" * (len(found) > 1))
        remedies = {problem.remedy for problem in found}
        for problem in found:
            yield f"  {place(problem)}  " + problem.message.replace("\n", "\n    ")
            if len(remedies) > 1:
                yield f"    {problem.remedy}"
        if len(remedies) == 1:
            yield f"  What to do: {remedies.pop()}"
        yield ""
    yield _count(problems, files)


def place(problem: Problem) -> str:
    """`plan.bpmn:12:5`, as editors understand it."""
    return ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part is not None)


def _count(problems: Sequence[Problem], files: int) -> str:
    refused = sum(problem.severity == "error" for problem in problems)
    checked = f"{files} file{'s' * (files != 1)} checked"
    if not problems:
        return f"{checked}: nothing to say."
    warned = len(problems) - refused
    return f"{checked}: {refused} refused, {warned} warning{'s' * (warned != 1)}."

"""The check of everything that is to be deployed together."""

from collections.abc import Iterator, Mapping

from engine.core.model.read import models_of
from engine.core.problem import Problem
from engine.core.profile import (
    code,
    events,
    extras,
    gateways,
    graph,
    joins,
    paths,
    people,
    references,
    texts,
    variables,
    whole,
    work,
)
from engine.core.profile.known import Known
from engine.core.profile.references import Around
from engine.core.profile.resources import CASES, DIAGRAMS, cases, provided_by, twice
from engine.core.profile.sheet import Sheet
from engine.core.safe_xml import UnsafeXml, read


def check(files: Mapping[str, bytes], known: Known | None = None) -> tuple[Problem, ...]:
    """
    Every problem of every file: those that refuse the deployment first, then by cause, file and place.

    Never raises, whatever the files hold. Files that are no diagram, table or
    form are accepted as they are.

    Args:
        files: bytes by file name; the suffix says what a file is.
        known: what exists where they are to be deployed; None where nothing of it can be seen.
    """
    problems: list[Problem] = []
    sheets = list(_sheets(files, problems))
    known = known or Known()
    provided = provided_by(files, known)
    problems += provided.problems
    processes: dict[str, list[str]] = {}
    for sheet in sheets:
        for process in sheet.processes:
            processes.setdefault(process.get("id") or "", []).append(sheet.file)
    problems += _across(processes, provided.decisions, provided.forms)
    awaited = joins.awaited_by_process(sheets)
    around = Around(len(files), len(sheets), processes, provided, known)
    for sheet in sheets:
        _check_sheet(sheet, around)
        joins.check_joins(sheet, awaited)
        problems += sheet.problems
    problems += [cases(file) for file in files if file.lower().endswith(CASES)]
    return tuple(sorted(dict.fromkeys(problems), key=_order))


def _sheets(files: Mapping[str, bytes], problems: list[Problem]) -> Iterator[Sheet]:
    for file, data in files.items():
        if not file.lower().endswith(DIAGRAMS):
            continue
        try:
            sheet = Sheet(read(data, file))
        except UnsafeXml as error:
            problems.append(error.problem)
            continue
        if whole.is_diagram(sheet):
            yield sheet
        else:
            problems += sheet.problems


def _across(*provided: Mapping[str, list[str]]) -> Iterator[Problem]:
    """Ids that two files use; within one diagram the check of its ids tells of it."""
    for kind, found in zip(("process", "decision", "form"), provided, strict=True):
        yield from twice(kind, {key: files for key, files in found.items() if key and len(set(files)) > 1})


def _check_sheet(sheet: Sheet, around: Around) -> None:
    whole.check_processes(sheet)
    whole.check_ids(sheet)
    whole.check_elements(sheet)
    whole.check_lanes(sheet)
    whole.check_drawing(sheet)
    graph.check_flows(sheet)
    graph.check_starts(sheet)
    paths.check_paths(sheet)
    events.check_events(sheet)
    events.check_links(sheet)
    events.check_same_message(sheet)
    gateways.check_gateways(sheet)
    work.check_work(sheet)
    code.check_code(sheet)
    extras.check_extensions(sheet)
    people.check_clocks(sheet)
    people.check_people(sheet, models_of(sheet.document, sheet.refuse), around.known)
    references.check_references(sheet, around)
    compiled = list(texts.check_texts(sheet))
    for text, _ in compiled:
        people.check_tasks_in_expressions(sheet, text)
    variables.check_names(sheet, compiled, around)
    variables.check_parallel_writers(sheet, around)


def _order(problem: Problem) -> tuple[bool, str, str, int, int, str]:
    return (
        problem.severity != "error",
        problem.code,
        problem.file,
        problem.line or 0,
        problem.column or 0,
        problem.message,
    )

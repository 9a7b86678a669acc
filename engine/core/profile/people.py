"""Who is named: people and groups that exist, tasks that somebody has, rules that name tasks."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from engine.core.model import grammar
from engine.core.model.names import child, properties, said
from engine.core.model.read import flow_nodes
from engine.core.profile.known import Known
from engine.core.profile.sheet import Sheet, called
from engine.core.profile.texts import Text
from engine.core.safe_xml import Element
from engine.core.vocabulary import Model, Rules

_TASK_OF = re.compile(r"\b(done_at|actor)\(\s*([A-Za-z_][\w.-]*)\s*\)")


def check_people(sheet: Sheet, models: Iterable[Model], known: Known) -> None:
    """What the rules of each task name exists."""
    for process, model in zip(sheet.processes, models, strict=True):
        _check_names(sheet, process, model.starter_users, model.starter_groups, known)
        _check_pauses(sheet, process, model)
        _check_circle(sheet, process, model.rules, model.rules, known)
        for node in model.nodes.values():
            element = sheet.by_id[node.id]
            people = filter(None, (node.rules.assignee, *node.rules.candidate_users))
            _check_names(sheet, element, people, node.rules.candidate_groups, known)
            _check_separations(sheet, element, model)
            _check_ladder(sheet, element, known)
            _check_circle(sheet, element, node.rules, model.rules, known)
            if node.kind == "userTask" and not _names_somebody(node.rules, node.lane):
                sheet.warn(
                    element,
                    "nobody-named",
                    f"The task {called(element)} names nobody and lies in no lane.",
                    "Name an assignee, candidate users or groups; else whoever releases must say who it is for.",
                )


def _check_ladder(sheet: Sheet, element: Element, known: Known) -> None:
    for name, value, entry in properties(element):
        key = value.strip()
        if name != "escalation" or known.ladders is None or key in known.ladders | {"ordinary", "none", ""}:
            continue
        there = ", ".join(sorted(known.ladders | {"ordinary", "none"}))
        sheet.refuse(
            entry,
            "unknown-ladder",
            f"{called(element)} is to climb the ladder {key!r}, which nobody knows.",
            f"{_perhaps(key, known.ladders)}Write one of {there}, or add the ladder first.",
        )


def _check_circle(sheet: Sheet, element: Element, rules: Rules, around: Rules, known: Known) -> None:
    """Who handles a confidential case is a group that exists, and is said where somebody is shut out."""
    if rules.handlers:
        _check_names(sheet, element, (), (rules.handlers,), known)
    if rules.handlers and not (rules.confidential or around.confidential):
        sheet.refuse(
            element,
            "handlers-not-confidential",
            f"{called(element)} names who handles its cases, and they are not confidential.",
            "Add the property confidential = true, or remove the property handlers.",
        )
    if rules.shut_out and not (rules.handlers or around.handlers):
        sheet.refuse(
            element,
            "shut-out-without-handlers",
            f"{called(element)} shuts people out of its cases and names no group that handles them.",
            "Add the property handlers with the group that does, so that somebody is always left.",
        )


def _names_somebody(rules: object, lane: str | None) -> bool:
    return bool(lane or any(getattr(rules, name) for name in ("assignee", "candidate_users", "candidate_groups")))


def _check_names(sheet: Sheet, element: Element, people: Iterable[str], groups: Iterable[str], known: Known) -> None:
    for kind, names, all_of_them in (("person", people, known.people), ("group", groups, known.groups)):
        for name in names:
            if all_of_them is not None and _is_literal(name) and name not in all_of_them:
                sheet.refuse(
                    element,
                    f"unknown-{kind}",
                    f"{called(element)} names the {kind} {name!r}, which nobody knows.",
                    f"{_perhaps(name, all_of_them)}Correct the name, or add the {kind} first.",
                )


def _perhaps(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, sorted(known), 1, 0.7)
    return f"Did you mean {near[0]!r}? " if near else ""


def _is_literal(text: str) -> bool:
    return "${" not in text and "#{" not in text and not text.lstrip().startswith("=")


def _check_separations(sheet: Sheet, element: Element, model: Model) -> None:
    for name, value, entry in properties(element):
        if name != "separate_from":
            continue
        for rule in _readable(value):
            kind, _, key = rule.rpartition(":")
            if kind == "person" or rule == "self":
                continue
            node = model.nodes.get(key)
            if node is None or (kind == "called" and node.kind != "callActivity"):
                what = "call activity" if kind == "called" else "task"
                sheet.refuse(
                    entry,
                    "separation-unknown-task",
                    f"{called(element)} is to be separate from {rule!r}, but there is no {what} {key!r}.",
                    f"Write the id of a {what} of this process.",
                )


def _readable(value: str) -> tuple[str, ...]:
    try:
        return grammar.separations(value)
    except grammar.GrammarError:
        return ()


def _check_pauses(sheet: Sheet, process: Element, model: Model) -> None:
    for name, value, entry in properties(process):
        for key in _paused(name, value):
            if key not in model.nodes:
                sheet.refuse(
                    entry,
                    "rule-unknown-task",
                    f"The property {name} of {called(process)} names {key!r}, which is not a step of the process.",
                    "Write the id of a task of this process.",
                )


def _paused(name: str, value: str) -> Iterator[str]:
    try:
        if name == "pause_clock":
            yield from grammar.names(value)
        for line in value.splitlines() if name == "limit" else ():
            yield from grammar.limit(line).pause
    except grammar.GrammarError:
        return


def check_tasks_in_expressions(sheet: Sheet, text: Text) -> None:
    """`done_at(T_x)` and `actor(T_x)` name steps that exist."""
    for function, key in _TASK_OF.findall(text.text):
        if key not in sheet.by_id:
            sheet.refuse(
                text.element,
                "rule-unknown-task",
                f"{function}({key}) asks about {key!r}, which is not a step of the process.",
                "Write the id of a step of this process.",
            )


def names_a_clock(element: Element) -> bool:
    """Whether an element says in which time it counts."""
    return any(name == "clock" for name, _, _ in properties(element))


def check_clocks(sheet: Sheet) -> None:
    """Timers say in which time they count: a warning, since business time is a sensible default."""
    for process in sheet.processes:
        if names_a_clock(process):
            continue
        for event in flow_nodes(process):
            definition = child(event, "timerEventDefinition")
            if definition is not None and not names_a_clock(event):
                sheet.warn(
                    event,
                    "timer-without-clock",
                    f"The timer {called(event)} does not say in which time it counts; business time is taken.",
                    "Add the property clock: business, elapsed or legal.",
                )


def shows_foreign_form(task: Element) -> bool:
    """Whether a task's form key is of a kind that is never served."""
    key = said(task, "formKey") or ""
    return bool(key) and not key.startswith("camunda-forms:deployment:")

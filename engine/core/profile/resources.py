"""Tables and forms beside the diagrams: what they provide, and what is wrong with them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.core.dmn import read_decisions
from engine.core.problem import Problem

DIAGRAMS = (".bpmn", ".bpmn20.xml")
TABLES = (".dmn", ".dmn11.xml")
FORMS = (".form",)
CASES = (".cmmn", ".cmmn10.xml", ".cmmn11.xml")
_DEEPEST = 50


@dataclass
class Provided:
    """What the files at hand bring along, each with the files that bring it."""

    decisions: dict[str, list[str]] = field(default_factory=dict)
    forms: dict[str, list[str]] = field(default_factory=dict)
    form_files: dict[str, frozenset[str]] = field(default_factory=dict)
    """The keys of each form that answers write, by form id and by file name."""
    problems: list[Problem] = field(default_factory=list)
    """What is wrong with the tables and forms themselves."""


def provided_by(files: Mapping[str, bytes]) -> Provided:
    """Decisions and forms of all files, and what is wrong with them."""
    found = Provided()
    for file, data in files.items():
        if file.lower().endswith(TABLES):
            decisions = read_decisions(data, file)
            found.problems += decisions.problems()
            for key in decisions.ids:
                found.decisions.setdefault(key, []).append(file)
        elif file.lower().endswith(FORMS):
            schema = form_schema(data)
            keys = frozenset(form_keys(schema))
            found.form_files[file.replace("\\", "/").rpartition("/")[2]] = keys
            if isinstance(schema.get("id"), str) and schema["id"]:
                found.forms.setdefault(schema["id"], []).append(file)
                found.form_files.setdefault(schema["id"], keys)
    return found


def form_schema(data: bytes) -> dict[str, Any]:
    """A form's schema; empty if it cannot be read."""
    try:
        schema = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return schema if isinstance(schema, dict) else {}


def form_keys(schema: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    """The variables that a form writes: the first part of each field's key and of each group's path."""
    components = schema.get("components")
    for component in components if isinstance(components, list) and depth < _DEEPEST else ():
        if not isinstance(component, dict):
            continue
        key = component.get("path") or component.get("key")
        if isinstance(key, str) and key:
            yield key.split(".")[0]
        elif not isinstance(component.get("path"), str) or not component.get("path"):
            yield from form_keys(component, depth + 1)
        if component.get("type") == "group":
            yield from form_keys(component, depth + 1)


def twice(kind: str, provided: Mapping[str, list[str]]) -> Iterator[Problem]:
    """Two files that bring the same thing: nobody could say which of them is meant."""
    for key, files in provided.items():
        for file in files[1:]:
            yield Problem(
                code="duplicate-id",
                severity="error",
                file=file,
                message=f"The {kind} {key!r} is also in {files[0] if files[0] != file else 'the same file'}.",
                remedy=f"Give each {kind} an id of its own.",
                line=1,
                column=1,
                element=key,
            )


def cases(file: str) -> Problem:
    """CMMN is another notation, and not carried out here."""
    return Problem(
        code="cmmn",
        severity="error",
        file=file,
        message="The file is a CMMN case, which is not carried out here.",
        remedy="Draw it as a BPMN process.",
        line=1,
        column=1,
    )

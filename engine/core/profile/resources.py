"""Tables and forms beside the diagrams: what they provide, and what is wrong with them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.core.dmn import read_decisions
from engine.core.forms import Form, UnusableForm, check_form, read_form
from engine.core.problem import Problem
from engine.core.profile.known import Known

DIAGRAMS = (".bpmn", ".bpmn20.xml")
TABLES = (".dmn", ".dmn11.xml")
FORMS = (".form",)
CASES = (".cmmn", ".cmmn10.xml", ".cmmn11.xml")


@dataclass
class Provided:
    """
    What the files at hand bring along.

    `decisions` and `forms` name the files that bring each id; `readable` holds
    the forms that hold, by id and by file name, and `named` whatever a diagram
    may refer to as a form, readable or not.
    """

    decisions: dict[str, list[str]] = field(default_factory=dict)
    forms: dict[str, list[str]] = field(default_factory=dict)
    readable: dict[str, Form] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def declares(self, form: str) -> frozenset[str]:
        """The variables that a form shows or asks for; none if it cannot be read."""
        return self.readable[form].names if form in self.readable else frozenset()

    def writes(self, form: str) -> frozenset[str]:
        """The variables that answers to a form write."""
        asked = self.readable[form].fields if form in self.readable else ()
        return frozenset(one.path.split(".")[0].split("[")[0] for one in asked if not one.readonly)


def provided_by(files: Mapping[str, bytes], known: Known) -> Provided:
    """Decisions and forms of all files, and what is wrong with them."""
    found = Provided()
    for file, data in files.items():
        if file.lower().endswith(TABLES):
            decisions = read_decisions(data, file)
            found.problems += decisions.problems()
            for key in decisions.ids:
                found.decisions.setdefault(key, []).append(file)
        elif file.lower().endswith(FORMS):
            _add_form(found, file, data, known)
    return found


def _add_form(found: Provided, file: str, data: bytes, known: Known) -> None:
    found.problems += check_form(data, file)
    key, base = _form_id(data), file.replace("\\", "/").rpartition("/")[2]
    found.named |= {base, key} if key else {base}
    if key:
        found.forms.setdefault(key, []).append(file)
    try:
        form = read_form(data, file)
    except UnusableForm:
        return
    found.readable[base] = form
    found.readable.setdefault(key, form)
    found.problems += _unknown_groups(form, file, known)
    found.problems += _unknown_registers(form, file, known)


def _unknown_groups(form: Form, file: str, known: Known) -> Iterator[Problem]:
    for group in sorted(form.groups) if known.groups is not None else ():
        if group not in (known.groups or ()):
            yield Problem(
                code="unknown-group",
                severity="error",
                file=file,
                message=f"The form offers the people of the group {group!r}, which nobody knows.",
                remedy="Correct the name, or add the group first.",
                line=1,
                column=1,
                element=form.id or None,
            )


def _unknown_registers(form: Form, file: str, known: Known) -> Iterator[Problem]:
    """Only warned of: a register may be defined later, and until then the choice is empty."""
    for register in sorted(form.registers) if known.registers is not None else ():
        if register not in (known.registers or ()):
            yield Problem(
                code="unknown-register",
                severity="warning",
                file=file,
                message=f"The form offers rows of the register {register!r}, which nobody keeps.",
                remedy="Correct the name, or define the register first.",
                line=1,
                column=1,
                element=form.id or None,
            )


def _form_id(data: bytes) -> str:
    """The id of a form, even where it does not hold."""
    key = form_schema(data).get("id")
    return key if isinstance(key, str) else ""


def form_schema(data: bytes) -> dict[str, Any]:
    """A form's schema as it is written; empty if it cannot be read."""
    try:
        schema = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return schema if isinstance(schema, dict) else {}


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

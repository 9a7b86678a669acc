"""Small diagrams written by hand, and what is said about them."""

import re
from dataclasses import dataclass

import pytest

from engine.core.problem import Problem
from engine.core.profile import Known, check

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:c="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:z="http://camunda.org/schema/zeebe/1.0" xmlns:m="http://camunda.org/schema/modeler/1.0" '
    'xmlns:o="http://other.example/ns" targetNamespace="t">'
)
FLOW = re.compile(r"(\w+) -> (\w+)(?: if (.+?))?( *<!-- here -->)?$")
HERE = "<!-- here -->"


@dataclass
class Told:
    """What was said about some files. `here` is the line that is marked, if one is."""

    problems: tuple[Problem, ...]
    here: int | None

    def refused(self, code: str, element: str | None) -> Problem:
        """This is refused, at the marked line, and nothing else is."""
        assert {problem.code for problem in self.problems if problem.severity == "error"} == {code}, self.problems
        return self.told("error", code, element)

    def warned(self, code: str, element: str | None) -> Problem:
        """Nothing is refused, and this is one of the warnings, at the marked line."""
        assert not self.errors, self.errors
        return self.told("warning", code, element)

    def told(self, severity: str, code: str, element: str | None) -> Problem:
        found = [problem for problem in self.problems if (problem.code, problem.severity) == (code, severity)]
        assert [problem.element for problem in found] == [element], self.problems
        (problem,) = found
        assert self.here is None or problem.line == self.here, (problem, self.here)
        assert problem.column is not None
        assert problem.column >= 1
        assert problem.message.splitlines()[0].endswith((".", "?")), problem.message
        assert problem.remedy.strip()
        return problem

    @property
    def errors(self) -> list[str]:
        return [f"{problem.code} {problem.element}" for problem in self.problems if problem.severity == "error"]

    def warnings(self, code: str) -> list[str | None]:
        return [problem.element for problem in self.problems if problem.code == code]


def drawn(lines: str, *, around: str = "", process: str = "") -> str:
    """A diagram. A line `A -> B if ${x}` is a flow; what is put around the process comes after it."""
    body = "\n".join(_line(line) for line in lines.strip("\n").splitlines())
    return f'{HEAD}\n<process id="p" isExecutable="true" {process}>\n{body}\n</process>\n{around}\n</definitions>'


def _line(line: str) -> str:
    match = FLOW.search(line.strip())
    if not match:
        return line
    source, target, condition, here = match.groups()
    inside = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    flow = f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>'
    return flow + (here or "")


@pytest.fixture
def diagram():
    """A function that draws a diagram from lines."""
    return drawn


@pytest.fixture
def check_files():
    """A function that checks several files by name."""

    def run(files: dict[str, str | bytes], known: Known | None = None) -> Told:
        data = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
        marked = [text for text in files.values() if isinstance(text, str) and HERE in text]
        here = marked[0][: marked[0].index(HERE)].count("\n") + 1 if marked else None
        return Told(check(data, known), here)

    return run


@pytest.fixture
def told(check_files):
    """A function that draws one diagram and checks it."""

    def run(lines: str, *, known: Known | None = None, around: str = "", process: str = "", **files: str) -> Told:
        beside = {name.replace("_", "."): text for name, text in files.items()}
        return check_files({"p.bpmn": drawn(lines, around=around, process=process), **beside}, known)

    return run


@pytest.fixture
def inside(told):
    """A function that puts one step between a start and an end, and checks that."""

    def run(step: str, key: str = "T", **more: object) -> Told:
        return told(f'<startEvent id="S"/>\nS -> {key}\n{step}\n{key} -> E\n<endEvent id="E"/>', **more)

    return run

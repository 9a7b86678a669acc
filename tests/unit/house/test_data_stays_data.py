"""Processes and registers are data: the program knows none of them by name."""

import ast
import re
import tomllib

import pytest
from lxml import etree

from steward.settings import ROOT

MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
PROGRAM = ("engine", "webhooks", "web", "steward")
PLAIN = re.compile(r"[a-z]+")
"""An id that is a plain word may stand in any sentence; it is looked for as a text of its own."""

QUOTED, TEXT = re.compile(r"""(?<=["'])\w+(?=["'])"""), ast.Constant


def drawn():
    """Ids of everything that the shipped diagrams draw: processes, elements, lanes, messages, errors."""
    for path in ROOT.glob("processes/*/*.bpmn"):
        for element in etree.parse(path).iter():
            if isinstance(element.tag, str) and element.tag.startswith(MODEL) and element.get("id"):
                yield element.get("id")


def registers():
    """Keys of the shipped registers."""
    for path in ROOT.glob("config/registers/*.toml"):
        yield path.stem
        key = tomllib.loads(path.read_text()).get("key")
        if isinstance(key, str):
            yield key


@pytest.fixture(scope="module")
def names():
    """All of them; there are some, or this looks at nothing."""
    found = {*drawn(), *registers()}
    assert len(found) > 100
    return found


def found_in(text, names):
    """Which of these names a Python file speaks of, in words that cannot mean anything else."""
    words = {name for name in set(re.findall(r"\w+", text)) & names if not PLAIN.fullmatch(name)}
    quoted = set(QUOTED.findall(text)) & names
    return words | (quoted and quoted & {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, TEXT)})


def test_no_python_file_of_the_program_knows_a_shipped_process_or_register(names):
    known = {}
    for folder in PROGRAM:
        for path in (ROOT / folder).rglob("*.py"):
            if told := found_in(path.read_text(), names):
                known[str(path.relative_to(ROOT))] = sorted(told)
    assert known == {}


def test_a_name_in_the_program_would_be_found():
    names = {"corrective_action", "T_do", "routine"}
    assert found_in("process = 'corrective_action'", names) == {"corrective_action"}
    assert found_in('"""Opens T_do again."""', names) == {"T_do"}
    assert found_in("start('routine')", names) == {"routine"}
    assert found_in('"""The routine that undoes it."""', names) == set()

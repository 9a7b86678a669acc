"""Every code that a check can answer with is documented, and every documented one can be answered."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from engine.core.profile import words, work

ROOT = Path(__file__).parents[3]
SOURCES = ("profile", "model", "forms", "dmn", "safe_xml.py")
CODE_AT = {"refuse": 1, "warn": 1, "complain": 1, "say": 0, "_problem": 1, "_refuse": 0}
CODE = re.compile(r"[a-z]+(-[a-z0-9]+)*\Z")
DOCUMENTED = frozenset(
    re.findall(
        r"`([a-z]+(?:-[a-z0-9]+)*)`",
        "".join(
            line.split("|")[1]
            for line in (ROOT / "docs/reference/problems.md").read_text().splitlines()
            if line.startswith("| `")
        ),
    )
)


def files() -> Iterator[Path]:
    for source in SOURCES:
        path = ROOT / "engine/core" / source
        yield from path.rglob("*.py") if path.is_dir() else [path]


def emitted() -> Iterator[str]:
    """Patterns of codes: what an f-string fills in may be any word."""
    for path in files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield from patterns(code for code in codes_of(node))
    for code, *_ in [*words.REFUSED_ELEMENTS.values(), *work.FOREIGN_TYPES.values()]:
        yield re.escape(code)


def codes_of(call: ast.Call) -> Iterator[ast.expr]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    at = CODE_AT.get(name)
    if at is not None and len(call.args) > at:
        yield call.args[at]
    yield from (keyword.value for keyword in call.keywords if keyword.arg == "code")


def patterns(found: Iterator[ast.expr]) -> Iterator[str]:
    for code in found:
        match code:
            case ast.Constant(value=str(text)) if CODE.match(text):
                yield re.escape(text)
            case ast.IfExp(body=ast.Constant(value=str(one)), orelse=ast.Constant(value=str(other))):
                yield from (re.escape(one), re.escape(other))
            case ast.JoinedStr(values=parts):
                yield "".join(
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z]+(-[a-z]+)?"
                    for part in parts
                )


def test_every_code_that_is_answered_is_documented():
    missing = [code for code in sorted(set(emitted())) if not any(re.fullmatch(code, known) for known in DOCUMENTED)]

    assert missing == []


def test_every_documented_code_can_be_answered():
    known = set(emitted())

    assert [code for code in sorted(DOCUMENTED) if not any(re.fullmatch(pattern, code) for pattern in known)] == []
    assert len(DOCUMENTED) > 120

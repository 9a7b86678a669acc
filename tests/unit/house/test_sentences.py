"""Everything that pages say stands in sentences of the catalogue, where whoever translates it finds it."""

import ast
import re
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

WEB = Path(__file__).parents[3] / "web"
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
SAID_TO_PEOPLE = ("aria-label", "alt", "placeholder", "title", "data-k")
OURS = {"Steward", "UTC", "SHA", "Ctrl", "Enter", "Esc", "https", "steward", "verify", "task", "public"}
"""Names, keys, what is typed, and the name of a frame: the same in every language."""
SAYS = {"_", "ngettext", "later"}


def literal(of: nodes.Node) -> str:
    """What a template says by itself; what it fills in is a gap."""
    parts = [
        child.data if isinstance(child, nodes.TemplateData) else f"\0{literal(child)}\0"
        for child in of.iter_child_nodes()
    ]
    return "".join(parts)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_says_nothing_but_sentences_of_the_catalogue(path: Path):
    page = literal(jinja2.Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(path.read_text("utf-8")))
    heard = [said for name in SAID_TO_PEOPLE for said in re.findall(rf'\s{name}="([^"\0]*)"', page)]
    heard.append(re.sub(r"&\w+;|<[^<>]*>|[\w-]+=\"[^\"]*\"", " ", page))
    assert not {word for said in heard for word in re.findall(r"[A-Za-z]{3,}", said)} - OURS


def test_no_sentence_is_said_inside_another():
    """Neither is found there by what collects them, nor could it be turned round in another language."""
    found = [
        f"{path.relative_to(WEB)}:{call.lineno}"
        for path in WEB.rglob("*.py")
        for inside in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(inside, ast.JoinedStr)
        for call in ast.walk(inside)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in SAYS
    ]
    assert not found

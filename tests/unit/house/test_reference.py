"""What the program can do stands in its documentation, or the build fails."""

import ast
import importlib.util
import re
from pathlib import Path

import click
import pytest

from steward.cli import main
from steward.settings import ROOT, Settings


@pytest.fixture(scope="module")
def reference():
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools/reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def every_command(group: click.Group, path: str = "steward"):
    for name, command in group.commands.items():
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from every_command(command, f"{path} {name}")


def test_commands_and_settings_read_in_the_reference_as_they_are(reference):
    assert [path.name for path in reference.outdated()] == []


def test_every_setting_is_explained():
    assert [name for name, one in Settings.__dataclass_fields__.items() if len(one.metadata.get("help", "")) < 10] == []


def test_every_command_and_every_option_has_help():
    silent = [path for path, command in every_command(main) if not command.help]
    silent += [
        f"{path} {option.opts[-1]}"
        for path, command in every_command(main)
        for option in command.params
        if isinstance(option, click.Option) and not option.help
    ]
    assert silent == []


def public_functions(path: Path):
    tree = ast.parse(path.read_text())
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


def test_every_public_function_and_class_promises_something():
    silent = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for room in ("engine", "web", "webhooks", "steward")
        for path in sorted((ROOT / room).rglob("*.py"))
        if "versions" not in path.parts
        for node in public_functions(path)
        if not ast.get_docstring(node)
    ]
    assert silent == []


def test_every_environment_variable_that_is_read_is_documented():
    page = (ROOT / "docs/reference/settings.md").read_text()
    sources = [*(ROOT / "steward").rglob("*.py"), *(ROOT / "engine").rglob("*.py"), *(ROOT / "web").rglob("*.py")]
    read = {name for path in sources for name in re.findall(r"\bSTEWARD_[A-Z_]+[A-Z]\b", path.read_text())}
    assert sorted(name for name in read if name not in page and name != "STEWARD_COMPLETE") == []


def test_links_between_pages_lead_somewhere():
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "processes").rglob("*.md")]
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []

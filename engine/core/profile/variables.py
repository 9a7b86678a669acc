"""Variables: which a process declares, which are read without being declared, which two branches write at once."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import combinations

from engine.core.expressions import Expression, ExpressionError
from engine.core.feel.nodes import ContextOf
from engine.core.feel.parser import parse
from engine.core.model import grammar
from engine.core.model.names import child, extensions, is_bpmn, local, properties, said, text_of
from engine.core.model.read import ends, flow_nodes
from engine.core.model.rules import form_of
from engine.core.profile.code import speaks
from engine.core.profile.graph import reachable
from engine.core.profile.references import Around
from engine.core.profile.sheet import Sheet, called
from engine.core.profile.texts import Text
from engine.core.safe_xml import Element

ALWAYS_THERE = frozenset(
    {
        *("case", "subject", "execution", "task", "loopCounter", "limit", "limits"),
        *("nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"),
    }
)
_RESULTS = ("resultVariable", "elementVariable", "errorCodeVariable", "errorMessageVariable", "escalationCodeVariable")


def check_names(sheet: Sheet, texts: Iterable[tuple[Text, Expression]], around: Around) -> None:
    """Warn of a variable that no form, result, mapping or payload declares."""
    declared = {process: _declared(process, around) for process in sheet.processes}
    blind = {process: _is_blind(process, around) for process in sheet.processes}
    for text, compiled in texts:
        process = next(text.element.iterancestors("{*}process"), None)
        if process is None or process not in declared:
            continue
        for unknown in compiled.unknown(declared[process] | ALWAYS_THERE):
            name = _name(compiled, unknown.position)
            near = get_close_matches(name, sorted(declared[process]), 1)
            if near or not blind[process]:
                _undeclared(sheet, text, name, near)


def _name(compiled: Expression, position: int | None) -> str:
    return next(name for name, at in compiled.positions.items() if at == position)


def _undeclared(sheet: Sheet, text: Text, name: str, near: list[str]) -> None:
    sheet.warn(
        text.element,
        "undeclared-variable",
        f"The {text.what} reads the variable {name!r}, which no form, result, mapping or payload declares.",
        f"Did you mean {near[0]}?" if near else "Declare it: as a field of a form, a result, a mapping or a payload.",
    )


def _is_blind(process: Element, around: Around) -> bool:
    """Whether a form of the process cannot be seen, so that nobody can say which variables it writes."""
    forms = (form_of(node) for node in flow_nodes(process))
    return any(form is not None and form.key not in around.provided.form_files for form in forms)


def _declared(process: Element, around: Around) -> frozenset[str]:
    found: set[str] = set()
    for element in (process, *process.iter("{*}*")):
        if is_bpmn(element):
            found.update(_of_element(element, around))
    return frozenset(found)


def _of_element(element: Element, around: Around) -> Iterator[str]:
    yield from filter(None, (said(element, name) for name in (*_RESULTS, "initiator")))
    yield from _form_fields(element, around)
    for holder in extensions(element, "inputOutput"):
        yield from (found.get("name") or "" for found in holder if local(found).endswith("Parameter"))
    for mapping in extensions(element, "out"):
        yield mapping.get("target") or ""
    for field in extensions(element, "formData"):
        yield from (found.get("id") or "" for found in field)
    for name, value, _ in properties(element):
        if name == "payload":
            yield from grammar.words(value)
        if name == "limit":
            yield from (line.partition("=")[0].strip() for line in value.splitlines())
    if is_bpmn(element, "inputDataItem", "dataObject", "property"):
        yield element.get("name") or ""
    if is_bpmn(element, "scriptTask") and speaks(element.get("scriptFormat")):
        yield from _context_keys(text_of(child(element, "script")))


def _form_fields(element: Element, around: Around) -> frozenset[str]:
    form = form_of(element)
    return around.provided.form_files.get(form.key, frozenset()) if form is not None else frozenset()


def _context_keys(script: str) -> Iterator[str]:
    try:
        node, _ = parse(script.removeprefix("="))
    except (ExpressionError, RecursionError):
        return
    if isinstance(node, ContextOf):
        yield from (name for name, _ in node.entries)


def check_parallel_writers(sheet: Sheet, around: Around) -> None:
    """Warn where tasks of two branches that are open together write the same field."""
    for gateway in sheet.of_kind("parallelGateway", "inclusiveGateway"):
        flows = sheet.leaving(gateway)
        if len(flows) < 2:
            continue
        key = gateway.get("id") or ""
        branches = [frozenset(_with_inner(sheet, reachable(sheet, ends(flow)[1], without=key))) for flow in flows]
        for one, other in combinations(branches, 2):
            _check_branches(sheet, gateway, one - other, other - one, around)


def _with_inner(sheet: Sheet, keys: Iterable[str]) -> Iterator[str]:
    for key in keys:
        node = sheet.by_id.get(key)
        if node is not None:
            yield from (found.get("id") or "" for found in flow_nodes(node))
            yield key


def _check_branches(sheet: Sheet, gateway: Element, one: frozenset[str], other: frozenset[str], around: Around) -> None:
    writers = _writers(sheet, one, around)
    for field, second in sorted(_writers(sheet, other, around).items()):
        if field in writers:
            sheet.warn(
                second,
                "parallel-writers",
                f"{called(second)} and {called(writers[field])} can be open together behind {called(gateway)}, "
                f"and both write {field!r}: the later answer wins.",
                "Give the fields different keys, or draw the tasks one after the other.",
            )


def _writers(sheet: Sheet, keys: frozenset[str], around: Around) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for node in sheet.nodes:
        if node.get("id") in keys and is_bpmn(node, "userTask"):
            for field in _form_fields(node, around):
                found.setdefault(field, node)
    return found

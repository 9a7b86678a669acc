"""Variables: which a process declares, which are read without being declared, which two branches write at once."""

from collections.abc import Iterable, Iterator
from itertools import combinations

from engine.core.expressions import Expression
from engine.core.model.names import is_bpmn
from engine.core.model.read import ends, flow_nodes
from engine.core.model.rules import form_of
from engine.core.profile.declared import declared_by, is_blind
from engine.core.profile.paths import reachable
from engine.core.profile.references import Around
from engine.core.profile.sheet import Sheet, called
from engine.core.profile.texts import Text
from engine.core.safe_xml import Element


def check_names(sheet: Sheet, texts: Iterable[tuple[Text, Expression]], around: Around) -> None:
    """Warn of a variable that no form, result, mapping or payload declares."""
    declared = {process: declared_by(process, around) for process in sheet.processes}
    blind = {process: is_blind(process, around) for process in sheet.processes}
    for text, compiled in texts:
        process = next(text.element.iterancestors("{*}process"), None)
        if process is None or process not in declared:
            continue
        for unknown in compiled.unknown(declared[process]):
            if unknown.did_you_mean or not blind[process]:
                _undeclared(sheet, text, unknown.name, unknown.did_you_mean)


def _undeclared(sheet: Sheet, text: Text, name: str, near: str | None) -> None:
    sheet.warn(
        text.element,
        "undeclared-variable",
        f"The {text.what} reads the variable {name!r}, which no form, result, mapping or payload declares.",
        f"Did you mean {near}?" if near else "Declare it: as a field of a form, a result, a mapping or a payload.",
    )


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
            form = form_of(node)
            for field in around.provided.writes(form.key) if form is not None else ():
                found.setdefault(field, node)
    return found

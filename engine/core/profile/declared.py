"""What declares a variable: fields of forms, results, mappings, payloads, scripts, limits."""

from collections.abc import Iterator

from engine.core.expressions import ExpressionError
from engine.core.feel.nodes import ContextOf
from engine.core.feel.parser import parse
from engine.core.model import grammar
from engine.core.model.names import BPMN, EXTENSIONS, attributes, child, local, namespace, text_of
from engine.core.model.read import flow_nodes
from engine.core.model.rules import form_of
from engine.core.profile.code import speaks
from engine.core.profile.references import Around
from engine.core.safe_xml import Element

ALWAYS_THERE = frozenset(
    {
        *("case", "subject", "execution", "task", "loopCounter", "limit", "limits"),
        *("nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"),
    }
)
"""Names that every case has."""

_RESULTS = frozenset(
    {
        *("resultVariable", "elementVariable", "errorCodeVariable", "errorMessageVariable", "escalationCodeVariable"),
        "initiator",
    }
)
_NAMED = {"inputParameter": "name", "outputParameter": "name", "out": "target", "formField": "id"}
_DATA = frozenset({"inputDataItem", "dataObject", "property"})


def declared_by(process: Element, around: Around) -> frozenset[str]:
    """The variables of a process, those that every case has included."""
    found = set(ALWAYS_THERE)
    for node in flow_nodes(process):
        form = form_of(node)
        found |= around.provided.declares(form.key) if form is not None else set()
    for element in (process, *process.iter("{*}*")):
        uri = namespace(element)
        found.update(_of_bpmn(element) if uri == BPMN else _of_extension(element) if uri in EXTENSIONS else ())
    return frozenset(found)


def is_blind(process: Element, around: Around) -> bool:
    """Whether a form of the process cannot be seen, so that nobody can say which variables it writes."""
    forms = (form_of(node) for node in flow_nodes(process))
    return any(form is not None and form.key not in around.provided.readable for form in forms)


def _of_bpmn(element: Element) -> Iterator[str]:
    yield from (value for uri, name, value in attributes(element) if name in _RESULTS and uri in EXTENSIONS)
    name = local(element)
    if name in _DATA:
        yield element.get("name") or ""
    if name == "scriptTask" and speaks(element.get("scriptFormat")):
        yield from _context_keys(text_of(child(element, "script")))


def _of_extension(element: Element) -> Iterator[str]:
    name = local(element)
    if name in _NAMED:
        yield element.get(_NAMED[name]) or ""
    if name == "property":
        value = element.get("value") or ""
        if element.get("name") == "payload":
            yield from grammar.words(value)
        if element.get("name") == "limit":
            yield from (line.partition("=")[0].strip() for line in value.splitlines())


def _context_keys(script: str) -> Iterator[str]:
    try:
        node, _ = parse(script.removeprefix("="))
    except (ExpressionError, RecursionError):
        return
    if isinstance(node, ContextOf):
        yield from (name for name, _ in node.entries)

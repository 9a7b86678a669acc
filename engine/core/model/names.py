"""The names of BPMN and of its extensions, found by namespace URI and never by prefix."""

from collections.abc import Iterator
from functools import lru_cache

from engine.core.safe_xml import Element

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMN_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
OPERATON = "http://operaton.org/schema/1.0/bpmn"
ACTIVITI = "http://activiti.org/bpmn"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
MODELER = "http://camunda.org/schema/modeler/1.0"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

EXTENSIONS = (CAMUNDA, OPERATON, ACTIVITI)
"""What carries our vocabulary; where two say the same thing, the first one wins."""

ACTIVITIES = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "scriptTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "businessRuleTask",
        "callActivity",
        "subProcess",
        "transaction",
        "adHocSubProcess",
    }
)
EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"})
FLOW_NODES = ACTIVITIES | EVENTS | GATEWAYS
SCOPES = frozenset({"subProcess", "transaction", "adHocSubProcess"})


@lru_cache(maxsize=4096)
def _parts(tag: str) -> tuple[str | None, str]:
    """Namespace and local name of a full tag or attribute name."""
    uri, brace, name = tag[1:].rpartition("}") if tag[:1] == "{" else ("", "", tag)
    return (uri if brace else None), name


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return _parts(element.tag)[1]


def namespace(element: Element) -> str | None:
    """The namespace URI of an element."""
    return _parts(element.tag)[0]


def is_bpmn(element: Element, *names: str) -> bool:
    """Whether it is a BPMN element, and one of `names` if any are given."""
    uri, name = _parts(element.tag)
    return uri == BPMN and (not names or name in names)


def bpmn(name: str) -> str:
    """The full tag of a BPMN element."""
    return f"{{{BPMN}}}{name}"


def children(element: Element, *names: str) -> Iterator[Element]:
    """The BPMN children with one of these names (all, if none is given), in document order."""
    return (child for child in element if is_bpmn(child, *names))


def child(element: Element, name: str) -> Element | None:
    """The first BPMN child of this name."""
    return element.find(bpmn(name))


def text_of(element: Element | None) -> str:
    """The text of an element without the white space around it; empty if there is no element."""
    return "" if element is None else (element.text or "").strip()


@lru_cache(maxsize=256)
def _qualified(name: str) -> tuple[str, ...]:
    return tuple(f"{{{uri}}}{name}" for uri in EXTENSIONS)


def said(element: Element, name: str) -> str | None:
    """An extension attribute, such as `assignee`; an empty one counts as absent."""
    for key in _qualified(name):
        value = element.get(key)
        if value and value.strip():
            return value.strip()
    return None


def attributes(element: Element) -> Iterator[tuple[str | None, str, str]]:
    """Namespace, local name and value of each attribute."""
    for key, value in element.items():
        uri, name = _parts(str(key))
        yield uri, name, str(value)


def extensions(element: Element, name: str | None = None) -> Iterator[Element]:
    """The extension elements of this name (all of ours, if none is given), in document order."""
    for holder in element.iterchildren(_HOLDER):
        for found in holder:
            uri, found_name = _parts(found.tag)
            if uri in EXTENSIONS and name in (None, found_name):
                yield found


_HOLDER = bpmn("extensionElements")


def properties(element: Element) -> list[tuple[str, str, Element]]:
    """Name, value and element of each extension property, in document order; those without a name are left out."""
    found = []
    for holder in extensions(element, "properties"):
        for entry in holder:
            name = (entry.get("name") or "").strip()
            if local(entry) == "property" and name:
                found.append((name, (entry.get("value") or "").strip(), entry))
    return found


def event_definition(element: Element) -> Element | None:
    """What an event waits for or throws; none for a plain event."""
    return next((found for found in children(element) if local(found).endswith("EventDefinition")), None)

"""
From the author's XML to the XML that is executed: ids kept, a smaller language.

Dropped are the drawing (the order of execution must not hang on it), comments,
data associations and data stores. Link events become sequence flows; a path
that stops without an end event gets one. Invented ids contain `#`, which no
XML id may.
"""

from typing import Any

from lxml import etree

from engine.core.model.names import BPMN, FLOW_NODES, SCOPES, bpmn, child, children, local

TRANSLATOR = 1
"""Stored with every translation; a running case is never translated again."""

DROPPED = frozenset(
    {
        "dataInputAssociation",
        "dataOutputAssociation",
        "dataObject",
        "dataObjectReference",
        "dataStore",
        "dataStoreReference",
        "property",
        "ioSpecification",
        "textAnnotation",
        "association",
        "group",
        "correlationProperty",
        "correlationKey",
    }
)
ENDING = FLOW_NODES - {"endEvent"}


def translate(xml: bytes) -> bytes:
    """
    The XML that is executed.

    Raises:
        lxml.etree.XMLSyntaxError: it is not well-formed. Whether it may be read at all was checked before.
    """
    secure = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(xml, secure)
    _drop(root)
    for process in children(root, "process"):
        scopes = [process, *(found for found in process.iter(f"{{{BPMN}}}*") if local(found) in SCOPES)]
        for scope in scopes:
            _link(scope)
            _end(scope)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _drop(root: Any) -> None:
    for found in list(root.iter()):
        parent = found.getparent()
        if parent is None:
            continue
        name = etree.QName(found)
        if name.localname == "BPMNDiagram" or (name.namespace == BPMN and name.localname in DROPPED):
            parent.remove(found)


def _link(scope: Any) -> None:
    """Each link that is thrown becomes a flow to the event that catches it."""
    targets: dict[str, Any] = {}
    for event in children(scope, "intermediateCatchEvent"):
        definition = child(event, "linkEventDefinition")
        if definition is not None:
            targets[definition.get("name", "")] = event
            event.remove(definition)
    for event in children(scope, "intermediateThrowEvent"):
        definition = child(event, "linkEventDefinition")
        if definition is not None:
            event.remove(definition)
            if definition.get("name", "") in targets:
                _flow(scope, event.get("id", ""), targets[definition.get("name", "")].get("id"))


def _end(scope: Any) -> None:
    """A path that stops anywhere else than at an end event stops at an invented one."""
    leaving = {flow.get("sourceRef") for flow in children(scope, "sequenceFlow")}
    for node in list(children(scope)):
        name = node.get("id", "")
        if local(node) in ENDING and name not in leaving and node.get("triggeredByEvent") != "true":
            etree.SubElement(scope, bpmn("endEvent"), id=f"#{name}.end")
            _flow(scope, name, f"#{name}.end")


def _flow(scope: Any, source: str, target: str) -> None:
    etree.SubElement(scope, bpmn("sequenceFlow"), id=f"#{source}", sourceRef=source, targetRef=target)

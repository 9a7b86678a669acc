"""Calls that join a case which runs already: the message by which they come to it is one that the process awaits."""

from collections.abc import Iterator, Mapping

from engine.core.model.names import event_definition, is_bpmn, properties
from engine.core.profile.events import awaited
from engine.core.profile.sheet import Sheet, called
from engine.core.safe_xml import Element


def awaited_by_process(sheets: list[Sheet]) -> dict[str, frozenset[str] | None]:
    """By process, the names of the messages that its cases wait for; None where one of them is an expression."""
    found: dict[str, frozenset[str] | None] = {}
    for sheet in sheets:
        for process in sheet.processes:
            names = frozenset(filter(None, (awaited(sheet, node) for node in _waiting(process))))
            found[process.get("id") or ""] = None if any("${" in one or "#{" in one for one in names) else names
    return found


def check_joins(sheet: Sheet, known: Mapping[str, frozenset[str] | None]) -> None:
    """The property `join` of a call activity names a message that the called process waits for."""
    for call in sheet.of_kind("callActivity"):
        for name, value, entry in properties(call):
            if name == "join":
                _check(sheet, call, entry, value, known)


def _check(
    sheet: Sheet, call: Element, entry: Element, message: str, known: Mapping[str, frozenset[str] | None]
) -> None:
    if not message:
        sheet.refuse(
            entry,
            "join-without-message",
            f"{called(call)} is to join a running case and names no message.",
            "Write the name of the message that a running case of the called process waits for.",
        )
        return
    process = (call.get("calledElement") or "").strip()
    names = known.get(process)
    if names is None or message in names or "${" in message or "#{" in message:
        return
    there = ", ".join(sorted(names)) or "none"
    sheet.refuse(
        entry,
        "join-unknown-message",
        f"{called(call)} is to join a case of {process!r} by the message {message!r}, for which no step of it waits.",
        f"Write the name of a message that it waits for: {there}; or let a step of it wait for this one.",
    )


def _waiting(process: Element) -> Iterator[Element]:
    """Where a running case may wait for a message: everything but the ways into the process itself."""
    for node in process.iter("{*}receiveTask", "{*}intermediateCatchEvent", "{*}boundaryEvent", "{*}startEvent"):
        parent = node.getparent()
        begins = is_bpmn(node, "startEvent") and parent is not None and is_bpmn(parent, "process")
        if is_bpmn(node, "receiveTask") or (is_bpmn(node) and not begins and event_definition(node) is not None):
            yield node

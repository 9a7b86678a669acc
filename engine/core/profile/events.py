"""Events: what they may wait for and throw, and that what they refer to exists."""

from collections.abc import Iterator

from engine.core.model.names import EVENTS, child, children, event_definition, is_bpmn, local, text_of
from engine.core.model.read import TIMES, local_name
from engine.core.profile.paths import link_name
from engine.core.profile.sheet import Sheet, called, inside, is_event_sub_process, is_true, kind_of
from engine.core.safe_xml import Element

_CATCHING = {"message", "signal", "timer", "conditional"}
_REFERRING = {"message", "signal", "error", "escalation"}
_ALLOWED = {
    "intermediateCatchEvent": _CATCHING | {"link"},
    "intermediateThrowEvent": {"", "message", "signal", "escalation", "link"},
    "endEvent": {"", "message", "signal", "error", "escalation", "terminate"},
    "boundaryEvent": _CATCHING | {"error", "escalation"},
}
_PROCESS_START = {"", "message", "signal", "timer"}
_EVENT_START = _CATCHING | {"error", "escalation"}
_CATCH_ALL = {"error", "escalation"}
_JUDGED_ELSEWHERE = {"compensate", "cancel"}


def check_events(sheet: Sheet) -> None:
    """Each event is of a kind that is carried out where it stands."""
    for event in sheet.of_kind(*sorted(EVENTS)):
        definitions = [found for found in children(event) if local(found).endswith("EventDefinition")]
        if len(definitions) > 1:
            sheet.refuse(
                event,
                "several-event-definitions",
                f"{called(event)} waits for or throws several things at once.",
                "Use one event for each.",
            )
            continue
        kind = kind_of(definitions[0]) if definitions else ""
        if kind not in _JUDGED_ELSEWHERE:
            _check_kind(sheet, event, kind)
        for definition in definitions:
            _check_definition(sheet, event, definition, kind)
        if is_bpmn(event, "boundaryEvent"):
            _check_attached(sheet, event, kind)
    for task in sheet.of_kind("receiveTask"):
        _check_reference(sheet, task, task)
        if is_true(task.get("instantiate")):
            _instantiates(sheet, task)


def _check_kind(sheet: Sheet, event: Element, kind: str) -> None:
    allowed = _allowed(event)
    if allowed is None or kind in allowed:
        return
    if not kind:
        sheet.refuse(
            event,
            "event-without-kind",
            f"{called(event)} does not say what it waits for.",
            "Make it a message, timer, signal or conditional event.",
        )
        return
    sheet.refuse(
        event,
        "event-not-here",
        f"A {local(event)} cannot be of the kind {kind!r}, as {called(event)} is.",
        f"Choose one of: {', '.join(sorted(filter(None, allowed)))}." if any(allowed) else "Make it a plain event.",
    )


def _allowed(event: Element) -> set[str] | None:
    """The kinds an event may be of; None for the start of a sub-process, which has rules of its own."""
    if not is_bpmn(event, "startEvent"):
        return _ALLOWED[local(event)]
    scope = event.getparent()
    if scope is not None and is_event_sub_process(scope):
        return _EVENT_START | {""}
    return _PROCESS_START if scope is not None and is_bpmn(scope, "process") else None


def _check_definition(sheet: Sheet, event: Element, definition: Element, kind: str) -> None:
    if kind == "timer":
        _check_timer(sheet, event, definition)
    elif kind == "conditional" and not text_of(child(definition, "condition")):
        sheet.refuse(
            event,
            "condition-missing",
            f"The conditional event {called(event)} has no condition.",
            "Write the condition, such as ${severity == 'high'}.",
        )
    elif kind in _REFERRING:
        _check_reference(sheet, event, definition)
    if kind == "error" and is_bpmn(event, "startEvent") and not is_true(event.get("isInterrupting", "true")):
        sheet.refuse(
            event,
            "error-not-interrupting",
            f"The error start event {called(event)} does not interrupt, but an error always ends what it happens in.",
            "Make it interrupting, or use an escalation.",
        )


def _check_timer(sheet: Sheet, event: Element, definition: Element) -> None:
    given = [kind for kind in TIMES if text_of(child(definition, kind))]
    if len(given) != 1:
        wrong = "has no value" if not given else "has several values"
        sheet.refuse(
            event,
            "timer-without-value",
            f"The timer {called(event)} {wrong}.",
            "Give it one duration, date or cycle, such as 5 bd.",
        )


def _check_reference(sheet: Sheet, event: Element, definition: Element) -> None:
    kind = kind_of(definition)
    reference = local_name(definition.get(f"{kind}Ref"))
    if not reference:
        if kind in _CATCH_ALL and is_bpmn(event, "boundaryEvent", "startEvent"):
            return
        sheet.refuse(
            event,
            f"{kind}-missing",
            f"{called(event)} does not say which {kind} it means.",
            f"Choose or create the {kind} in the properties panel.",
        )
        return
    found = sheet.declared.get((kind, reference))
    if found is None:
        sheet.refuse(
            event,
            f"{kind}-not-found",
            f"{called(event)} refers to the {kind} {reference!r}, which does not exist.",
            f"Choose the {kind} again in the properties panel.",
        )
    elif not (found.get("name" if kind in ("message", "signal") else f"{kind}Code") or "").strip():
        _check_named(sheet, event, found, kind)


def _check_named(sheet: Sheet, event: Element, found: Element, kind: str) -> None:
    if kind in ("message", "signal") or not is_bpmn(event, "boundaryEvent", "startEvent"):
        what = "name" if kind in ("message", "signal") else "code"
        sheet.refuse(
            found,
            f"{kind}-without-{what}",
            f"The {kind} {called(found)} has no {what}, so nothing can be matched with it.",
            f"Give the {kind} a {what}.",
        )


def _check_attached(sheet: Sheet, event: Element, kind: str) -> None:
    host = sheet.by_id.get(event.get("attachedToRef") or "")
    if host is None or host.getparent() is not event.getparent() or local(host) in EVENTS or "Gateway" in local(host):
        sheet.refuse(
            event,
            "dead-attachment",
            f"The boundary event {called(event)} is attached to {event.get('attachedToRef') or 'nothing'!r}, "
            "which is no activity beside it.",
            "Drag it onto the border of the activity it belongs to.",
        )
    if kind == "error" and not is_true(event.get("cancelActivity", "true")):
        sheet.refuse(
            event,
            "error-not-interrupting",
            f"The error event {called(event)} does not interrupt, but an error always ends what it happens in.",
            "Make it interrupting, or use an escalation.",
        )
    if is_event_sub_process_host(host):
        sheet.refuse(
            event,
            "dead-attachment",
            f"The boundary event {called(event)} is attached to an event sub-process.",
            "Put an event sub-process inside it instead.",
        )


def is_event_sub_process_host(host: Element | None) -> bool:
    """Whether a boundary event sits on an event sub-process."""
    return host is not None and is_event_sub_process(host)


def _instantiates(sheet: Sheet, element: Element) -> None:
    sheet.refuse(
        element,
        "instantiating",
        f"{called(element)} is meant to start the process, which only start events do.",
        "Draw a message start event instead.",
    )


def check_links(sheet: Sheet) -> None:
    """Each throwing link finds its catching one, and only one."""
    for scope in sheet.scopes():
        links = [node for node in inside(scope) if link_name(node) is not None]
        caught = [link_name(node) for node in links if is_bpmn(node, "intermediateCatchEvent")]
        thrown = [link_name(node) for node in links if is_bpmn(node, "intermediateThrowEvent")]
        for node in links:
            name = link_name(node)
            catches = is_bpmn(node, "intermediateCatchEvent")
            if (
                not name
                or (catches and (caught.count(name) > 1 or name not in thrown))
                or (not catches and name not in caught)
            ):
                sheet.refuse(
                    node,
                    "dead-link",
                    f"The link {called(node)} with the name {name!r} has no counterpart of its own.",
                    "Give one catching and any number of throwing links beside it the same name.",
                )


def check_same_message(sheet: Sheet) -> None:
    """No two events wait for one message at one place: nobody could say which of them it is for."""
    for place, events in _together(sheet):
        seen: dict[str, Element] = {}
        for event in events:
            name = awaited(sheet, event)
            if name and name in seen:
                sheet.refuse(
                    event,
                    "message-twice",
                    f"{called(event)} and {called(seen[name])} both wait for the message {name!r} {place}.",
                    "Use one of them, and a gateway behind it.",
                )
            elif name:
                seen[name] = event


def _together(sheet: Sheet) -> Iterator[tuple[str, list[Element]]]:
    for host, events in sheet.boundaries.items():
        task = sheet.by_id.get(host)
        itself = [task] if task is not None and is_bpmn(task, "receiveTask") else []
        yield f"on {called(task)}" if task is not None else "at one place", [*itself, *events]
    for scope in sheet.scopes():
        yield (
            f"in {called(scope)}",
            [start for node in inside(scope) if is_event_sub_process(node) for start in children(node, "startEvent")],
        )
        if is_bpmn(scope, "process"):
            yield f"to start {called(scope)}", list(children(scope, "startEvent"))
    for gateway in sheet.of_kind("eventBasedGateway"):
        targets = (sheet.by_id.get(flow.get("targetRef") or "") for flow in sheet.leaving(gateway))
        yield f"behind {called(gateway)}", [target for target in targets if target is not None]


def awaited(sheet: Sheet, event: Element) -> str | None:
    """The name of the message that an event or a task waits for, if it waits for one."""
    definition = event if is_bpmn(event, "receiveTask") else event_definition(event)
    if definition is None or kind_of(definition) != "message":
        return None
    found = sheet.referred(definition)
    return None if found is None else (found.get("name") or "").strip()

"""What single elements of a model say: events, work, loops."""

from typing import Any

from engine.core.model.names import child, children, local, properties, said, text_of
from engine.core.spiff import activities, loops

EVENT_KINDS = {
    "timerEventDefinition": "timer",
    "messageEventDefinition": "message",
    "signalEventDefinition": "signal",
    "conditionalEventDefinition": "conditional",
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
    "terminateEventDefinition": "terminate",
}
TIMERS = ("timeDate", "timeDuration", "timeCycle")


def definition_of(node: Any) -> tuple[Any, Any]:
    """The kind of an event and the element that says so; a task with a message is its own."""
    if local(node) in ("receiveTask", "sendTask"):
        return "message", node
    for found in children(node):
        if local(found) in EVENT_KINDS:
            return EVENT_KINDS[local(found)], found
    return "none", node


def name_of(kind: str, referred: Any) -> str | None:
    """The name of a message or signal; the code of an error or escalation."""
    if referred is None:
        return None
    code = {"error": "errorCode", "escalation": "escalationCode"}.get(kind)
    name: str | None = (referred.get(code) if code else None) or referred.get("name")
    return name


def work_of(node: Any) -> activities.Work:
    """What a job asks for."""
    name = local(node)
    if name == "businessRuleTask" and said(node, "decisionRef"):
        kind, what, prefix = "decision", said(node, "decisionRef"), "decisionRef"
    elif name == "callActivity":
        kind, what, prefix = "call", node.get("calledElement"), "calledElement"
    else:
        kind, what, prefix = "service", said(node, "topic"), ""
    return activities.Work(
        kind=kind,  # type: ignore[arg-type]
        what=what or "",
        binding=said(node, f"{prefix}Binding") or "latest",
        version=said(node, f"{prefix}Version") or said(node, f"{prefix}VersionTag"),
        result_variable=said(node, "resultVariable"),
        shape=said(node, "mapDecisionResult") or "resultList",
        retries=said(node, "failedJobRetryTimeCycle"),
        join=told(node, "join") if kind == "call" else None,
    )


def multi_instance(spec: Any, node: Any, found: Any) -> loops.MultiInstance:
    """A multi-instance, from the attributes of either notation."""
    loop = loops.MultiInstance(spec, f"{node.get('id')}#loop", element=node.get("id"), title=node.get("name") or "")
    condition, item, result = (child(found, tag) for tag in ("completionCondition", "inputDataItem", "outputDataItem"))
    loop.sequential = found.get("isSequential") == "true"
    loop.cardinality = text_of(child(found, "loopCardinality")) or None
    loop.collection = said(found, "collection") or text_of(child(found, "loopDataInputRef")) or None
    loop.item = said(found, "elementVariable") or _item(item)
    loop.output = text_of(child(found, "loopDataOutputRef")) or None
    loop.output_item = _item(result)
    loop.condition = text_of(condition) or None
    loop.language = condition.get("language") if condition is not None else None
    return loop


def standard_loop(spec: Any, node: Any, found: Any) -> loops.StandardLoop:
    """A standard loop."""
    loop = loops.StandardLoop(spec, f"{node.get('id')}#loop", element=node.get("id"), title=node.get("name") or "")
    condition = child(found, "loopCondition")
    loop.maximum = found.get("loopMaximum")
    loop.condition = text_of(condition) or None
    loop.language = condition.get("language") if condition is not None else None
    loop.test_before = found.get("testBefore") == "true"
    return loop


def _item(node: Any) -> str | None:
    return None if node is None else str(node.get("name") or node.get("id"))


def told(node: Any, name: str) -> str | None:
    """The value of a property, if the node has it."""
    for key, value, _ in properties(node):
        if key == name and value:
            return value
    return None

"""Flows and starts: nothing dangles, no border is crossed, and everything can begin."""

from engine.core.model.names import SCOPES, children, event_definition, is_bpmn, local, text_of
from engine.core.model.read import ends, local_name
from engine.core.profile.sheet import Sheet, called, inside, is_event_sub_process
from engine.core.safe_xml import Element


def check_flows(sheet: Sheet) -> None:
    """Each flow joins two steps of one process or sub-process."""
    for flow in sheet.flows:
        dead = [(role, key) for role, key in zip(("begins", "ends"), ends(flow), strict=True) if key not in sheet.by_id]
        for role, key in dead:
            sheet.refuse(
                flow,
                "dead-flow",
                f"The flow {called(flow)} {role} at {key!r}, which does not exist."
                if key
                else f"The flow {called(flow)} {role} nowhere.",
                "Connect it to a step, or remove it.",
            )
        if not dead:
            _check_ends(sheet, flow)
    _check_mentioned(sheet)


def _check_ends(sheet: Sheet, flow: Element) -> None:
    source, target = (sheet.by_id[key] for key in ends(flow))
    if not source.getparent() is target.getparent() is flow.getparent():
        sheet.refuse(
            flow,
            "flow-across-border",
            f"The flow {called(flow)} from {called(source)} to {called(target)} crosses the border of a sub-process.",
            "Let it end inside the sub-process, and draw another flow from the sub-process itself.",
        )
    if is_bpmn(target, "startEvent", "boundaryEvent") or is_event_sub_process(target):
        sheet.refuse(
            flow,
            "flow-into-start",
            f"The flow {called(flow)} leads to {called(target)}, which only begins by itself.",
            "Let the flow lead to the step behind it.",
        )
    if is_bpmn(source, "endEvent") or is_event_sub_process(source):
        sheet.refuse(
            flow,
            "flow-out-of-end",
            f"The flow {called(flow)} leaves {called(source)}, where a path is already over.",
            "Use an intermediate event, or remove the flow.",
        )


def _check_mentioned(sheet: Sheet) -> None:
    """The `incoming` and `outgoing` of a step name flows that exist, and `default` one of its own."""
    known = {flow.get("id") for flow in sheet.flows}
    for node in sheet.nodes:
        for mention in children(node, "incoming", "outgoing"):
            key = local_name(text_of(mention)) or ""
            if key not in known:
                sheet.refuse(
                    mention,
                    "dead-flow",
                    f"{called(node)} mentions the flow {key!r}, which does not exist.",
                    "Open the diagram in the modeler and save it again, or remove the line.",
                )
        default = node.get("default")
        if default and default not in {flow.get("id") for flow in sheet.leaving(node)}:
            sheet.refuse(
                node,
                "dead-default",
                f"The default flow of {called(node)} is {default!r}, which does not leave it.",
                "Choose one of its outgoing flows as default.",
            )


def check_starts(sheet: Sheet) -> None:
    """Each process and each sub-process can begin."""
    for scope in sheet.scopes():
        starts = [node for node in inside(scope) if is_bpmn(node, "startEvent")]
        if is_bpmn(scope, "process"):
            _check_process_start(sheet, scope, starts)
        elif is_event_sub_process(scope):
            _check_event_start(sheet, scope, starts)
        elif local(scope) in SCOPES:
            _check_inner_start(sheet, scope, starts)


def _check_process_start(sheet: Sheet, scope: Element, starts: list[Element]) -> None:
    if not starts:
        sheet.refuse(
            scope, "no-start", f"The process {called(scope)} has no start event.", "Draw a start event and connect it."
        )


def _check_inner_start(sheet: Sheet, scope: Element, starts: list[Element]) -> None:
    if len(starts) != 1:
        sheet.refuse(
            scope,
            "sub-process-start",
            f"The sub-process {called(scope)} has {len(starts) or 'no'} start event{'s' * (len(starts) != 1)}.",
            "Draw exactly one plain start event inside it.",
        )
    for start in starts:
        if event_definition(start) is not None:
            sheet.refuse(
                start,
                "inner-start-event",
                f"The start event {called(start)} inside the sub-process {called(scope)} is not plain.",
                "Make it a plain start event; to start by an event, use an event sub-process.",
            )


def _check_event_start(sheet: Sheet, scope: Element, starts: list[Element]) -> None:
    typed = [start for start in starts if event_definition(start) is not None]
    if len(starts) != 1 or len(typed) != 1:
        sheet.refuse(
            scope,
            "event-sub-process-start",
            f"The event sub-process {called(scope)} does not have exactly one start event of a kind.",
            "Draw one start event inside it and make it a message, timer, signal, condition, error or escalation.",
        )

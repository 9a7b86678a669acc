"""Gateways and the conditions of flows: every branch is decided, and none is decided twice."""

from collections.abc import Iterator

from engine.core.model.names import child, event_definition, is_bpmn, local, text_of
from engine.core.model.read import ends
from engine.core.profile.sheet import Sheet, called, is_true, kind_of
from engine.core.safe_xml import Element

_DECIDING = ("exclusiveGateway", "inclusiveGateway")


def condition(flow: Element) -> str:
    """The text of a flow's condition; empty if it has none."""
    return text_of(child(flow, "conditionExpression"))


def check_gateways(sheet: Sheet) -> None:
    """Gateways decide by conditions, and only those that decide have any."""
    for gateway in sheet.of_kind(*_DECIDING):
        _check_deciding(sheet, gateway)
    for gateway in sheet.of_kind("parallelGateway", "eventBasedGateway"):
        for flow in sheet.leaving(gateway):
            if condition(flow):
                sheet.refuse(
                    flow,
                    "condition-passed-over",
                    f"The condition on {called(flow)} behind {called(gateway)} would be passed over without a word.",
                    "Use an exclusive or inclusive gateway, or remove the condition.",
                )
    for gateway in sheet.of_kind("eventBasedGateway"):
        _check_waiting(sheet, gateway)
    for node in sheet.nodes:
        _check_same(sheet, node)


def _check_deciding(sheet: Sheet, gateway: Element) -> None:
    flows = sheet.leaving(gateway)
    default = gateway.get("default")
    open_ones = [flow for flow in flows if not condition(flow) and flow.get("id") != default]
    if len(flows) < 2:
        return
    if not open_ones:
        if not default:
            _no_default(sheet, gateway)
    elif is_bpmn(gateway, "exclusiveGateway"):
        _undecided(sheet, gateway, flows, open_ones)
    elif len(open_ones) == len(flows):
        sheet.warn(
            gateway,
            "inclusive-without-condition",
            f"No flow out of the inclusive gateway {called(gateway)} has a condition, so all are always taken.",
            "Use a parallel gateway, or write conditions.",
        )


def _undecided(sheet: Sheet, gateway: Element, flows: list[Element], open_ones: list[Element]) -> None:
    remedy = "Write a condition on each flow, and mark one as default for whatever is left."
    if len(open_ones) == len(flows):
        message = f"The gateway {called(gateway)} has {len(flows)} flows and not one condition."
        sheet.refuse(gateway, "gateway-without-condition", message, remedy)
        return
    for flow in open_ones:
        message = f"The flow {called(flow)} out of {called(gateway)} has no condition and is not the default."
        sheet.refuse(flow, "gateway-without-condition", message, remedy)


def _no_default(sheet: Sheet, gateway: Element) -> None:
    """Where no condition may hold, the case would be stuck; one that is always true holds."""
    if any(condition(flow).strip() == "${true}" for flow in sheet.leaving(gateway)):
        return
    sheet.warn(
        gateway,
        "gateway-without-default",
        f"The gateway {called(gateway)} has no default flow: where no condition holds, the case is stuck.",
        "Mark one flow as default, unless being stuck is what you want.",
    )


def _check_same(sheet: Sheet, node: Element) -> None:
    """Two flows with one condition are a slip, but for an inclusive gateway, which takes every flow that is true."""
    if is_bpmn(node, "inclusiveGateway"):
        return
    seen: dict[str, Element] = {}
    for flow in sheet.leaving(node):
        text = " ".join(condition(flow).split())
        if text and text in seen:
            sheet.warn(
                flow,
                "same-condition",
                f"The flows {called(seen[text])} and {called(flow)} out of {called(node)} have the same condition.",
                "Change one of the conditions, or remove one of the flows.",
            )
        elif text:
            seen[text] = flow


def _check_waiting(sheet: Sheet, gateway: Element) -> None:
    """Behind an event gateway stand catching events, at most one of them a timer."""
    if is_true(gateway.get("instantiate")):
        sheet.refuse(
            gateway,
            "instantiating",
            f"The event gateway {called(gateway)} is meant to start the process, which only start events do.",
            "Draw a message start event for each message instead.",
        )
    timers = 0
    for flow, target in _targets(sheet, gateway):
        if not is_bpmn(target, "intermediateCatchEvent") or _kind(target) == "link":
            sheet.refuse(
                gateway,
                "event-gateway-target",
                f"The event gateway {called(gateway)} leads to {called(target)} by {called(flow)}, "
                f"and a {local(target)} of this kind is no event that it can wait for.",
                "Let it lead to catching events only: message, timer, signal or condition.",
            )
        timers += _kind(target) == "timer"
    if timers > 1:
        sheet.refuse(
            gateway,
            "event-gateway-two-timers",
            f"Behind the event gateway {called(gateway)} wait {timers} timers; only one of them could ever win.",
            "Keep the timer that is due first.",
        )


def _targets(sheet: Sheet, gateway: Element) -> Iterator[tuple[Element, Element]]:
    for flow in sheet.leaving(gateway):
        target = sheet.by_id.get(ends(flow)[1])
        if target is not None:
            yield flow, target


def _kind(event: Element) -> str:
    definition = event_definition(event)
    return "" if definition is None else kind_of(definition)

"""Paths: every step can be reached, and from every step the path can end."""

from collections.abc import Iterable, Iterator, Mapping

from engine.core.model.names import SCOPES, child, children, event_definition, is_bpmn, local
from engine.core.model.read import ends
from engine.core.profile.sheet import Sheet, called, inside, is_event_sub_process, is_true
from engine.core.safe_xml import Element


def check_paths(sheet: Sheet) -> None:
    """Each step can be reached, and from each step the path can end."""
    for scope in sheet.scopes():
        if is_bpmn(scope, "adHocSubProcess"):
            continue
        nodes = [node for node in inside(scope) if node.get("id")]
        onward = {_id(node): _onward(sheet, node) for node in nodes}
        loose = {_id(node) for node in nodes if _is_loose(sheet, node)}
        begun = {_id(node) for node in nodes if _begins(node)}
        reached = _closure(begun, onward)
        for node in nodes:
            if _id(node) in loose:
                _unconnected(sheet, node)
            elif begun and _id(node) not in reached and not is_true(node.get("isForCompensation")):
                _unreachable(sheet, node)
        if not _may_be_ended(sheet, scope):
            _check_ends_of(sheet, [node for node in nodes if _id(node) in reached - loose], onward)


def _check_ends_of(sheet: Sheet, nodes: list[Element], onward: Mapping[str, set[str]]) -> None:
    back: dict[str, set[str]] = {}
    for key, targets in onward.items():
        for target in targets:
            back.setdefault(target, set()).add(key)
    ending = _closure({_id(node) for node in nodes if _is_last(sheet, node, onward)}, back)
    for node in nodes:
        if _id(node) not in ending:
            sheet.refuse(
                node,
                "no-way-to-an-end",
                f"From {called(node)} no path leads to an end.",
                "Draw a way out of the loop, or something that ends it: a terminate end or an interrupting event.",
            )


def _is_last(sheet: Sheet, node: Element, onward: Mapping[str, set[str]]) -> bool:
    """A path ends here, or goes on to where another problem is told of already."""
    if not sheet.leaving(node):
        return not _is_link_throw(node)
    return not onward[_id(node)] <= onward.keys()


def _unconnected(sheet: Sheet, node: Element) -> None:
    sheet.refuse(
        node, "unconnected", f"{called(node)} is connected to nothing.", "Connect it by sequence flows, or remove it."
    )


def _unreachable(sheet: Sheet, node: Element) -> None:
    sheet.refuse(
        node, "unreachable", f"No path leads to {called(node)}.", "Draw a flow that leads to it, or remove it."
    )


def _onward(sheet: Sheet, node: Element) -> set[str]:
    """What may come next: the ends of its flows, its boundary events, and the catching links of a throwing link."""
    found = {ends(flow)[1] for flow in sheet.leaving(node)}
    found |= {_id(event) for event in sheet.boundaries.get(_id(node), ())}
    if _is_link_throw(node):
        siblings = node.getparent()
        found |= {
            _id(other)
            for other in (inside(siblings) if siblings is not None else ())
            if _catches(other, link_name(node))
        }
    return found


def link_name(node: Element) -> str | None:
    """The name of a link event; none if it is no link event."""
    definition = child(node, "linkEventDefinition")
    return None if definition is None else (definition.get("name") or "").strip()


def _is_link_throw(node: Element) -> bool:
    return is_bpmn(node, "intermediateThrowEvent") and link_name(node) is not None


def _is_link_catch(node: Element) -> bool:
    return is_bpmn(node, "intermediateCatchEvent") and link_name(node) is not None


def _catches(node: Element, link: str | None) -> bool:
    return _is_link_catch(node) and link_name(node) == link


def _begins(node: Element) -> bool:
    return is_bpmn(node, "startEvent") or is_event_sub_process(node)


def _is_loose(sheet: Sheet, node: Element) -> bool:
    if is_bpmn(node, "boundaryEvent") or is_event_sub_process(node) or is_true(node.get("isForCompensation")):
        return False
    alone = not sheet.leaving(node) and not sheet.arriving(node)
    return alone and not (_is_link_throw(node) or _is_link_catch(node)) and not _is_all_there_is(node)


def _is_all_there_is(node: Element) -> bool:
    """A start event alone in its scope is a whole path, if a short one."""
    scope = node.getparent()
    return scope is not None and is_bpmn(node, "startEvent") and sum(1 for _ in inside(scope)) == 1


def _may_be_ended(sheet: Sheet, scope: Element) -> bool:
    """Whether something else can end a path that does not end itself."""
    found: Element | None = scope
    while found is not None and is_bpmn(found, "process", *SCOPES):
        if any(_interrupts(node) for node in inside(found)) or any(
            is_true(event.get("cancelActivity", "true")) for event in sheet.boundaries.get(found.get("id") or "", ())
        ):
            return True
        found = found.getparent()
    return False


def _interrupts(node: Element) -> bool:
    if is_bpmn(node, "endEvent"):
        definition = event_definition(node)
        return definition is not None and local(definition) in ("terminateEventDefinition", "errorEventDefinition")
    if is_event_sub_process(node):
        return any(is_true(start.get("isInterrupting", "true")) for start in children(node, "startEvent"))
    return False


def _closure(begun: Iterable[str], onward: Mapping[str, set[str]]) -> set[str]:
    reached = set(begun)
    waiting = list(reached)
    while waiting:
        for target in onward.get(waiting.pop(), ()):
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached


def reachable(sheet: Sheet, begin: str, *, without: str) -> Iterator[str]:
    """The ids that can be reached from `begin` without passing `without`, itself included."""
    onward = {without: set[str]()}
    waiting, seen = [begin], {begin, without}
    while waiting:
        key = waiting.pop()
        yield key
        node = sheet.by_id.get(key)
        for target in () if node is None else onward.setdefault(key, _onward(sheet, node)):
            if target not in seen:
                seen.add(target)
                waiting.append(target)


def _id(node: Element) -> str:
    return node.get("id") or ""

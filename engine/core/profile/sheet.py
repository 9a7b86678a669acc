"""One diagram as the checks see it: its elements by id, its flows by their ends, and what was found so far."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from engine.core.model.names import FLOW_NODES, SCOPES, bpmn, children, is_bpmn, local
from engine.core.model.read import ends, executable, flow_nodes, local_name
from engine.core.problem import Problem
from engine.core.safe_xml import Document, Element


class Sheet:
    """A diagram, its problems, and the questions that every check asks."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.file = document.file
        self.root = document.root
        self.problems: list[Problem] = []

    def refuse(self, element: Element, code: str, message: str, remedy: str) -> None:
        """Whoever deploys this is told no."""
        self._add("error", element, code, message, remedy)

    def warn(self, element: Element, code: str, message: str, remedy: str) -> None:
        """Whoever releases this is told to look."""
        self._add("warning", element, code, message, remedy)

    def _add(self, severity: str, element: Element, code: str, message: str, remedy: str) -> None:
        line, column = self.document.place(element)
        owner = owner_of(element)
        problem = Problem(
            code=code,
            severity="error" if severity == "error" else "warning",
            file=self.file,
            message=message,
            remedy=remedy,
            line=line,
            column=column,
            element=owner.get("id") if owner is not None else None,
            name=_name(owner) if owner is not None else None,
        )
        if problem not in self.problems:
            self.problems.append(problem)

    @cached_property
    def processes(self) -> tuple[Element, ...]:
        """The processes marked as executable; nothing is said about the others."""
        return tuple(executable(self.root))

    @cached_property
    def nodes(self) -> tuple[Element, ...]:
        """The flow nodes of all executable processes, in document order."""
        return tuple(node for process in self.processes for node in flow_nodes(process))

    @cached_property
    def flows(self) -> tuple[Element, ...]:
        """The sequence flows of all executable processes, in document order."""
        return tuple(flow for process in self.processes for flow in process.iter(bpmn("sequenceFlow")))

    @cached_property
    def by_id(self) -> dict[str, Element]:
        """The flow nodes by their id; of two with one id, the first."""
        found: dict[str, Element] = {}
        for node in self.nodes:
            found.setdefault(node.get("id") or "", node)
        return found

    @cached_property
    def outgoing(self) -> dict[str, list[Element]]:
        """The sequence flows that leave each node, by its id."""
        return self._flows_by(0)

    @cached_property
    def incoming(self) -> dict[str, list[Element]]:
        """The sequence flows that lead to each node, by its id."""
        return self._flows_by(1)

    def _flows_by(self, end: int) -> dict[str, list[Element]]:
        found: dict[str, list[Element]] = defaultdict(list)
        for flow in self.flows:
            found[ends(flow)[end]].append(flow)
        return found

    @cached_property
    def boundaries(self) -> dict[str, list[Element]]:
        """The boundary events of each activity, by its id."""
        found: dict[str, list[Element]] = defaultdict(list)
        for node in self.nodes:
            if is_bpmn(node, "boundaryEvent"):
                found[node.get("attachedToRef") or ""].append(node)
        return found

    @cached_property
    def declared(self) -> dict[tuple[str, str], Element]:
        """Messages, signals, errors and escalations by kind and id."""
        kinds = ("message", "signal", "error", "escalation")
        return {(kind, entry.get("id") or ""): entry for kind in kinds for entry in children(self.root, kind)}

    def scopes(self) -> Iterator[Element]:
        """Each executable process and each of its sub-processes."""
        for process in self.processes:
            yield process
            yield from (node for node in flow_nodes(process) if local(node) in SCOPES)

    def of_kind(self, *kinds: str) -> Iterator[Element]:
        """The flow nodes of these kinds."""
        return (node for node in self.nodes if local(node) in kinds)

    def leaving(self, node: Element) -> list[Element]:
        """The sequence flows that leave a node, in document order."""
        return self.outgoing.get(node.get("id") or "", [])

    def arriving(self, node: Element) -> list[Element]:
        """The sequence flows that lead to a node, in document order."""
        return self.incoming.get(node.get("id") or "", [])

    def referred(self, definition: Element) -> Element | None:
        """The message, signal, error or escalation that an event definition or a task refers to."""
        kind = kind_of(definition)
        return self.declared.get((kind, local_name(definition.get(f"{kind}Ref")) or ""))


def kind_of(definition: Element) -> str:
    """`message` for a message event definition or a receive task, and so on."""
    name = local(definition)
    return "message" if name in ("receiveTask", "sendTask") else name.removesuffix("EventDefinition")


def inside(scope: Element) -> Iterator[Element]:
    """The flow nodes directly in a process or sub-process."""
    return (found for found in children(scope) if local(found) in FLOW_NODES)


def is_event_sub_process(element: Element) -> bool:
    """Whether it is a sub-process that an event starts."""
    return is_bpmn(element, "subProcess") and is_true(element.get("triggeredByEvent"))


def is_true(text: str | None) -> bool:
    """An XML boolean."""
    return (text or "").strip() in ("true", "1")


def called(element: Element) -> str:
    """How a message speaks of an element: its name and id, as the modeler shows them."""
    name, key = _name(element), element.get("id")
    if name and key:
        return f"{name!r} ({key})"
    return key or name or f"a {local(element)} without an id"


def owner_of(element: Element) -> Element | None:
    """The element itself or the nearest one around it that has an id."""
    found: Element | None = element
    while found is not None and not (found.get("id") and _is_shown(found)):
        found = found.getparent()
    return found


def _is_shown(element: Element) -> bool:
    return is_bpmn(element) and not local(element).endswith(("EventDefinition", "Expression", "Characteristics"))


def _name(element: Element) -> str | None:
    return " ".join((element.get("name") or "").split()) or None

"""From the author's XML to the facts of each executable process."""

from collections.abc import Iterator

from engine.core.model import grammar
from engine.core.model.names import (
    BPMN,
    FLOW_NODES,
    SCOPES,
    bpmn,
    child,
    children,
    event_definition,
    is_bpmn,
    local,
    properties,
    said,
    text_of,
)
from engine.core.model.rules import form_of, read_rules
from engine.core.safe_xml import Complain, Document, Element, read
from engine.core.vocabulary import Model, Node, Start

STARTS = {
    "messageEventDefinition": "message",
    "signalEventDefinition": "signal",
    "timerEventDefinition": "timer",
    "conditionalEventDefinition": "conditional",
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
}
TIMES = ("timeDuration", "timeDate", "timeCycle")


def read_models(xml: bytes, file: str) -> tuple[Model, ...]:
    """
    The facts of each executable process of a diagram, in document order.

    Nothing is judged here: what is not in the grammar of its property is left
    out. The profile check says so, and lets no such diagram be deployed.

    Raises:
        UnsafeXml: the file is no XML that may be read.
    """
    return models_of(read(xml, file), _ignore)


def models_of(document: Document, complain: Complain) -> tuple[Model, ...]:
    """As `read_models`, telling `complain` of each property that does not parse."""
    return tuple(read_model(process, complain) for process in executable(document.root))


def executable(root: Element) -> Iterator[Element]:
    """The processes of a diagram that are marked as executable."""
    return (process for process in children(root, "process") if process.get("isExecutable") == "true")


def read_model(process: Element, complain: Complain) -> Model:
    """The facts of one process."""
    key = process.get("id") or ""
    rules = read_rules(process, complain)
    lanes = _Lanes(process)
    nodes = {
        node.id: node
        for node in (_node(found, lanes, complain, rules.clock) for found in flow_nodes(process))
        if node.id
    }
    return Model(
        key=key,
        name=(process.get("name") or "").strip() or _pool_name(process, key) or key,
        nodes=nodes,
        flows={flow.get("id") or "": ends(flow) for flow in process.iter(bpmn("sequenceFlow"))},
        starts=tuple(_start(start) for start in children(process, "startEvent")),
        lanes=lanes.names,
        rules=rules,
        limits={limit.name: text for limit, text in _limits(process, complain)},
        pause_clock=_listed_names(process, "pause_clock", complain),
        starter_groups=grammar.listed(said(process, "candidateStarterGroups")),
        starter_users=grammar.listed(said(process, "candidateStarterUsers")),
        title=next((value for name, value, _ in properties(process) if name == "title" and value), None),
        number=_number(process, complain),
        version_tag=said(process, "versionTag"),
        history_time_to_live=said(process, "historyTimeToLive"),
    )


def flow_nodes(process: Element) -> Iterator[Element]:
    """The flow nodes of a process and of its sub-processes, in document order."""
    return (found for found in process.iter(f"{{{BPMN}}}*") if local(found) in FLOW_NODES)


def ends(flow: Element) -> tuple[str, str]:
    """Where a sequence flow comes from and leads to."""
    return flow.get("sourceRef") or "", flow.get("targetRef") or ""


def scope_of(element: Element) -> str | None:
    """The id of the sub-process that an element lies in; none if it lies in the process itself."""
    parent = element.getparent()
    return parent.get("id") if parent is not None and is_bpmn(parent, *SCOPES) else None


def start_name(definition: Element, root: Element) -> str | None:
    """The name of the message, signal, error or escalation that an event definition refers to."""
    kind = local(definition).removesuffix("EventDefinition")
    wanted = definition.get(f"{kind}Ref")
    found = next((entry for entry in children(root, kind) if entry.get("id") == local_name(wanted)), None)
    return (found.get("name") or "").strip() or None if found is not None else None


def local_name(reference: str | None) -> str | None:
    """The id that a reference names: `ns:Message_1` and `Message_1` are the same."""
    return reference.rpartition(":")[2].strip() if reference else None


def timer_text(definition: Element) -> tuple[str | None, str | None]:
    """The element and the text of a timer; neither where it has no value."""
    for kind in TIMES:
        text = text_of(child(definition, kind))
        if text:
            return kind, text
    return None, None


def _node(element: Element, lanes: "_Lanes", complain: Complain, clock: grammar.Clock) -> Node:
    return Node(
        id=element.get("id") or "",
        kind=local(element),
        name=(element.get("name") or "").strip(),
        lane=lanes.of(element),
        scope=scope_of(element),
        documentation=text_of(child(element, "documentation")),
        rules=read_rules(element, complain, clock=clock),
    )


def _start(element: Element) -> Start:
    definition = event_definition(element)
    told = {name: value for name, value, _ in properties(element)}
    if definition is None:
        return Start(element=element.get("id") or "", kind="none", form=form_of(element))
    kind, text = timer_text(definition)
    return Start(
        element=element.get("id") or "",
        kind=STARTS.get(local(definition), "none"),  # type: ignore[arg-type]
        name=start_name(definition, element.getroottree().getroot()),
        form=form_of(element),
        timer=text,
        timer_kind=kind,
        duplicate_key=told.get("duplicate_key") or None,
    )


def _limits(process: Element, complain: Complain) -> Iterator[tuple[grammar.Limit, str]]:
    """Each limit of each property `limit`, one a line or parted by `;`, with its text behind the name."""
    for name, value, entry in properties(process):
        for line in filter(str.strip, value.replace(";", "\n").splitlines()) if name == "limit" else ():
            try:
                yield grammar.limit(line), line.partition("=")[2].strip()
            except grammar.GrammarError as error:
                complain(entry, "property-limit", error.message, error.remedy)


def _listed_names(process: Element, wanted: str, complain: Complain) -> tuple[str, ...]:
    for name, value, entry in properties(process):
        if name == wanted:
            try:
                return grammar.names(value)
            except grammar.GrammarError as error:
                complain(entry, f"property-{wanted.replace('_', '-')}", error.message, error.remedy)
    return ()


def _number(process: Element, complain: Complain) -> str | None:
    """How the cases of a process are numbered, if they are."""
    for name, value, entry in properties(process):
        if name == "number":
            try:
                return grammar.number(value).text
            except grammar.GrammarError as error:
                complain(entry, "property-number", error.message, error.remedy)
    return None


def _pool_name(process: Element, key: str) -> str:
    root = process.getroottree().getroot()
    pools = (
        pool for collaboration in children(root, "collaboration") for pool in children(collaboration, "participant")
    )
    return next(((pool.get("name") or "").strip() for pool in pools if local_name(pool.get("processRef")) == key), "")


class _Lanes:
    """Which lane each flow node lies in: the innermost one that names it, else that of what it hangs on or lies in."""

    def __init__(self, process: Element) -> None:
        found = list(process.iter(bpmn("lane")))
        self.names = {lane.get("id") or "": (lane.get("name") or "").strip() for lane in found}
        self._of: dict[str, str] = {}
        for lane in found:
            for reference in children(lane, "flowNodeRef"):
                self._of[text_of(reference)] = lane.get("id") or ""
        self._roles = self._with_more_than_event_sub_processes(process)

    def of(self, element: Element) -> str | None:
        named = self._of.get(element.get("id") or "") or self._of.get(element.get("attachedToRef") or "")
        parent = element.getparent()
        if named or parent is None or not is_bpmn(parent, *SCOPES):
            return named
        inherited = self.of(parent)
        return inherited if parent.get("triggeredByEvent") != "true" or inherited in self._roles else None

    def _with_more_than_event_sub_processes(self, process: Element) -> frozenset[str]:
        """A lane that holds nothing but event sub-processes is a place in the drawing and no role."""
        plain = (found for found in flow_nodes(process) if found.get("triggeredByEvent") != "true")
        named = (self._of.get(found.get("id") or "") for found in plain)
        return frozenset(lane for lane in named if lane)


def _ignore(element: Element, code: str, message: str, remedy: str) -> None:
    """Nobody is to be told."""

"""
From translated XML to specifications: the library's parser with our own nodes.

The library indexes the document and keeps the processes; the nodes of a
process are read one by one, without recursion, in the order of the document.
"""

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec

from engine.core.model.names import child, children, local, properties, said, text_of
from engine.core.model.read import local_name
from engine.core.spiff import activities, gateways, happenings, loops
from engine.core.spiff.extensions import mapping
from engine.core.spiff.nodes import Exclusive, Flow, Node

__all__ = ["KINDS", "Parser", "Process", "ProcessSpec", "ValidationException", "parse"]

KINDS: dict[str, type[Node]] = {
    "startEvent": happenings.Start,
    "endEvent": happenings.End,
    "intermediateCatchEvent": happenings.Catch,
    "intermediateThrowEvent": happenings.Throw,
    "boundaryEvent": happenings.Boundary,
    "exclusiveGateway": Exclusive,
    "parallelGateway": gateways.Parallel,
    "inclusiveGateway": gateways.Inclusive,
    "eventBasedGateway": gateways.EventGateway,
    "task": activities.PassingTask,
    "manualTask": activities.PassingTask,
    "userTask": activities.UserTask,
    "scriptTask": activities.ScriptTask,
    "serviceTask": activities.Job,
    "sendTask": activities.Job,
    "businessRuleTask": activities.Job,
    "callActivity": activities.Job,
    "receiveTask": activities.ReceiveTask,
    "subProcess": activities.SubProcess,
}
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


class ProcessSpec(BpmnProcessSpec):  # type: ignore[misc]
    """The nodes of one process or sub-process."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.task_specs.clear()
        self.start = activities.Root(self, "#", element="#")
        self.start.starts, self.start.beside = {}, []


class Process(ProcessParser):  # type: ignore[misc]
    """Reads one process or sub-process."""

    def create_spec(self) -> ProcessSpec:
        return ProcessSpec(self.bpmn_id)

    def add_tasks(self) -> None:
        nodes = [found for found in children(self.node) if local(found) in KINDS]
        for node in nodes:
            self.add(node)
        for node in nodes:
            self.connect(node)
        specs = self.spec.task_specs
        for spec in list(specs.values()):
            if isinstance(spec, gateways.Inclusive):
                spec.reach = gateways.reaches(specs, spec)

    def add(self, node: Any) -> None:
        """Make the specification of one node, without its flows."""
        name = node.get("id")
        if local(node) == "subProcess":
            self.parser.create_parser(node)
        if node.get("triggeredByEvent") == "true":
            self.add_event_sub_process(node)
            return
        spec = self.make(node)
        if local(node) == "startEvent":
            self.spec.start.starts[name] = name
        repeated = child(node, "multiInstanceLoopCharacteristics")
        looped = child(node, "standardLoopCharacteristics")
        if repeated is not None:
            self.repeat(spec, multi_instance(self.spec, node, repeated))
        elif looped is not None:
            self.repeat(spec, standard_loop(self.spec, node, looped))

    def make(self, node: Any, kind: type[Node] | None = None, suffix: str = "") -> Node:
        """A specification with everything that its kind reads from the XML."""
        made = kind or kind_of(node)
        spec = made(self.spec, node.get("id") + suffix, element=node.get("id"), title=node.get("name") or "")
        spec.default = node.get("default")
        if isinstance(spec, (happenings.Throw, happenings.Catch)):
            spec.happening = self.happening(node)
        if isinstance(spec, happenings.Start):
            spec.initiator = said(node, "initiator")
        if isinstance(spec, happenings.Boundary):
            interrupts = node.get("cancelActivity" if local(node) == "boundaryEvent" else "isInterrupting", "true")
            spec.interrupting = interrupts == "true" or spec.happening.kind == "error"
        if isinstance(spec, activities.Activity):
            spec.mapping = mapping(node)
        if isinstance(spec, activities.Job):
            spec.work = work_of(node)
        if isinstance(spec, (activities.ScriptTask, activities.ExpressionTask)):
            spec.source = text_of(child(node, "script")) or said(node, "expression") or ""
            spec.result_variable = said(node, "resultVariable")
        return spec

    def repeat(self, spec: Node, loop: loops.Loop) -> None:
        """Let `loop` stand where `spec` stood, and `spec` be one instance of it."""
        specs = self.spec.task_specs
        loop.name, spec.name = spec.name, f"{spec.name} [child]"
        specs[loop.name], specs[spec.name] = loop, spec
        del specs[f"{loop.name}#loop"]
        loop.body, spec.loop = spec.name, loop.name
        loop.default, spec.default = spec.default, None

    def add_event_sub_process(self, node: Any) -> None:
        """An event sub-process is its start event, waiting beside everything else, and a body."""
        start = child(node, "startEvent")
        waiting = self.make(start, happenings.ScopeStart, "#on")
        body = self.make(node)
        join(waiting, body, Flow(f"#{body.name}", body.name))
        self.spec.start.beside.append(waiting.name)

    def connect(self, node: Any) -> None:
        """Add the flows that leave one node, and the boundary events that are attached to it."""
        source = self.spec.task_specs[node.get("id")]
        for found in self.get_outgoing_sequence_flows(node.get("id")):
            condition = child(found, "conditionExpression")
            language = condition.get("language") if condition is not None else None
            flow = Flow(found.get("id"), found.get("targetRef"), text_of(condition) or None, language)
            join(source, self.spec.task_specs[flow.target], flow)
        source.attached = [found.get("id") for found in self.get_boundary_events(node.get("id"))]
        for name in source.attached:
            self.spec.task_specs[name].origins.append(source.name)

    def happening(self, node: Any) -> happenings.Happening:
        """What an event waits for or throws."""
        kind, found = definition_of(node)
        wanted = local_name(found.get(f"{kind}Ref"))
        referred = next((entry for entry in children(self.document_root, kind) if entry.get("id") == wanted), None)
        timer = next((entry for entry in children(found, *TIMERS)), None)
        condition = child(found, "condition") if timer is None else timer
        return happenings.Happening(
            kind=kind,
            name=name_of(kind, referred),
            text=text_of(condition) or None,
            language=condition.get("language") if condition is not None else None,
            timer=local(timer) if timer is not None else None,
            clock=told(node, "clock") or told(self.process_node(), "clock") or "business",
            key=told(node, "correlation_key"),
            code_variable=said(found, f"{kind}CodeVariable"),
            message_variable=said(found, "errorMessageVariable"),
            mapping=mapping(node),
        )

    def process_node(self) -> Any:
        """The process around this sub-process, or the process itself."""
        return next(
            (found for found in (self.node, *self.node.iterancestors()) if local(found) == "process"), self.node
        )


class Parser(BpmnParser):  # type: ignore[misc]
    """The library's parser, reading processes our way."""

    PROCESS_PARSER_CLASS = Process


def parse(xml: bytes, key: str) -> tuple[ProcessSpec, dict[str, ProcessSpec]]:
    """The specification of the process `key`, and those of its sub-processes by id."""
    parser = Parser()
    secure = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    parser.add_bpmn_xml(etree.fromstring(xml, secure))
    spec = parser.get_spec(key)
    scopes: dict[str, ProcessSpec] = {}
    pending = [spec]
    while pending:
        for node in pending.pop().task_specs.values():
            if isinstance(node, activities.SubProcess):
                scopes[node.scope_name] = parser.get_spec(node.scope_name)
                pending.append(scopes[node.scope_name])
    return spec, scopes


def join(source: Node, target: Node, flow: Flow) -> None:
    """Draw a flow from one node to another."""
    source.flows.append(flow)
    target.sources.append(flow.id)
    target.origins.append(source.name)


def kind_of(node: Any) -> type[Node]:
    """The class of a node: some kinds depend on how they are implemented."""
    name = local(node)
    if name == "serviceTask" and said(node, "expression"):
        return activities.ExpressionTask
    if name == "sendTask" and not said(node, "topic"):
        return activities.SendTask
    return KINDS[name]


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
    )


def multi_instance(spec: ProcessSpec, node: Any, found: Any) -> loops.MultiInstance:
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


def standard_loop(spec: ProcessSpec, node: Any, found: Any) -> loops.StandardLoop:
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

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

from engine.core.model.names import child, children, local, said, text_of
from engine.core.model.read import local_name
from engine.core.spiff import activities, gateways, happenings, loops, reading
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
            self.repeat(spec, reading.multi_instance(self.spec, node, repeated))
        elif looped is not None:
            self.repeat(spec, reading.standard_loop(self.spec, node, looped))

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
            spec.work = reading.work_of(node)
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
        kind, found = reading.definition_of(node)
        wanted = local_name(found.get(f"{kind}Ref"))
        referred = next((entry for entry in children(self.document_root, kind) if entry.get("id") == wanted), None)
        timer = next((entry for entry in children(found, *reading.TIMERS)), None)
        condition = child(found, "condition") if timer is None else timer
        return happenings.Happening(
            kind=kind,
            name=reading.name_of(kind, referred),
            text=text_of(condition) or None,
            language=condition.get("language") if condition is not None else None,
            timer=local(timer) if timer is not None else None,
            clock=reading.told(node, "clock") or reading.told(self.process_node(), "clock") or "business",
            key=reading.told(node, "correlation_key"),
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

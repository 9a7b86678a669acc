"""Small models, drawn in Python: the shortest way from a sentence about BPMN to a diagram that says it."""

from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' id="definitions" targetNamespace="urn:test">'
)


class Drawing:
    """
    A process, or with `Drawing("sub")` and `inner()` the inside of a sub-process.

    Attributes with two underscores become extension attributes: `camunda__assignee`.
    """

    def __init__(self, key: str = "process", beside: str = "") -> None:
        self.key, self.beside = key, beside
        self.nodes: list[str] = []
        self.flows: list[str] = []

    def node(self, tag: str, name: str, inner: str = "", **attributes: str) -> "Drawing":
        said = {"id": name, "name": name, **attributes}
        texts = " ".join(f"{key.replace('__', ':')}={quoteattr(value)}" for key, value in said.items())
        self.nodes.append(f"<bpmn:{tag} {texts}>{inner}</bpmn:{tag}>")
        return self

    def start(self, name: str = "start", inner: str = "", **attributes: str) -> "Drawing":
        return self.node("startEvent", name, inner, **attributes)

    def end(self, *names: str, inner: str = "") -> "Drawing":
        for name in names or ("end",):
            self.node("endEvent", name, inner)
        return self

    def user(self, *names: str, inner: str = "", **attributes: str) -> "Drawing":
        for name in names:
            self.node("userTask", name, inner, **attributes)
        return self

    def xor(self, name: str, default: str | None = None) -> "Drawing":
        return self.node("exclusiveGateway", name, **({"default": default} if default else {}))

    def parallel(self, *names: str) -> "Drawing":
        for name in names:
            self.node("parallelGateway", name)
        return self

    def inclusive(self, name: str, default: str | None = None) -> "Drawing":
        return self.node("inclusiveGateway", name, **({"default": default} if default else {}))

    def service(self, *names: str, inner: str = "", topic: str = "work", **attributes: str) -> "Drawing":
        for name in names:
            self.node("serviceTask", name, inner, camunda__type="external", camunda__topic=topic, **attributes)
        return self

    def call(self, name: str, process: str = "other", inner: str = "") -> "Drawing":
        return self.node("callActivity", name, inner, calledElement=process)

    def script(self, name: str, feel: str, **attributes: str) -> "Drawing":
        return self.node(
            "scriptTask", name, f"<bpmn:script>{escape(feel)}</bpmn:script>", scriptFormat="feel", **attributes
        )

    def catch(self, name: str, inner: str) -> "Drawing":
        return self.node("intermediateCatchEvent", name, inner)

    def throw(self, name: str, inner: str = "") -> "Drawing":
        return self.node("intermediateThrowEvent", name, inner)

    def boundary(self, name: str, on: str, inner: str, interrupting: bool = True) -> "Drawing":
        return self.node("boundaryEvent", name, inner, attachedToRef=on, cancelActivity=str(interrupting).lower())

    def sub(self, name: str, inside: "Drawing", inner: str = "", **attributes: str) -> "Drawing":
        return self.node("subProcess", name, inner + inside.inner(), **attributes)

    def event_sub(self, name: str, inside: "Drawing") -> "Drawing":
        return self.sub(name, inside, triggeredByEvent="true")

    def flow(self, source: str, target: str, condition: str | None = None, name: str | None = None) -> "Drawing":
        name = name or f"{source}_to_{target}"
        tag, kind = "bpmn:conditionExpression", 'xsi:type="bpmn:tFormalExpression"'
        inner = f"<{tag} {kind}>{escape(condition)}</{tag}>" if condition else ""
        self.flows.append(
            f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'
        )
        return self

    def path(self, *names: str) -> "Drawing":
        for source, target in pairwise(names):
            self.flow(source, target)
        return self

    def inner(self) -> str:
        return "".join(self.nodes) + "".join(self.flows)

    def xml(self) -> bytes:
        process = f'<bpmn:process id="{self.key}" name="{self.key}" isExecutable="true">{self.inner()}</bpmn:process>'
        return (HEAD + self.beside + process + "</bpmn:definitions>").encode()


def messages(*names: str) -> str:
    return "".join(f'<bpmn:message id="message_{name}" name="{name}"/>' for name in names)


def signals(*names: str) -> str:
    return "".join(f'<bpmn:signal id="signal_{name}" name="{name}"/>' for name in names)


def errors(*codes: str) -> str:
    return "".join(f'<bpmn:error id="error_{code}" name="{code}" errorCode="{code}"/>' for code in codes)


def escalations(*codes: str) -> str:
    return "".join(f'<bpmn:escalation id="escalation_{code}" name="{code}" escalationCode="{code}"/>' for code in codes)


def message(name: str, inner: str = "") -> str:
    return f'<bpmn:messageEventDefinition messageRef="message_{name}">{inner}</bpmn:messageEventDefinition>'


def signal(name: str) -> str:
    return f'<bpmn:signalEventDefinition signalRef="signal_{name}"/>'


def error(code: str | None = None, **attributes: str) -> str:
    said = {"errorRef": f"error_{code}"} if code else {}
    said.update(attributes)
    texts = " ".join(f'{key.replace("__", ":")}="{value}"' for key, value in said.items())
    return f"<bpmn:errorEventDefinition {texts}/>"


def escalation(code: str | None = None, **attributes: str) -> str:
    said = {"escalationRef": f"escalation_{code}"} if code else {}
    said.update(attributes)
    texts = " ".join(f'{key.replace("__", ":")}="{value}"' for key, value in said.items())
    return f"<bpmn:escalationEventDefinition {texts}/>"


def link(name: str) -> str:
    return f'<bpmn:linkEventDefinition name="{name}"/>'


TERMINATE = "<bpmn:terminateEventDefinition/>"


def timer(kind: str, text: str) -> str:
    return (
        f'<bpmn:timerEventDefinition><bpmn:{kind} xsi:type="bpmn:tFormalExpression">{escape(text)}</bpmn:{kind}>'
        "</bpmn:timerEventDefinition>"
    )


def duration(text: str) -> str:
    return timer("timeDuration", text)


def date(text: str) -> str:
    return timer("timeDate", text)


def cycle(text: str) -> str:
    return timer("timeCycle", text)


def conditional(text: str) -> str:
    return (
        '<bpmn:conditionalEventDefinition><bpmn:condition xsi:type="bpmn:tFormalExpression">'
        f"{escape(text)}</bpmn:condition></bpmn:conditionalEventDefinition>"
    )


def extension(inner: str) -> str:
    return f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"


def many(
    collection: str | None = None,
    item: str | None = None,
    *,
    times: str | None = None,
    sequential: bool = False,
    until: str | None = None,
    results: str | None = None,
    result: str | None = None,
) -> str:
    """A multi-instance: Camunda's attributes for the list, BPMN's elements for the results."""
    said = f' isSequential="{str(sequential).lower()}"'
    said += f' camunda:collection="{collection}"' if collection else ""
    said += f' camunda:elementVariable="{item}"' if item else ""
    inner = f"<bpmn:loopCardinality>{times}</bpmn:loopCardinality>" if times else ""
    inner += f"<bpmn:loopDataOutputRef>{results}</bpmn:loopDataOutputRef>" if results else ""
    inner += f'<bpmn:outputDataItem id="item_{result}" name="{result}"/>' if result else ""
    inner += f"<bpmn:completionCondition>{escape(until)}</bpmn:completionCondition>" if until else ""
    return f"<bpmn:multiInstanceLoopCharacteristics{said}>{inner}</bpmn:multiInstanceLoopCharacteristics>"

"""What a process refers to beyond its own file's border: other processes, decisions, forms and ladders."""

from dataclasses import dataclass
from typing import Literal

from engine.core.model.names import BPMN, said
from engine.core.safe_xml import Element, parse
from engine.core.vocabulary import Model, Ref


@dataclass(frozen=True, order=True)
class Reference:
    """One thing that a process needs. `name` tells it apart from others of its kind: key, binding and version."""

    kind: Literal["process", "decision", "form", "ladder"]
    key: str
    binding: str = "latest"
    version: str | None = None

    @property
    def name(self) -> str:
        """The key, with binding and version where they are not the usual ones."""
        if self.binding == "latest":
            return self.key
        return f"{self.key}@{self.binding}" + (f":{self.version}" if self.version else "")


def references(xml: bytes, file: str, model: Model) -> tuple[Reference, ...]:
    """Each thing that the process of `model` refers to by a fixed name, once, sorted. Computed names are left out."""
    found = {_of_form(ref) for ref in _forms(model)} | _ladders(model)
    tree = parse(xml, file)
    for process in tree.iter(f"{{{BPMN}}}process"):
        if process.get("id") == model.key:
            found |= {_called(node) for node in process.iter(f"{{{BPMN}}}callActivity")}
            found |= {_decided(node) for node in process.iter(f"{{{BPMN}}}businessRuleTask")}
    return tuple(sorted((one for one in found if one.key and "$" not in one.key), key=lambda one: (one.kind, one.name)))


def _forms(model: Model) -> list[Ref]:
    forms = [node.rules.form for node in model.nodes.values()] + [start.form for start in model.starts]
    return [form for form in forms if form is not None]


def _of_form(ref: Ref) -> Reference:
    return Reference("form", ref.key, ref.binding, ref.version)


def _ladders(model: Model) -> set[Reference]:
    named = {node.rules.escalation for node in model.nodes.values() if node.kind == "userTask"}
    return {Reference("ladder", key) for key in named - {"none"}}


def _called(node: Element) -> Reference:
    version = said(node, "calledElementVersion") or said(node, "calledElementVersionTag")
    return Reference(
        "process", (node.get("calledElement") or "").strip(), said(node, "calledElementBinding") or "latest", version
    )


def _decided(node: Element) -> Reference:
    version = said(node, "decisionRefVersion") or said(node, "decisionRefVersionTag")
    return Reference("decision", said(node, "decisionRef") or "", said(node, "decisionRefBinding") or "latest", version)

"""References to other files: forms, tables, called processes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from engine.core.model.names import is_bpmn, said
from engine.core.model.rules import form_of, reference
from engine.core.profile.known import Known
from engine.core.profile.resources import Provided
from engine.core.profile.sheet import Sheet, called
from engine.core.safe_xml import Element
from engine.core.vocabulary import Ref


@dataclass(frozen=True)
class Around:
    """
    What lies around one diagram: everything the files bring along, and what is known beside them.

    A lone file shows nothing of the others; a lone diagram among tables and
    forms, as a folder of one process is, shows nothing of other processes.
    """

    files: int
    diagrams: int
    processes: Mapping[str, object]
    provided: Provided
    known: Known


def _check_subject(sheet: Sheet, node: Element, asked: frozenset[str]) -> None:
    """What a case is about is said when it begins, and by no later answer."""
    if "subject" in asked and is_bpmn(node, "userTask"):
        sheet.refuse(
            node,
            "form-bad-key",
            f"{called(node)} asks for 'subject', which is what the case is about already.",
            "Give the field another name; only the form of a start event asks for the subject.",
        )


def check_references(sheet: Sheet, around: Around) -> None:
    """Each form, table and process that a diagram names is found."""
    for node in sheet.of_kind("userTask", "startEvent"):
        form = form_of(node)
        if form is not None and not _is_expression(form.key):
            _check(sheet, node, "form", form, around.provided.named, around.known.forms, around)
            _check_subject(sheet, node, around.provided.writes(form.key))
    for task in sheet.of_kind("businessRuleTask"):
        key = said(task, "decisionRef")
        if key and not _is_expression(key):
            decision = reference(task, key, "decisionRefBinding", "decisionRefVersion")
            _check(sheet, task, "decision", decision, around.provided.decisions, around.known.decisions, around)
    for call in sheet.of_kind("callActivity"):
        key = (call.get("calledElement") or "").strip()
        if key and not _is_expression(key):
            process = reference(call, key, "calledElementBinding", "calledElementVersion")
            _check(sheet, call, "process", process, around.processes, around.known.processes, around)


def _check(
    sheet: Sheet,
    element: Element,
    kind: str,
    wanted: Ref,
    at_hand: Collection[str],
    known: Collection[str] | None,
    around: Around,
) -> None:
    if wanted.key in at_hand or (known is not None and wanted.key in known and wanted.binding != "deployment"):
        return
    alone = around.files == 1 or (kind == "process" and around.diagrams == 1 and wanted.binding != "deployment")
    if known is None and alone:
        sheet.warn(
            element,
            f"{kind}-not-seen",
            f"{called(element)} refers to the {kind} {wanted.key!r}, which is not among the files at hand.",
            f"Deploy it together with the file of that {kind}, or make sure that it is deployed already.",
        )
        return
    bound = " in the same deployment, to which it is bound" if wanted.binding == "deployment" else ""
    sheet.refuse(
        element,
        f"{kind}-not-found",
        f"{called(element)} refers to the {kind} {wanted.key!r}, which does not exist{bound}.",
        f"Correct the reference, or deploy the file of that {kind} together with this one.",
    )


def _is_expression(text: str) -> bool:
    return "${" in text or "#{" in text or text.lstrip().startswith("=")

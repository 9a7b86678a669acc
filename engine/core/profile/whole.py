"""What concerns a diagram as a whole: what it is for, its ids, its drawing, elements nobody knows."""

from collections import Counter
from difflib import get_close_matches

from engine.core.model.names import BPMN, BPMN_DI, MODELER, ZEEBE, bpmn, children, is_bpmn, local
from engine.core.model.read import local_name
from engine.core.profile.sheet import Sheet, called
from engine.core.profile.words import BPMN_ELEMENTS, REFUSED_ELEMENTS
from engine.core.safe_xml import Element


def is_diagram(sheet: Sheet) -> bool:
    """Whether the file is a BPMN diagram of this engine's kind at all; if not, one problem says so."""
    root = sheet.root
    if not is_bpmn(root, "definitions"):
        sheet.refuse(
            root,
            "not-bpmn",
            f"The file is not a BPMN diagram: it begins with {local(root)!r}.",
            "Save it as a BPMN 2.0 diagram, or give it the suffix of what it is.",
        )
        return False
    if _is_for_camunda_8(root):
        sheet.refuse(
            root,
            "camunda-8",
            "The diagram was made for Camunda 8 (Zeebe), which says the same things in other words.",
            "In Camunda Modeler create a diagram for Camunda 7 and copy the shapes over, then fill in the properties.",
        )
        return False
    return True


def _is_for_camunda_8(root: Element) -> bool:
    if root.get(f"{{{MODELER}}}executionPlatform") == "Camunda Cloud":
        return True
    mark = f"{{{ZEEBE}}}"
    names = (name for found in root.iter() for name in (found.tag, *found.attrib))
    return any(str(name).startswith(mark) for name in names)


def check_processes(sheet: Sheet) -> None:
    """A diagram without an executable process deploys nothing."""
    drawn = list(children(sheet.root, "process"))
    if not sheet.processes:
        where = drawn[0] if drawn else sheet.root
        sheet.refuse(
            where,
            "no-executable-process",
            "The diagram has no executable process, so there is nothing to run.",
            "Mark the process as executable: select the empty canvas or the pool, and tick Executable.",
        )


def check_ids(sheet: Sheet) -> None:
    """Each element has an id, and no two have the same."""
    counted = Counter(found.get("id") for found in sheet.root.iter(f"{{{BPMN}}}*") if found.get("id"))
    seen: set[str] = set()
    for found in sheet.root.iter(f"{{{BPMN}}}*"):
        key = found.get("id")
        if key and counted[key] > 1 and key in seen:
            sheet.refuse(
                found,
                "duplicate-id",
                f"The id {key!r} is used {counted[key]} times.",
                "Give each element an id of its own.",
            )
        seen.add(key or "")
    for found in (*sheet.processes, *sheet.nodes, *sheet.flows):
        _check_id(sheet, found)


def _check_id(sheet: Sheet, element: Element) -> None:
    key = element.get("id") or ""
    if not key.strip():
        sheet.refuse(
            element, "missing-id", f"A {local(element)} has no id.", "Give it an id: everything recorded refers to it."
        )
    elif not all(sign.isalnum() or sign in "_-." for sign in key) or not (key[0].isalpha() or key[0] == "_"):
        sheet.refuse(
            element,
            "invalid-id",
            f"{key!r} cannot be an id.",
            "Use letters, digits, _, - and . only, and begin with a letter.",
        )


def check_elements(sheet: Sheet) -> None:
    """No element that nobody knows, and none that would be passed over without a word."""
    for process in sheet.processes:
        for found in process.iter(f"{{{BPMN}}}*"):
            name = local(found)
            if name in REFUSED_ELEMENTS:
                code, message, remedy = REFUSED_ELEMENTS[name]
                sheet.refuse(found, code, message, remedy)
            elif name not in BPMN_ELEMENTS:
                _unknown(sheet, found, name)
    for found in children(sheet.root):
        if local(found) not in BPMN_ELEMENTS:
            _unknown(sheet, found, local(found))


def _unknown(sheet: Sheet, element: Element, name: str) -> None:
    near = get_close_matches(name, sorted(BPMN_ELEMENTS), 1)
    sheet.refuse(
        element,
        "unknown-element",
        f"{name!r} is not an element that can be run.",
        f"Did you mean {near[0]}?" if near else "Remove it, or draw it with the elements of the reference.",
    )


def check_drawing(sheet: Sheet) -> None:
    """What is not drawn cannot be shown to anybody: a warning, since it runs all the same."""
    shapes = sheet.root.iter(f"{{{BPMN_DI}}}BPMNShape")
    drawn = {local_name(shape.get("bpmnElement")) for shape in shapes}
    remedy = "Open the diagram in the modeler and draw what is missing."
    if not drawn:
        for process in sheet.processes:
            sheet.warn(process, "missing-drawing", f"The process {called(process)} has no drawing.", remedy)
        return
    for node in sheet.nodes:
        if node.get("id") and node.get("id") not in drawn:
            sheet.warn(node, "missing-drawing", f"{called(node)} is not drawn.", remedy)


def check_lanes(sheet: Sheet) -> None:
    """Lanes name flow nodes that exist."""
    for process in sheet.processes:
        for reference in process.iter(bpmn("flowNodeRef")):
            key = (reference.text or "").strip()
            if key not in sheet.by_id:
                sheet.refuse(
                    reference,
                    "dead-lane-reference",
                    f"The lane refers to {key!r}, which is not a step of the process.",
                    "Remove the flowNodeRef, or open and save the diagram in the modeler, which puts lanes right.",
                )

"""Extensions: what is used, what is kept and passed over, and property names that nobody reads."""

from collections import Counter
from difflib import get_close_matches

from engine.core.model.names import (
    ACTIVITIES,
    BPMN,
    EXTENSIONS,
    FLOW_NODES,
    MODELER,
    XSI,
    attributes,
    is_bpmn,
    local,
    namespace,
    properties,
    said,
)
from engine.core.profile.code import uses_form_data
from engine.core.profile.people import shows_foreign_form
from engine.core.profile.sheet import Sheet, called, owner_of
from engine.core.safe_xml import Element

_TASK = frozenset({"userTask"})
_PROCESS = frozenset({"process"})
_TIMED = frozenset({"userTask", "process", "startEvent", "intermediateCatchEvent", "boundaryEvent"})
_TOLD = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent", *ACTIVITIES})

PROPERTIES: dict[str, frozenset[str]] = {
    **dict.fromkeys(("separate_from", "competence", "escalation", "evidence", "sign", "sign_covers"), _TASK),
    "unblocked": _TASK,
    **dict.fromkeys(("limit", "pause_clock", "title", "number"), _PROCESS),
    **dict.fromkeys(("clauses", "clause"), _PROCESS | FLOW_NODES),
    "clock": _TIMED,
    **dict.fromkeys(("confidential", "handlers", "shut_out"), _PROCESS | {"startEvent"}),
    "duplicate_key": frozenset({"startEvent"}),
    "join": frozenset({"callActivity"}),
    "payload": _TOLD,
}
"""Names of extension properties that mean something here, and on which elements."""

ATTRIBUTES = {
    *("assignee", "candidateUsers", "candidateGroups", "dueDate", "followUpDate", "priority", "initiator"),
    *("formRef", "formRefBinding", "formRefVersion", "formKey", "historyTimeToLive", "versionTag"),
    *("candidateStarterUsers", "candidateStarterGroups", "type", "topic", "expression", "resultVariable"),
    *("decisionRef", "decisionRefBinding", "decisionRefVersion", "decisionRefVersionTag", "mapDecisionResult"),
    *("calledElementBinding", "calledElementVersion", "calledElementVersionTag", "collection", "elementVariable"),
    *("errorCodeVariable", "errorMessageVariable", "escalationCodeVariable", "asyncBefore", "asyncAfter"),
    *("exclusive", "modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon", "isStartableInTasklist"),
    *("class", "delegateExpression", "variableMappingClass", "variableMappingDelegateExpression", "resource"),
    *("caseRef", "resource"),
}
"""Extension attributes that mean something here, refused ones included: they have a problem of their own."""

ELEMENTS = {
    *("properties", "property", "inputOutput", "inputParameter", "outputParameter", "list", "map", "entry", "value"),
    *("script", "in", "out", "failedJobRetryTimeCycle", "executionListener", "taskListener", "connector"),
    *("formData", "formField", "validation", "constraint"),
}
"""Extension elements that mean something here, likewise."""

_OPEN = {"inputOutput", "list", "map", "entry", "inputParameter", "outputParameter", "properties", "formData"}
"""Extension elements whose content is looked at."""

_QUIET = {BPMN, MODELER, XSI, "http://www.w3.org/XML/1998/namespace", None}


def check_extensions(sheet: Sheet) -> None:
    """Warn of everything that is kept byte for byte and never read."""
    for process in sheet.processes:
        for element in process.iter("{*}*"):
            _check_attributes(sheet, element)
            if not is_bpmn(element) and not _inside_an_extension(element):
                _check_element(sheet, element)
            _check_properties(sheet, element)
    for task in sheet.of_kind("userTask", "startEvent"):
        _check_form(sheet, task)


def _check_attributes(sheet: Sheet, element: Element) -> None:
    if not is_bpmn(element):
        return
    for uri, name, _ in attributes(element):
        if uri in EXTENSIONS and name not in ATTRIBUTES:
            _unused(sheet, element, f"the attribute {name!r}")
        elif uri not in EXTENSIONS and uri not in _QUIET:
            _foreign(sheet, element, f"the attribute {name!r} of {uri}")


def _check_element(sheet: Sheet, element: Element) -> None:
    uri = namespace(element)
    if uri in EXTENSIONS and local(element) not in ELEMENTS:
        _unused(sheet, element, f"the element {local(element)!r}")
    elif uri not in EXTENSIONS and uri not in _QUIET:
        _foreign(sheet, element, f"the element {local(element)!r} of {uri}")
    elif uri is None:
        _foreign(sheet, element, f"the element {local(element)!r} of no namespace")


def _inside_an_extension(element: Element) -> bool:
    """Only the outermost element that is not read is told of."""
    parent = element.getparent()
    if parent is None or is_bpmn(parent):
        return False
    return namespace(parent) not in EXTENSIONS or local(parent) not in _OPEN


def _unused(sheet: Sheet, element: Element, what: str) -> None:
    sheet.warn(
        element,
        "unused-extension",
        f"{_owner(element)} carries {what}, which is kept and never read.",
        "Remove it, if nobody else needs it.",
    )


def _foreign(sheet: Sheet, element: Element, what: str) -> None:
    sheet.warn(
        element,
        "foreign-extension",
        f"{_owner(element)} carries {what}, which is kept byte for byte and never read.",
        "Nothing needs to be done; make sure that nobody expects it to work.",
    )


def _check_properties(sheet: Sheet, element: Element) -> None:
    if not is_bpmn(element):
        return
    found = properties(element)
    counted = Counter(name for name, _, _ in found)
    for name, _, entry in found:
        if name not in PROPERTIES:
            near = get_close_matches(name, sorted(PROPERTIES), 1)
            sheet.warn(
                entry,
                "unused-property",
                f"{called(element)} has the property {name!r}, which is kept and never read.",
                f"Did you mean {near[0]}?" if near else "Remove it, if nobody else needs it.",
            )
        elif local(element) not in PROPERTIES[name]:
            sheet.warn(
                entry,
                "unused-property",
                f"{called(element)} has the property {name!r}, which means nothing on a {local(element)}.",
                f"Move it to where it belongs: {', '.join(sorted(PROPERTIES[name]))}."
                if len(PROPERTIES[name]) < 6
                else "Move it to a step.",
            )
        elif counted[name] > 1 and name != "limit":
            sheet.refuse(
                entry,
                "property-twice",
                f"{called(element)} has the property {name!r} {counted[name]} times.",
                "Write everything into one of them.",
            )


def _check_form(sheet: Sheet, task: Element) -> None:
    if shows_foreign_form(task):
        sheet.warn(
            task,
            "foreign-form",
            f"The form of {called(task)} ({said(task, 'formKey')}) is never served; people get a generic form.",
            "Draw the form with the form editor and refer to it by formRef.",
        )
    if uses_form_data(task):
        sheet.warn(
            task,
            "form-fields",
            f"The form fields drawn into {called(task)} are not shown; people get a generic form.",
            "Draw the form with the form editor and refer to it by formRef.",
        )


def _owner(element: Element) -> str:
    owner = owner_of(element)
    return called(element if owner is None else owner)

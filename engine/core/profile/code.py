"""Code of other engines: Java, connectors, listeners and scripts. None of it is run."""

import re
from collections.abc import Iterator

from engine.core.model.names import EXTENSIONS, attributes, child, extensions, is_bpmn, local, namespace, said, text_of
from engine.core.profile.sheet import Sheet, called, owner_of
from engine.core.profile.suggest import feel_for
from engine.core.safe_xml import Element

EXTERNAL = "Use Implementation: External with a topic, and let a worker do the work."
SPOKEN = ("feel",)
_JAVA = ("class", "delegateExpression", "variableMappingClass", "variableMappingDelegateExpression", "taskListener")
_LISTENERS = ("executionListener", "taskListener")
METHOD = re.compile(r"[\w\])]\s*\.\s*\w+\s*\(")
_READ_ONLY = re.compile(r"execution\s*\.\s*(getVariable|hasVariable)\s*\(|\.\s*(plus|minus|to)\w*\s*\(")


def check_code(sheet: Sheet) -> None:
    """Refuse whatever would have to be run by Java or a script engine."""
    for process in sheet.processes:
        for element in process.iter("{*}*"):
            if is_bpmn(element):
                _check_attributes(sheet, element)
            elif namespace(element) in EXTENSIONS:
                _check_extension(sheet, element)
    for task in sheet.of_kind("scriptTask"):
        _check_script_task(sheet, task)
    _check_condition_languages(sheet)


def _check_attributes(sheet: Sheet, element: Element) -> None:
    for uri, name, value in attributes(element):
        if name in _JAVA and uri in EXTENSIONS and value.strip():
            sheet.refuse(element, "java-code", f"{_owner(element)} calls Java: {name} {value!r}.", EXTERNAL)


def _check_extension(sheet: Sheet, element: Element) -> None:
    name = local(element)
    if name == "connector":
        sheet.refuse(element, "connector", f"{_owner(element)} uses a connector, which is not run here.", EXTERNAL)
    elif name in _LISTENERS:
        _check_listener(sheet, element)
    elif name == "script" and not _in_listener(element) and not _in_connector(element):
        _check_language(sheet, element, element.get("scriptFormat"), text_of(element), "script")
        _check_resource(sheet, element)


def _check_listener(sheet: Sheet, listener: Element) -> None:
    expression = listener.get("expression") or ""
    script = next((found for found in listener if local(found) == "script"), None)
    if script is not None:
        sheet.refuse(
            listener,
            "script-listener",
            f"A listener of {_owner(listener)} runs a script.",
            "Draw a script task in FEEL where the script belongs.",
        )
    elif listener.get("class") or listener.get("delegateExpression") or calls_a_method(expression):
        sheet.refuse(
            listener,
            "listener-code",
            f"A listener of {_owner(listener)} calls code.",
            "Draw the work as an external service task, or remove the listener.",
        )
    else:
        sheet.warn(
            listener,
            "listener-passed-over",
            f"A listener of {_owner(listener)} calls nothing; it is kept and never run.",
            "Remove it, if nobody else needs it.",
        )


def calls_a_method(text: str) -> bool:
    """Whether an expression calls a method of an object, other than the few that only read."""
    return bool(METHOD.search(_READ_ONLY.sub(" ", text)))


def _check_script_task(sheet: Sheet, task: Element) -> None:
    script = text_of(child(task, "script"))
    _check_language(sheet, task, task.get("scriptFormat"), script, "script")
    _check_resource(sheet, task)
    if not script and not said(task, "resource"):
        sheet.refuse(
            task,
            "script-missing",
            f"The script task {called(task)} has no script.",
            "Write it in FEEL: a context such as { round: round + 1 } sets variables.",
        )


def _check_resource(sheet: Sheet, element: Element) -> None:
    resource = said(element, "resource") or (element.get("resource") if not is_bpmn(element) else None)
    if resource:
        sheet.refuse(
            element,
            "script-resource",
            f"{_owner(element)} takes its script from {resource!r}, which nothing reads.",
            "Write the script into the diagram, in FEEL.",
        )


def _check_condition_languages(sheet: Sheet) -> None:
    for element in conditions(sheet):
        language = (element.get("language") or "").strip()
        if language and not speaks(language, conditions=True):
            _check_language(sheet, element, language, text_of(element), "condition")
        _check_resource(sheet, element)


def conditions(sheet: Sheet) -> Iterator[Element]:
    """Every element that holds a condition: of flows, of conditional events, of multi-instances."""
    for process in sheet.processes:
        for element in process.iter("{*}conditionExpression", "{*}condition", "{*}completionCondition"):
            if is_bpmn(element):
                yield element


def speaks(language: str | None, *, conditions: bool = False) -> bool:
    """Whether a language is one that is understood here: FEEL, and for conditions that of `${...}`."""
    spoken = (language or "").strip().lower()
    return spoken in SPOKEN or "/feel" in spoken or (conditions and spoken in ("", "juel"))


def _check_language(sheet: Sheet, element: Element, language: str | None, text: str, what: str) -> None:
    if speaks(language, conditions=what == "condition"):
        return
    same = feel_for(text, condition=what == "condition")
    spoken = f"is written in {language}" if language else "does not say its language"
    sheet.refuse(
        element,
        "script-language",
        f"The {what} of {_owner(element)} {spoken}; only FEEL is run here.",
        f"Choose the language feel and write: {same}" if same else "Choose the language feel and write it in FEEL.",
    )


def _in_listener(element: Element) -> bool:
    parent = element.getparent()
    return parent is not None and local(parent) in _LISTENERS


def _in_connector(element: Element) -> bool:
    return any(local(found) == "connector" for found in element.iterancestors())


def _owner(element: Element) -> str:
    owner = owner_of(element)
    return called(element if owner is None else owner)


def uses_form_data(element: Element) -> bool:
    """Whether a task has form fields of the older kind, drawn into the diagram."""
    return next(extensions(element, "formData"), None) is not None

"""Activities: each says who or what does the work, how often, and what is called."""

from engine.core.model.names import child, extensions, is_bpmn, local, said, text_of
from engine.core.profile.sheet import Sheet, called, is_true
from engine.core.safe_xml import Element

FOREIGN_TYPES = {
    "mail": ("mail-task", "Sending mail is the work of the topic steward.notify: choose Implementation: External."),
    "shell": ("shell-task", "Programs are run by a worker of yours: choose Implementation: External and a topic."),
    "mule": ("java-code", "Choose Implementation: External and a topic."),
    "camel": ("java-code", "Choose Implementation: External and a topic."),
}
_RESULTS = ("singleEntry", "singleResult", "collectEntries", "resultList")
_CALLED_BINDINGS = ("latest", "deployment", "version", "versionTag")


def check_work(sheet: Sheet) -> None:
    """Each activity has what it needs to be carried out."""
    for task in sheet.of_kind("serviceTask", "sendTask"):
        _check_service(sheet, task)
    for task in sheet.of_kind("businessRuleTask"):
        _check_decision(sheet, task)
    for call in sheet.of_kind("callActivity"):
        _check_call(sheet, call)
    for node in sheet.nodes:
        _check_compensation(sheet, node)
        _check_repeated(sheet, node)
        _check_bindings(sheet, node)


def _check_service(sheet: Sheet, task: Element) -> None:
    if said(task, "type") == "external":
        _check_topic(sheet, task)
    elif said(task, "type") in FOREIGN_TYPES:
        kind = said(task, "type") or ""
        code, remedy = FOREIGN_TYPES[kind]
        sheet.refuse(task, code, f"{called(task)} is a {kind} task, which is not carried out here.", remedy)
    elif not (said(task, "expression") or _has_code(task)):
        sheet.refuse(
            task,
            "no-implementation",
            f"Nothing says what {called(task)} does.",
            "Choose Implementation: External and a topic, one of the built-in ones or your worker's own.",
        )


def _has_code(task: Element) -> bool:
    """Code is refused where code is looked for; one problem is enough."""
    return bool(
        said(task, "class") or said(task, "delegateExpression") or next(extensions(task, "connector"), None) is not None
    )


def _check_topic(sheet: Sheet, task: Element) -> None:
    if not said(task, "topic"):
        sheet.refuse(
            task,
            "no-topic",
            f"{called(task)} is external work without a topic, so no worker would find it.",
            "Write the topic in the properties panel.",
        )


def _check_decision(sheet: Sheet, task: Element) -> None:
    if said(task, "decisionRef"):
        mapping = said(task, "mapDecisionResult")
        if mapping and mapping not in _RESULTS:
            sheet.refuse(
                task,
                "decision-mapping",
                f"{called(task)} maps its result as {mapping!r}, which nobody knows.",
                f"Use one of: {', '.join(_RESULTS)}.",
            )
        if not said(task, "resultVariable"):
            sheet.warn(
                task,
                "decision-without-result",
                f"The result of {called(task)} is kept in no variable.",
                "Write a result variable.",
            )
    elif said(task, "type") == "external":
        _check_topic(sheet, task)
    elif not (said(task, "expression") or _has_code(task)):
        sheet.refuse(
            task,
            "no-implementation",
            f"{called(task)} names no decision.",
            "Choose Implementation: DMN and the id of the decision.",
        )


def _check_call(sheet: Sheet, call: Element) -> None:
    if said(call, "caseRef"):
        sheet.refuse(
            call, "cmmn", f"{called(call)} calls a CMMN case, which is not carried out here.", "Call a BPMN process."
        )
    elif not (call.get("calledElement") or "").strip():
        sheet.refuse(
            call,
            "call-without-target",
            f"The call activity {called(call)} calls no process.",
            "Write the id of the process to call.",
        )


def _check_compensation(sheet: Sheet, node: Element) -> None:
    if is_true(node.get("isForCompensation")):
        sheet.refuse(
            node,
            "compensation",
            f"{called(node)} is meant for compensation, which is not carried out here.",
            "Draw what undoes the work as steps of their own, behind a gateway or an error boundary event.",
        )


def _check_repeated(sheet: Sheet, node: Element) -> None:
    loop = child(node, "multiInstanceLoopCharacteristics")
    if loop is None:
        return
    collection = said(loop, "collection") or text_of(child(loop, "loopDataInputRef"))
    if not collection and not text_of(child(loop, "loopCardinality")):
        sheet.refuse(
            node,
            "multi-instance-without-list",
            f"The multi-instance {called(node)} has neither a number nor a list.",
            "Write a loop cardinality, or a collection and an element variable.",
        )
    if is_bpmn(node, "subProcess") and is_true(node.get("triggeredByEvent")):
        sheet.refuse(
            node,
            "multi-instance-not-here",
            f"The event sub-process {called(node)} cannot be multi-instance.",
            "Put a multi-instance sub-process inside it.",
        )


def _check_bindings(sheet: Sheet, node: Element) -> None:
    for name in ("formRef", "operatonFormRef", "calledElement", "decisionRef"):
        binding = said(node, f"{name}Binding")
        if binding and binding not in _CALLED_BINDINGS:
            sheet.refuse(
                node,
                "unknown-binding",
                f"{called(node)} binds its {local(node)} reference as {binding!r}, which nobody knows.",
                f"Use one of: {', '.join(_CALLED_BINDINGS)}.",
            )
        elif binding in ("version", "versionTag") and not (
            said(node, f"{name}Version") or said(node, f"{name}VersionTag")
        ):
            sheet.refuse(
                node,
                "unknown-binding",
                f"{called(node)} is bound to a version and does not say which.",
                "Write the version, or choose the binding latest or deployment.",
            )

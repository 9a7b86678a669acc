"""Every text of a diagram that may hold an expression or a due text, and whether it parses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.core.calendar import TimeError
from engine.core.cron import parse_cron
from engine.core.due import check_due
from engine.core.expressions import Expression, ExpressionError, compile_condition, compile_text
from engine.core.model import grammar
from engine.core.model.names import (
    child,
    children,
    event_definition,
    extensions,
    is_bpmn,
    local,
    properties,
    said,
    text_of,
)
from engine.core.model.read import TIMES
from engine.core.profile.code import calls_a_method, conditions, speaks
from engine.core.profile.sheet import Sheet, called, is_true, owner_of
from engine.core.safe_xml import Element

FUNCTIONS = frozenset({"actor", "done_at", "round", "currentUser", "oncall", "pause_authority"})
"""What a running case offers to expressions beside the built-in functions."""

_CODE = re.compile(r"^\s*\{\w+\}\s*$|\$\s+\{|\{\{|<%|\bexecution\.|\bfunction\s*\(|==|&&|\|\||;\s*$|\w\(\s*\)")
_OFTEN = re.compile(r"R\d*/(.*/)?PT[0-5]?\d(\.\d+)?S")
_CRON = re.compile(r"\S+(\s+\S+){5,6}")


@dataclass(frozen=True)
class Text:
    """A text of the diagram: where it stands, what it is for, and how it is to be read."""

    element: Element
    what: str
    text: str
    kind: Literal["text", "condition", "script", "due", "timer"] = "text"
    language: str | None = None


def texts_of(sheet: Sheet) -> Iterator[Text]:
    """All of them, in document order of what holds them."""
    for process in sheet.processes:
        yield from _attributes(process, ("candidateStarterUsers", "candidateStarterGroups"))
        yield from (Text(entry, "title", value) for name, value, entry in properties(process) if name == "title")
        yield from _limits(process)
        yield from _shut_out(process)
    for node in sheet.nodes:
        yield from _of_node(node)
    for condition in conditions(sheet):
        if text_of(condition) and speaks(condition.get("language"), conditions=True):
            yield Text(condition, "condition", text_of(condition), "condition", condition.get("language"))
    for (kind, _), entry in sheet.declared.items():
        yield Text(entry, f"name of the {kind}", entry.get("name") or "")


def _computed_covers(node: Element) -> Iterator[Text]:
    for name, value, entry in properties(node):
        if name == "sign_covers" and value.strip().startswith(("=", "${")):
            yield Text(entry, name, value.strip())


def _of_node(node: Element) -> Iterator[Text]:
    yield from _attributes(node, ("assignee", "candidateUsers", "candidateGroups", "priority", "topic", "expression"))
    for name in ("dueDate", "followUpDate"):
        if said(node, name):
            yield Text(node, name, said(node, name) or "", "due")
    yield from _computed_covers(node)
    for name in ("decisionRef", "formRef"):
        if said(node, name):
            yield Text(node, name, said(node, name) or "")
    if is_bpmn(node, "callActivity"):
        yield Text(node, "calledElement", node.get("calledElement") or "")
        yield from (Text(entry, "join", value) for name, value, entry in properties(node) if name == "join")
        yield from _mappings(node)
    if is_bpmn(node, "scriptTask") and speaks(node.get("scriptFormat")) and text_of(child(node, "script")):
        yield Text(node, "script", text_of(child(node, "script")), "script", "feel")
    yield from _shut_out(node)
    yield from _parameters(node)
    yield from _repetition(node)
    yield from _timer(node)


def _attributes(element: Element, names: tuple[str, ...]) -> Iterator[Text]:
    for name in names:
        value = said(element, name)
        for text in grammar.listed(value) if name.startswith("candidate") else filter(None, [value]):
            yield Text(element, name, text)


def _limits(process: Element) -> Iterator[Text]:
    for name, value, entry in properties(process):
        for line in value.splitlines() if name == "limit" else ():
            try:
                yield Text(entry, "limit", grammar.limit(line).due, "due")
            except grammar.GrammarError:
                continue


def _shut_out(element: Element) -> Iterator[Text]:
    """The variables that shut people out, as what reads them."""
    for name, value, entry in properties(element):
        try:
            names = grammar.names(value) if name == "shut_out" else ()
        except grammar.GrammarError:
            continue
        yield from (Text(entry, "property shut_out", f"${{{one}}}") for one in names)


def _mappings(node: Element) -> Iterator[Text]:
    for mapping in (*extensions(node, "in"), *extensions(node, "out")):
        for name in ("sourceExpression", "businessKey"):
            if mapping.get(name):
                yield Text(mapping, name, mapping.get(name) or "")


def _parameters(node: Element) -> Iterator[Text]:
    for holder in extensions(node, "inputOutput"):
        for element in holder.iter("{*}inputParameter", "{*}outputParameter", "{*}value", "{*}entry", "{*}script"):
            text = text_of(element)
            if local(element) == "script":
                if speaks(element.get("scriptFormat")) and text:
                    yield Text(element, "script", text, "script", "feel")
            elif text:
                yield Text(element, f"parameter {element.get('name') or element.get('key') or ''}".strip(), text)


def _repetition(node: Element) -> Iterator[Text]:
    loop = child(node, "multiInstanceLoopCharacteristics")
    if loop is not None:
        yield Text(loop, "loop cardinality", text_of(child(loop, "loopCardinality")))
        yield Text(loop, "collection", said(loop, "collection") or "")


def _timer(node: Element) -> Iterator[Text]:
    definition = event_definition(node)
    if definition is None or not is_bpmn(definition, "timerEventDefinition"):
        return
    for found in children(definition, *TIMES):
        if text_of(found):
            yield Text(found, local(found), text_of(found), "timer")


def check_texts(sheet: Sheet) -> Iterator[tuple[Text, Expression]]:
    """Compile every text, tell of those that do not parse, and give back the others."""
    for text in texts_of(sheet):
        try:
            compiled = _compiled(text)
        except ExpressionError as error:
            _does_not_parse(sheet, text, error)
            continue
        if text.kind in ("due", "timer"):
            _check_due(sheet, text, compiled)
        elif compiled.language == "text" and _CODE.search(text.text):
            _looks_like_code(sheet, text)
        yield text, compiled


def _compiled(text: Text) -> Expression:
    if text.kind == "condition":
        return compile_condition(text.text, text.language, FUNCTIONS)
    if text.kind == "script":
        return compile_condition(text.text, "feel", FUNCTIONS)
    return compile_text(text.text, FUNCTIONS)


def _does_not_parse(sheet: Sheet, text: Text, error: ExpressionError) -> None:
    place = _owner(text.element)
    caret = f"\n{error.caret}" if error.caret else ""
    if text.kind != "script" and calls_a_method(text.text):
        sheet.refuse(
            text.element,
            "method-call",
            f"The {text.what} of {place} calls a method: {_short(text.text)}.",
            "Use a variable, or let an external service task compute the value.",
        )
        return
    sheet.refuse(
        text.element,
        "condition-syntax" if text.kind == "condition" else "expression-syntax",
        f"The {text.what} of {place} does not parse: {error.message.rstrip('.')}.{caret}",
        "Mend the expression: ${...} as in the reference, or FEEL that begins with =.",
    )


def _check_due(sheet: Sheet, text: Text, compiled: Expression) -> None:
    if compiled.language == "feel":
        return
    written = text.text.strip()
    try:
        if _is_cron_start(text):
            parse_cron(written)
        else:
            check_due(written)
    except TimeError as error:
        sheet.refuse(
            text.element,
            "due-syntax",
            f"The {text.what} of {_owner(text.element)} is no due text: {error}",
            "Write it as in the reference: 5 bd, 4 bh, P30D, PT15M, a date, or ${...} that gives one of these.",
        )
        return
    if written.startswith("R") and (text.kind == "due" or not _may_repeat(text.element)):
        sheet.refuse(
            text.element,
            "repeats-not-here",
            f"The {text.what} of {_owner(text.element)} repeats, but it can come round only once.",
            "Use a duration; repetitions belong to start events and to boundary events that do not interrupt.",
        )
    elif _OFTEN.fullmatch(written) or (_is_cron_start(text) and not written.split()[0].isdigit()):
        sheet.warn(
            text.element,
            "comes-round-often",
            f"The {text.what} of {_owner(text.element)} comes round more than once a minute: {_short(written)}.",
            "Give people time; what a machine must do every few seconds belongs into a service.",
        )


def _event_of(element: Element) -> Element | None:
    return next((found for found in element.iterancestors() if local(found).endswith("Event")), None)


def _may_repeat(element: Element) -> bool:
    event = _event_of(element)
    if event is None or is_bpmn(event, "intermediateCatchEvent"):
        return False
    if is_bpmn(event, "boundaryEvent"):
        return not is_true(event.get("cancelActivity", "true"))
    scope = event.getparent()
    return (scope is not None and is_bpmn(scope, "process")) or not is_true(event.get("isInterrupting", "true"))


def _is_cron_start(text: Text) -> bool:
    """Only a timer that starts a process may be written as cron."""
    event = _event_of(text.element)
    if text.what != "timeCycle" or event is None or not is_bpmn(event, "startEvent"):
        return False
    scope = event.getparent()
    return scope is not None and is_bpmn(scope, "process") and bool(_CRON.fullmatch(text.text.strip()))


def _looks_like_code(sheet: Sheet, text: Text) -> None:
    sheet.warn(
        text.element,
        "looks-like-code",
        f"The {text.what} of {_owner(text.element)} is plain text that looks like code: {_short(text.text)}.",
        "Write ${...} or = in front of FEEL, if it is meant as an expression.",
    )


def _owner(element: Element) -> str:
    owner = owner_of(element)
    return called(element if owner is None else owner)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:77]}..."

"""
Data and expressions: where names are looked up, and where values go.

Variables live in the case, outside of the tokens. Local are only the inputs
of an activity and what one instance of a multi-instance knows for itself.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from engine.core.calendar import TimeError
from engine.core.due import parse_due
from engine.core.expressions import EvaluationError, Expression, ExpressionError, Scope, compile_condition, compile_text
from engine.core.model.grammar import Limit
from engine.core.spans import Repeat
from engine.core.spiff import standstill
from engine.core.spiff.step import current, iso

_LIMIT = re.compile(r"\blimit\.(\w+)")


def local_data(token: Any) -> list[dict[str, Any]]:
    """The local variables that a token sees, the innermost first."""
    found = []
    while token is not None:
        if token.data:
            found.append(token.data)
        loop = token.parent if token.task_spec.loop is not None else None
        if loop is not None and loop.data:
            found.append(loop.data)
        token = _outer(token)
    return found


def _outer(token: Any) -> Any:
    owner = token.workflow.parent_task_id
    return token.workflow.top_workflow.find(owner) if owner else None


def visible(token: Any) -> dict[str, Any]:
    """Every variable that a token sees, `case` and `subject` among them."""
    case = token.workflow.top_workflow
    data = {**case.variables, "case": case.given.get("case", {}), "subject": case.given.get("subject")}
    for local in reversed(local_data(token)):
        data.update(local)
    return data


def assign(token: Any, name: str, value: Any) -> None:
    """Set a local variable if one has this name, else one of the case."""
    for local in local_data(token):
        if name in local:
            local[name] = value
            return
    token.workflow.top_workflow.variables[name] = value


def assign_outside(token: Any, name: str, value: Any) -> None:
    """As `assign`, past the token's own inputs: where the result of an activity goes."""
    own, token.data = token.data, {k: v for k, v in token.data.items() if k in _outputs(token)}
    try:
        assign(token, name, value)
    finally:
        token.data = {**own, **token.data}


def _outputs(token: Any) -> tuple[str, ...]:
    loop = token.parent.task_spec if token.task_spec.loop is not None and token.parent is not None else None
    return (loop.output_item,) if loop is not None and loop.output_item else ()


def scope_of(token: Any, now: datetime | None = None, extra: dict[str, Any] | None = None) -> Scope:
    """What an expression at `token` may use; `now` is the moment that it calls now."""
    step = current()
    data = visible(token)
    if extra:
        data.update(extra)
    case = token.workflow.top_workflow
    return Scope(variables=data, functions=_functions(case), now=now or step.now, zone=step.calendar.tz)


def _functions(case: Any) -> dict[str, Callable[..., Any]]:
    def fact(name: str, without: Any = None) -> Callable[[str], Any]:
        def found(element: str) -> Any:
            if element not in case.definition.model.nodes:
                raise EvaluationError(f"The model has no task '{element}'")
            return case.facts.get(element, {}).get(name, without)

        return found

    return {
        "done_at": fact("done_at"),
        "actor": fact("actor"),
        "round": fact("round", 0),
        "currentUser": lambda: current().by,
        "oncall": lambda subject, level: f"oncall:{_level(level)}@{_about(subject)}",
        "pause_authority": lambda subject: f"pause@{_about(subject)}",
    }


def _level(level: Any) -> int:
    if level not in range(1, 10):
        raise EvaluationError(f"There is no level {level} on call; levels are 1 to 9")
    return int(level)


def _about(subject: Any) -> str:
    """A subject, or a service by its name, as the shell asks for its people."""
    if isinstance(subject, dict) and "register" in subject and "row" in subject:
        return f"{subject['register']}:{subject['row']}"
    if isinstance(subject, str) and subject.strip():
        return subject.strip()
    raise EvaluationError("The case is about nothing, so nobody is on call for it")


def evaluate(
    node: Any, token: Any, expression: Expression, now: datetime | None = None, extra: dict[str, Any] | None = None
) -> Any:
    """The value of an expression; whatever goes wrong leaves the step stuck at `node`."""
    try:
        return expression.evaluate(_seen(node, token, expression, now, extra or {}))
    except ExpressionError as error:
        raise node.stuck(error.message, expression.text) from error


def _seen(node: Any, token: Any, expression: Expression, now: datetime | None, extra: dict[str, Any]) -> Scope:
    scope = scope_of(token, now, extra)
    if "limit" in expression.names and "limit" not in scope.variables:
        scope.variables["limit"] = limits(node, token, expression.text)  # type: ignore[index]
    return scope


def compiled(node: Any, read: Callable[..., Expression], *source: str | None) -> Expression:
    """A compiled expression; a text that does not parse leaves the step stuck at `node`."""
    try:
        return read(*source)
    except ExpressionError as error:
        raise node.stuck(error.message, source[0]) from error


def condition(node: Any, token: Any, text: str, language: str | None = None, where: str = "") -> bool:
    """Whether a condition holds. Neither true nor false, or an unknown variable, leaves the step stuck at `node`."""
    expression = compiled(node, compile_condition, text, language)
    try:
        return expression.decide(_seen(node, token, expression, None, {}))
    except ExpressionError as error:
        raise node.stuck(f"{where}{error.message}", text) from error


def value(node: Any, token: Any, text: str, extra: dict[str, Any] | None = None) -> Any:
    """The value of a text that may hold expressions."""
    if not depends_on_data(text):
        return text
    return evaluate(node, token, compiled(node, compile_text, text), extra=extra)


def text(node: Any, token: Any, source: str) -> str | None:
    """The same as a text; null stays null."""
    found = value(node, token, source)
    return found if found is None or isinstance(found, str) else str(found)


def script(node: Any, token: Any, source: str) -> Any:
    """What a FEEL script gives."""
    return evaluate(node, token, compiled(node, compile_condition, source, "feel"))


def moment(node: Any, token: Any, source: str, clock: str, since: datetime) -> datetime | Repeat | None:
    """The moment that a due text means for something that runs since `since`; in it, now means `since`."""
    return _counted(node, rule(node, token, source, since), source, clock, since)


def _compile_due(text: str) -> Expression:
    """A due text: what has not happened yet reads as null, which is never due."""
    return compile_text(text, absent="null")


def rule(node: Any, token: Any, source: str, since: datetime) -> Any:
    """The due rule that a text says, its expressions answered."""
    found: Any = source
    if depends_on_data(source):
        found = evaluate(node, token, compiled(node, _compile_due, source), now=since)
    try:
        return parse_due(found if found is None or isinstance(found, str) else str(found))
    except TimeError as error:
        raise node.stuck(str(error), source) from error


def _counted(node: Any, due: Any, source: str, clock: str, since: datetime) -> datetime | Repeat | None:
    try:
        return due if isinstance(due, Repeat) else due.moment(since, current().calendar, clock)
    except TimeError as error:
        raise node.stuck(str(error), source) from error


def depends_on_data(source: str | None) -> bool:
    """Whether a text holds an expression."""
    return source is not None and ("${" in source or source.lstrip().startswith("="))


def set_due(node: Any, token: Any) -> bool:
    """Work out when a waiting timer is due; whether that has changed."""
    happening = node.happening
    found = moment(node, token, happening.text, happening.clock, token.entered)
    if isinstance(found, Repeat):
        number = token.internal_data.setdefault("repeat", 1)
        try:
            found = found.nth(number, token.entered, current().calendar, happening.clock)
        except TimeError as error:
            raise node.stuck(str(error), happening.text) from error
    due = None if found is None else iso(found)
    if token.internal_data.get("due") == due:
        return False
    if due is None:
        token.internal_data.pop("due", None)
    else:
        token.internal_data["due"] = due
    return True


def limits(node: Any, token: Any, source: str) -> dict[str, Any]:
    """
    The named limits of the model that a text reads, as ISO 8601 texts.

    Null where what a limit runs from has not happened yet, and while it stands
    still. A limit may not read another: then it would have no end.
    """
    known = token.workflow.top_workflow.definition.limits
    found: dict[str, Any] = {}
    for name in sorted(set(_LIMIT.findall(source)) & set(known)):
        if _LIMIT.search(known[name].due):
            raise node.stuck(f"The limit {name} reads another limit.", known[name].due)
        due = _limit(node, token, known[name])
        found[name] = None if due is None else iso(due)
    return found


def _limit(node: Any, token: Any, limit: Limit) -> datetime | None:
    since, case = token.entered, token.workflow.top_workflow
    due_rule = rule(node, token, limit.due, since)
    due = _counted(node, due_rule, limit.due, "business", since)
    if due is None or isinstance(due, Repeat):
        return None
    try:
        return standstill.moved(case, limit, due_rule, since, due)
    except TimeError as error:
        raise node.stuck(str(error), limit.due) from error

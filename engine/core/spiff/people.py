"""Who must do an open task, and by when: what the model says, evaluated."""

from datetime import datetime
from typing import Any

from engine.core.spans import Repeat
from engine.core.spiff import script
from engine.core.spiff.step import iso
from engine.core.vocabulary import Rules

PRIORITY = 50


def rules_of(token: Any) -> Rules:
    """The rules of the task that a token stands in."""
    node = token.workflow.top_workflow.definition.model.nodes.get(token.task_spec.element)
    return node.rules if node is not None else Rules()


def set_dates(token: Any) -> None:
    """Work out the due and the follow-up date: once, or after every step where they depend on data."""
    rules = rules_of(token)
    kept = token.internal_data
    for name, source in (("due", rules.due), ("follow", rules.follow_up)):
        if source is not None and ("dated" not in kept or script.depends_on_data(source)):
            found = script.moment(token.task_spec, token, source, rules.clock, token.entered)
            if isinstance(found, Repeat):
                raise token.task_spec.stuck("A task is due once; a repetition is no due date.", source)
            if found is None:
                kept.pop(name, None)
            else:
                kept[name] = iso(found)
    if rules.due is not None or rules.follow_up is not None:
        kept["dated"] = 1


def dates(token: Any) -> tuple[str | None, str | None]:
    """The due and the follow-up date as they stand."""
    return token.internal_data.get("due"), token.internal_data.get("follow")


def moment(text: str | None) -> datetime | None:
    """A stored moment."""
    return None if text is None else datetime.fromisoformat(text)


def assigned(token: Any) -> dict[str, Any]:
    """Assignee, candidates and priority of a task that opens."""
    rules, node = rules_of(token), token.task_spec
    return {
        "assignee": next(iter(_names(node, token, (rules.assignee,))), None) if rules.assignee else None,
        "candidate_users": _names(node, token, rules.candidate_users),
        "candidate_groups": _names(node, token, rules.candidate_groups),
        "priority": _priority(node, token, rules.priority),
    }


def _names(node: Any, token: Any, sources: tuple[str | None, ...]) -> tuple[str, ...]:
    """Each name once; an expression may give one, a list, or several with commas between them."""
    found: dict[str, None] = {}
    for source in sources:
        value = script.value(node, token, source or "")
        for name in value if isinstance(value, list) else str("" if value is None else value).split(","):
            if str(name).strip():
                found[str(name).strip()] = None
    return tuple(found)


def _priority(node: Any, token: Any, source: str | None) -> int:
    value = PRIORITY if source is None else script.value(node, token, source)
    try:
        return int(value)
    except (TypeError, ValueError):
        raise node.stuck(f"{value!r} is no priority.", source) from None

"""Effects by difference: what an instance waited for before a step, and what it waits for after it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from engine.core.effects import (
    CallService,
    CancelCalled,
    ClearTimer,
    CloseTask,
    Decide,
    Effect,
    Finish,
    OpenTask,
    Passed,
    SetTimer,
    StartCalled,
    Subscribe,
    TaskChanged,
    Throw,
    Unsubscribe,
    VariablesChanged,
    WithdrawService,
)
from engine.core.spiff import mappings, people, script
from engine.core.spiff.step import Left, Step, Thrown, encoded
from engine.core.spiff.tokens import Case
from engine.core.spiff.waits import Wait, waits


class Watch:
    """Watches a case through one step and tells the effects of each stage of it."""

    def __init__(self, case: Case, step: Step) -> None:
        self.case, self.step = case, step
        self.before = waits(case)
        self.data = dict(case.variables)
        self.ended = case.completed
        self.effects: list[Effect] = []

    def look(self) -> None:
        """Add the effects of what has happened since the last look, all at the step's moment."""
        after = {} if self.case.completed else waits(self.case)
        before, at = self.before, self.step.now
        for number, wait in before.items():
            if number not in after:
                self.effects.extend(self._gone(wait, at))
        self.effects.extend(_history(self.step))
        self.effects.extend(self._changed_data(at))
        for number, wait in after.items():
            if number not in before:
                self.effects.append(_new(wait, at, self.case))
            elif before[number] != wait:
                self.effects.append(_moved(wait, at))
        self.before = after
        if self.case.completed and not self.ended:
            self.ended = True
            self.effects.append(_finish(self.case, at))

    def _gone(self, wait: Wait, at: datetime) -> Iterator[Effect]:
        token, element = wait.token, wait.element
        withdrawn = token in self.step.withdrawn
        match wait.kind:
            case "task":
                because = self.step.because.get(token)
                reason = "withdrawn" if withdrawn else "completed"
                yield CloseTask(token=token, element=element, at=at, reason=reason, because=because)  # type: ignore[arg-type]
            case "timer":
                yield ClearTimer(token=token, element=element, at=at, fired=token in self.step.fired)
            case "message" | "signal":
                yield Unsubscribe(token=token, element=element, at=at)
            case "call":
                if withdrawn:
                    yield CancelCalled(token=token, element=element, at=at)
            case _:
                if withdrawn:
                    yield WithdrawService(token=token, element=element, at=at)

    def _changed_data(self, at: datetime) -> Iterator[Effect]:
        old, new = self.data, self.case.variables
        changed = {name: value for name, value in new.items() if name not in old or not _same(old[name], value)}
        removed = tuple(sorted(name for name in old if name not in new))
        if changed or removed:
            yield VariablesChanged(at=at, changed=changed, removed=removed)
            self.data = dict(new)


def _same(one: Any, other: Any) -> bool:
    return one is other or encoded(one) == encoded(other)


def _history(step: Step) -> Iterator[Effect]:
    for entry in step.journal:
        if isinstance(entry, Left):
            yield Passed(
                token=entry.token,
                element=entry.element,
                at=entry.at,
                entered_at=entry.entered_at,
                withdrawn=entry.withdrawn,
                flow=entry.flow,
            )
        elif isinstance(entry, Thrown):
            yield Throw(
                element=entry.element,
                at=entry.at,
                kind=entry.kind,  # type: ignore[arg-type]
                name=entry.name,
                payload=entry.payload,
                caught=entry.caught,
            )
    step.journal.clear()


def _new(wait: Wait, at: datetime, case: Case) -> Effect:
    token, element = wait.token, wait.element
    match wait.kind:
        case "task":
            return _open(wait, at, case)
        case "timer":
            return SetTimer(token=token, element=element, at=at, due_at=_moment(wait.due))
        case "message" | "signal":
            return Subscribe(token=token, element=element, at=at, kind=wait.kind, name=wait.name or "", key=wait.key)
        case _:
            return _work(wait, at)


def _moved(wait: Wait, at: datetime) -> Effect:
    if wait.kind == "task":
        rules = people.rules_of(wait.at)
        return TaskChanged(
            token=wait.token,
            element=wait.element,
            at=at,
            due_at=people.moment(wait.due),
            follow_up_at=people.moment(wait.follow),
            why=f"Its dates follow the data: {rules.due or rules.follow_up}",
        )
    return SetTimer(token=wait.token, element=wait.element, at=at, due_at=_moment(wait.due))


def _open(wait: Wait, at: datetime, case: Case) -> OpenTask:
    node = case.definition.model.nodes.get(wait.element)
    known: dict[str, Any] = {}
    for local in reversed(script.local_data(wait.at)):
        known.update(local)
    return OpenTask(
        token=wait.token,
        element=wait.element,
        name=node.name if node is not None else wait.element,
        at=at,
        lane=node.lane if node is not None else None,
        due_at=people.moment(wait.due),
        follow_up_at=people.moment(wait.follow),
        locals=known,
        **people.assigned(wait.at),
    )


def _work(wait: Wait, at: datetime) -> Effect:
    token, node = wait.at, wait.at.task_spec
    work, mapping = node.work, node.mapping
    common: dict[str, Any] = {"token": wait.token, "element": wait.element, "at": at}
    bound: dict[str, Any] = {"binding": work.binding, "version": _filled(node, token, work.version)}
    what = _filled(node, token, work.what) or ""
    if work.kind == "call":
        key = None if mapping.business_key is None else script.text(node, token, mapping.business_key)
        given = mappings.mapped_in(node, token, mapping)
        join = _filled(node, token, work.join)
        return StartCalled(**common, process=what, **bound, variables=given, business_key=key, join=join)
    inputs = mappings.mapped_in(node, token, mapping) if mapping.inputs or mapping.into else _everything(token)
    if work.kind == "decision":
        return Decide(**common, decision=what, **bound, inputs=inputs)
    return CallService(**common, topic=what, inputs=inputs, retries=work.retries)


def _filled(node: Any, token: Any, source: str | None) -> str | None:
    return None if source is None else script.text(node, token, source)


def _everything(token: Any) -> dict[str, Any]:
    return {name: value for name, value in script.visible(token).items() if name not in ("case", "subject")}


def _finish(case: Case, at: datetime) -> Finish:
    if case.given.get("cancelled"):
        return Finish(at=at, outcome="cancelled", result=case.variables)
    if case.failed is not None:
        return Finish(at=at, outcome="failed", element=case.last_end, code=case.failed, result=case.variables)
    return Finish(at=at, outcome="completed", element=case.last_end, result=case.variables)


def _moment(text: str | None) -> datetime:
    assert text is not None
    return datetime.fromisoformat(text)

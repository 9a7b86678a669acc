"""Each effect of the core, in rows: pure, and one function for each kind of effect."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from engine.cases import Case, LiveTask
from engine.core import effects as fx
from engine.core.chain import canonical
from engine.running.rows import Assigned, Context, Row, Rows, message_row, retries_of, to_callers

ENDED = {"completed": "completed", "cancelled": "cancelled", "failed": "failed"}


def absorb(
    rows: Rows, case: Case, effects: Sequence[fx.Effect], assigned: Mapping[int, Assigned], context: Context
) -> None:
    """Turn the effects of one advance into rows, in their order, and move the case's chain and status with them."""
    for _, at_once in groupby(effects, key=lambda effect: effect.at):
        for effect in sorted(at_once, key=_is_consequence):
            WRITERS[type(effect)](rows, case, effect, assigned, context)


def _is_consequence(effect: fx.Effect) -> bool:
    """
    Whether others of the same moment may have caused it: the trail names the timer before what it withdrew.

    Timers stay in their own order: one that is due when it is set fires at the same moment, and only then.
    """
    return not isinstance(effect, fx.SetTimer | fx.ClearTimer)


def _open(rows: Rows, case: Case, effect: fx.OpenTask, assigned: Mapping[int, Assigned], context: Context) -> None:
    who, task_id = assigned[effect.token], context.new_id()
    holder = who.assignee
    ladder = case.ladders.opened(effect.element, effect.at, effect.due_at) if case.ladders else {}
    rows.add(
        "tasks",
        {
            "id": task_id,
            "instance_id": case.id,
            "token": effect.token,
            "element": effect.element,
            "name": effect.name,
            "lane": effect.lane,
            "status": "claimed" if holder else "open",
            "accountable": who.accountable,
            "accountable_because": who.because,
            "holder": holder,
            "acting_for": who.acting_for,
            "claimed_at": effect.at if holder else None,
            "opened_at": effect.at,
            "due_at": effect.due_at,
            "first_due_at": effect.due_at,
            "follow_up_at": effect.follow_up_at,
            "priority": effect.priority,
            "locals": effect.locals,
            "version": 1,
            "closed_at": None,
            "completed_by": None,
            "closed_because": None,
            **ladder,
        },
    )
    for candidate in who.candidates:
        row = {"task_id": task_id, "who": candidate, "opened_at": effect.at, "closed_at": effect.at if holder else None}
        rows.add("candidates", row)
    case.live[effect.token] = LiveTask(
        id=task_id,
        token=effect.token,
        element=effect.element,
        name=effect.name,
        lane=effect.lane,
        status="claimed" if holder else "open",
        holder=holder,
        acting_for=who.acting_for,
        accountable=who.accountable,
        opened_at=effect.at,
        due_at=effect.due_at,
        locals=effect.locals,
        version=1,
        **ladder,
    )
    body = {
        "element": effect.element,
        "name": effect.name,
        "accountable": who.accountable,
        "because": who.because,
        "candidates": who.candidates,
        "holder": holder,
        **({"acting_for": who.acting_for} if who.acting_for else {}),
        "due_at": effect.due_at,
        **ladder,
    }
    _note(case, "task.opened", task_id, body, effect.at, context)


def _change(rows: Rows, case: Case, effect: fx.TaskChanged, _who: object, context: Context) -> None:
    task = case.live.get(effect.token)
    if task is None:
        return
    coming = case.ladders.moved(task, effect.due_at) if case.ladders else task.next_rung_at
    dates = {"due_at": effect.due_at, "follow_up_at": effect.follow_up_at, "next_rung_at": coming}
    case.live[effect.token] = replace(task, due_at=effect.due_at, next_rung_at=coming)
    row = rows.pending("tasks", case, effect.token)
    if row:
        row.update(dates)
    else:
        rows.changed.append({"task_id": task.id, **dates})
    _note(case, "task.rescheduled", task.id, {**dates, "why": effect.why}, effect.at, context)


def _close(rows: Rows, case: Case, effect: fx.CloseTask, _who: object, context: Context) -> None:
    task = case.live.pop(effect.token, None)
    if task is None:
        return
    done = effect.reason == "completed"
    closing = {
        "status": "completed" if done else "withdrawn",
        "closed_at": effect.at,
        "completed_by": context.by if done else None,
        "closed_because": None if done else effect.because,
        "acting_for": context.acting_for if done else task.acting_for,
    }
    row = rows.pending("tasks", case, effect.token)
    if row:
        row.update(closing)
        for candidate in rows.new.get("candidates", []):
            if candidate["task_id"] == task.id:
                candidate["closed_at"] = candidate["closed_at"] or effect.at
    else:
        rows.closed.append({"task_id": task.id, **closing})
        if task.status == "open":
            rows.uncandidated.append({"of_task": task.id, "closed_at": effect.at})
    if not done:
        body = {"element": task.element, "because": effect.because, "holder": task.holder}
        _note(case, "task.withdrawn", task.id, body, effect.at, context)


def _set_timer(rows: Rows, case: Case, effect: fx.SetTimer, _who: object, context: Context) -> None:
    _end_timer(rows, case, effect.token, "cleared")
    rows.add(
        "timers",
        {
            "id": context.new_id(),
            "instance_id": case.id,
            "token": effect.token,
            "element": effect.element,
            "due_at": effect.due_at,
            "next_try_at": effect.due_at,
            "attempts": 0,
            "status": "pending",
        },
    )


def _clear_timer(rows: Rows, case: Case, effect: fx.ClearTimer, _who: object, context: Context) -> None:
    _end_timer(rows, case, effect.token, "fired" if effect.fired else "cleared")
    if effect.fired:
        _note(case, "timer.fired", effect.element, {"token": effect.token}, effect.at, context)


def _end_timer(rows: Rows, case: Case, token: int, status: str) -> None:
    row = rows.pending("timers", case, token)
    if row and row["status"] == "pending":
        row["status"] = status
    elif not case.is_new:
        rows.cleared.append({"case": case.id, "gone": token, "status": status})


def _subscribe(rows: Rows, case: Case, effect: fx.Subscribe, _who: object, context: Context) -> None:
    rows.add(
        "subscriptions",
        {
            "id": context.new_id(),
            "instance_id": case.id,
            "token": effect.token,
            "element": effect.element,
            "kind": effect.kind,
            "name": effect.name,
            "key": effect.key,
        },
    )


def _unsubscribe(rows: Rows, case: Case, effect: fx.Unsubscribe, _who: object, _context: Context) -> None:
    row = rows.pending("subscriptions", case, effect.token)
    if row:
        rows.new["subscriptions"].remove(row)
    else:
        rows.unsubscribed.append({"case": case.id, "gone": effect.token})


def _call_service(rows: Rows, case: Case, effect: fx.CallService, _who: object, context: Context) -> None:
    rows.add(
        "service_jobs",
        {
            "id": context.new_id(),
            "instance_id": case.id,
            "token": effect.token,
            "element": effect.element,
            "topic": effect.topic,
            "inputs": effect.inputs,
            "status": "owed",
            "retries": retries_of(effect.retries),
            "attempts": 0,
            "next_attempt_at": effect.at,
            "lock": None,
            "leased_until": None,
            "error": None,
        },
    )
    _note(case, "service.called", effect.element, {"topic": effect.topic}, effect.at, context)


def _withdraw_service(rows: Rows, case: Case, effect: fx.WithdrawService, _who: object, context: Context) -> None:
    row = rows.pending("service_jobs", case, effect.token)
    if row:
        row["status"] = "withdrawn"
    else:
        rows.withdrawn.append({"case": case.id, "gone": effect.token})
    _note(case, "service.withdrawn", effect.element, {}, effect.at, context)


def _cancel_called(rows: Rows, case: Case, effect: fx.CancelCalled, _who: object, _context: Context) -> None:
    rows.cancelled.append((case, effect.token))


def _throw(rows: Rows, case: Case, effect: fx.Throw, _who: object, context: Context) -> None:
    body = {"name": effect.name, "payload": effect.payload}
    if effect.kind == "escalation":
        _note(case, "escalation.thrown", effect.element, {**body, "caught": effect.caught}, effect.at, context)
        if not effect.caught:
            payload = {"code": effect.name, "payload": effect.payload}
            _tell_callers(rows, case, "called_escalated", payload, context)
        return
    message = message_row(effect.kind, effect.name, effect.payload, context, source=case, key=case.business_key)
    rows.add("messages", message)
    _note(case, f"{effect.kind}.sent", effect.element, {**body, "message": message["id"]}, effect.at, context)


def _pass(rows: Rows, case: Case, effect: fx.Passed, _who: object, context: Context) -> None:
    rows.add(
        "passages",
        {
            "id": context.new_id(),
            "instance_id": case.id,
            "element": effect.element,
            "flow": effect.flow,
            "withdrawn": effect.withdrawn,
            "entered_at": effect.entered_at,
            "left_at": max(effect.at, effect.entered_at),
            "by": context.by,
        },
    )


def _vary(rows: Rows, case: Case, effect: fx.VariablesChanged, _who: object, _context: Context) -> None:
    kept = [row for row in rows.new.get("variables", []) if row["instance_id"] == case.id]
    known = {row["name"]: row for row in kept}
    for name, value in effect.changed.items():
        text = canonical(value).decode()
        if name in known:
            known[name]["value"] = text
        else:
            rows.add("variables", {"instance_id": case.id, "name": name, "value": text})
    for name in effect.removed:
        if name in known:
            rows.new["variables"].remove(known[name])
        rows.forgotten.append({"case": case.id, "gone": name})


def _finish(rows: Rows, case: Case, effect: fx.Finish, _who: object, context: Context) -> None:
    case.status, case.ended_at = ENDED[effect.outcome], effect.at
    body = {"outcome": effect.outcome, "element": effect.element, "code": effect.code}
    _note(case, f"instance.{effect.outcome}", case.id, body, effect.at, context)
    if effect.outcome == "completed":
        _tell_callers(rows, case, "called_finished", {"result": effect.result}, context)
    else:
        code = effect.code or effect.outcome
        _tell_callers(rows, case, "called_failed", {"code": code, "message": case.title}, context)


def _tell_callers(rows: Rows, case: Case, kind: str, payload: Row, context: Context) -> None:
    for row in to_callers(case, kind, payload, context):
        rows.add("messages", row)


def _nothing(*_: object) -> None:
    """The shell carries this one out itself: `Decide` and `StartCalled` need more than rows."""


WRITERS: dict[type[Any], Callable[..., None]] = {
    fx.OpenTask: _open,
    fx.TaskChanged: _change,
    fx.CloseTask: _close,
    fx.SetTimer: _set_timer,
    fx.ClearTimer: _clear_timer,
    fx.Subscribe: _subscribe,
    fx.Unsubscribe: _unsubscribe,
    fx.CallService: _call_service,
    fx.Decide: _nothing,
    fx.WithdrawService: _withdraw_service,
    fx.StartCalled: _nothing,
    fx.CancelCalled: _cancel_called,
    fx.Throw: _throw,
    fx.Passed: _pass,
    fx.VariablesChanged: _vary,
    fx.Finish: _finish,
}


def _note(case: Case, verb: str, subject: object, body: Row, at: datetime, context: Context) -> None:
    if case.unsaid:
        body, case.unsaid = body | case.unsaid, {}
    case.chain.add(verb, subject, body, by=context.by, now=context.now, happened_at=at, acting_for=context.acting_for)

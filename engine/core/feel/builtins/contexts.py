"""Functions of contexts (DMN 1.3, section 10.3.4.6), `not`, `is`, and the tolerant `get or else`."""

from engine.core.feel.builtins.registry import builtin
from engine.core.feel.run import Run
from engine.core.feel.temporals import DateTime, Time
from engine.core.feel.values import Value, kind, same


@builtin("not", "negand:any")
def _not(run: Run, value: Value) -> Value:
    return (not value) if isinstance(value, bool) else run.warn(f"not() cannot take {kind(value)}")


@builtin("is", "value1:any", "value2:any")
def _is(run: Run, a: Value, b: Value) -> Value:
    if isinstance(a, Time | DateTime) and type(a) is type(b):
        times = [value if isinstance(value, Time) else value.time for value in (a, b)]
        return same(run, a, b) and (times[0].offset, times[0].zone) == (times[1].offset, times[1].zone)
    return same(run, a, b)


@builtin("get value", "m:context", "key:string")
def _get(run: Run, context: dict[str, Value], key: str) -> Value:
    return context.get(key)


@builtin("get value", "m:context", "keys:list")
def _get_deep(run: Run, context: Value, keys: list[Value]) -> Value:
    for key in keys:
        if not isinstance(context, dict) or not isinstance(key, str):
            return None
        context = context.get(key)
    return context


@builtin("get entries", "m:context")
def _entries(run: Run, context: dict[str, Value]) -> Value:
    run.tick(2 * len(context))
    return [{"key": key, "value": context[key]} for key in sorted(context)]  # A saved context knows no other order.


@builtin("context", "entries:list")
def _context(run: Run, entries: list[Value]) -> Value:
    run.tick(len(entries))
    made: dict[str, Value] = {}
    for entry in entries:
        key = entry.get("key") if isinstance(entry, dict) else None
        if not isinstance(key, str) or "value" not in entry or key in made:
            return run.warn("context(): each entry needs a key of its own and a value")
        made[key] = entry["value"]
    return made


@builtin("context put", "context:context", "key:string", "value:any")
@builtin("put", "context:context", "key:string", "value:any")
def _put(run: Run, context: dict[str, Value], key: str, value: Value) -> Value:
    run.tick(len(context))
    return {**context, key: value}


@builtin("context put", "context:context", "keys:list", "value:any")
@builtin("put", "context:context", "keys:list", "value:any")
def _put_deep(run: Run, context: dict[str, Value], keys: list[Value], value: Value) -> Value:
    run.tick(1 + len(context))
    if not keys or not isinstance(keys[0], str):
        return run.warn("context put(): the keys are a list of texts")
    if len(keys) == 1:
        return {**context, keys[0]: value}
    inner = context.get(keys[0])
    if not isinstance(inner, dict):
        return run.warn(f"context put(): there is no context under '{keys[0]}'")
    run.enter()
    changed = _put_deep(run, inner, keys[1:], value)
    run.leave()
    return None if changed is None else {**context, keys[0]: changed}


@builtin("context merge", "contexts:list")
@builtin("put all", "contexts:list")
def _merge(run: Run, contexts: list[Value]) -> Value:
    merged: dict[str, Value] = {}
    for context in contexts:
        if not isinstance(context, dict):
            return run.warn("context merge(): not all items are contexts")
        run.tick(1 + len(context))
        merged.update(context)
    return merged


@builtin("get or else", "value:any", "default:any")
def _or_else(run: Run, value: Value, default: Value) -> Value:
    return default if value is None else value


@builtin("is defined", "value:any")
def _is_defined(run: Run, value: Value) -> Value:
    return True


@builtin("assert", "value:any", "condition:any")
def _assert(run: Run, value: Value, condition: Value) -> Value:
    return value if condition is True else run.warn("assert(): the condition does not hold")

"""`instance of`, and fitting an argument to the type a function declares (DMN 1.3, section 10.3.2.9)."""

from typing import Any

from engine.core.feel.nodes import Type
from engine.core.feel.run import Run
from engine.core.feel.temporals import Date, Months, Span, at_midnight
from engine.core.feel.values import Function, Range, Value, kind

UNFIT: Any = object()


def instance_of(run: Run, value: Value, wanted: Type) -> bool | None:
    """Is the value of this type? None for a type that nothing defines."""
    run.tick()
    if wanted.name == "Any":
        return value is not None
    if wanted.name == "Null":
        return value is None
    if value is None:
        return False
    if wanted.name == "duration":
        return isinstance(value, Months | Span)
    if wanted.name not in NAMED:
        return run.types(value, wanted.name) if run.types else None
    return kind(value) == wanted.name and (wanted.inner is None or _made_of(run, value, wanted))


NAMED = frozenset(
    {
        "number",
        "string",
        "boolean",
        "date",
        "time",
        "date and time",
        "years and months duration",
        "days and time duration",
        "list",
        "range",
        "context",
        "function",
    }
)


def _made_of(run: Run, value: Value, wanted: Type) -> bool:
    inner = wanted.inner or ()
    if isinstance(value, list):
        return all(item is None or instance_of(run, item, inner[0]) is True for item in value)
    if isinstance(value, Range):
        return all(end is None or instance_of(run, end, inner[0]) is True for end in (value.low, value.high))
    if isinstance(value, dict):
        return all(
            name in value and (value[name] is None or instance_of(run, value[name], type_) is True)
            for name, type_ in zip(wanted.fields, inner, strict=True)
        )
    return not isinstance(value, Function) or _same_shape(value, inner[:-1])


def _same_shape(function: Function, parameters: tuple[Type, ...]) -> bool:
    declared = function.types or (None,) * len(parameters)
    return len(function.parameters) == len(parameters) and all(
        ours is None or asked.name == "Any" or ours == asked for ours, asked in zip(declared, parameters, strict=True)
    )


def fitted(run: Run, value: Value, wanted: Type | None) -> Value:
    """The value as this type, a list of one and its item standing for each other; `UNFIT` when it is none."""
    if wanted is None or wanted.name == "Any" or value is None:
        return value
    if (wanted.name not in NAMED and run.types is None) or instance_of(run, value, wanted):
        return value
    if isinstance(value, list) and len(value) == 1 and wanted.name != "list" and instance_of(run, value[0], wanted):
        return value[0]
    if wanted.name == "list" and (wanted.inner is None or instance_of(run, value, wanted.inner[0])):
        return [value]
    return at_midnight(value) if isinstance(value, Date) and wanted.name == "date and time" else UNFIT

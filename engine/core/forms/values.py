"""Whether one answer is of its type and keeps to the rules of its field; what is wrong is said in sentences."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any

from engine.core.expressions import Expression
from engine.core.forms import patterns
from engine.core.forms.schema import LIMITS, MANY, NOTHING, Component

_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?(?:Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])?"
_SHAPES = {
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "time": re.compile(_TIME),
    "datetime": re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_TIME}"),
}
_EXAMPLES = {"date": "2027-03-01", "time": "09:30", "datetime": "2027-03-01T09:30:00+01:00"}
_LARGEST = 30  # As a power of ten; beyond it nobody counts, and exact arithmetic stays cheap.
_CHARACTERS = 60
_DIGITS = 200


@dataclass(frozen=True)
class Around:
    """What a value is judged by beyond itself: expressions, options of its field, today in the case's zone."""

    value_of: Callable[[Expression], Any]
    options: Callable[[Component], "list[Any] | frozenset[str]"]
    today: date


@dataclass
class Wrong(Exception):
    """The answer is not of the type of its field."""

    message: str


def judge(component: Component, value: Any, around: Around) -> tuple[Any, list[str]]:
    """
    The answer as it is kept, and what is wrong with it.

    A missing answer is the empty one of its type. Numbers stay as they were sent.
    """
    if value is None:
        value = NOTHING.get(component.type)
        value = list(value) if isinstance(value, list) else value
    try:
        wrong = _TYPES[component.type](component, value, around)
    except Wrong as error:
        return value, [error.message]
    value = None if value == "" and component.type in ("number", "datetime") else value
    if component.rules.required and _is_empty(component, value):
        return value, ["This must be answered."]
    return value, wrong


def _is_empty(component: Component, value: Any) -> bool:
    if isinstance(value, str):
        return patterns.is_blank(value)
    return value is None or value == [] or (component.type == "checkbox" and value is False)


def _text(component: Component, value: Any, around: Around) -> list[str]:
    longest = LIMITS.line if component.type == "textfield" else LIMITS.text
    if not isinstance(value, str):
        raise Wrong("This must be a text.")
    if len(value) > longest:
        raise Wrong(f"This may have at most {longest} characters.")
    if not patterns.can_be_kept(value):
        raise Wrong("This holds a character that cannot be kept.")
    return list(_text_rules(component, value, around)) if value else []


def _text_rules(component: Component, value: str, around: Around) -> list[str]:
    rules, wrong = component.rules, []
    if rules.pattern is not None and not patterns.matches(rules.pattern, value):
        wrong.append(rules.pattern_message or "This does not have the form that is asked for.")
    least, most = (_bound(bound, around) for bound in (rules.min_length, rules.max_length))
    if least is not None and patterns.length(value) < least:
        wrong.append(f"This needs at least {least} characters.")
    if most is not None and patterns.length(value) > most:
        wrong.append(f"This may have at most {most} characters.")
    if rules.kind == "email" and not patterns.EMAIL.search(value):
        wrong.append("This must be an e-mail address.")
    if rules.kind == "phone" and not patterns.PHONE.search(value):
        wrong.append("This must be a phone number with its country, such as +4930123456.")
    return wrong


def _bound(bound: Any, around: Around) -> Decimal | None:
    if not isinstance(bound, Expression):
        return None if bound is None else Decimal(bound)
    found = around.value_of(bound)
    return Decimal(str(found)) if isinstance(found, int | float) and not isinstance(found, bool) else None


def _number(component: Component, value: Any, around: Around) -> list[str]:
    if value is None or value == "":
        return []
    number, rules, wrong = _decimal(component, value), component.rules, []
    with localcontext(prec=_DIGITS):
        if component.decimals is not None and number != round(number, component.decimals):
            wrong.append(_places(component.decimals))
        if component.increment and number % component.increment != 0:
            wrong.append(f"This must be a multiple of {component.increment}.")
    least, most = (_bound(bound, around) for bound in (rules.minimum, rules.maximum))
    if least is not None and number < least:
        wrong.append(f"This must be at least {least}.")
    if most is not None and number > most:
        wrong.append(f"This must be at most {most}.")
    return wrong


def _places(decimals: int) -> str:
    return f"This may have at most {decimals} decimal places." if decimals else "This must be a whole number."


def _decimal(component: Component, value: Any) -> Decimal:
    wanted: tuple[type, ...] = (str,) if component.as_text else (int, float)
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise Wrong("This must be a number, sent as text." if component.as_text else "This must be a number.")
    if (isinstance(value, int) and value.bit_length() > 128) or (isinstance(value, str) and len(value) > _CHARACTERS):
        raise Wrong("This number is too large.")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise Wrong("This must be a number.") from None
    if not number.is_finite() or (isinstance(value, str) and not re.fullmatch(r"[0-9eE.+-]+", value)):
        raise Wrong("This must be a number.")
    if number and abs(number.adjusted()) > _LARGEST:
        raise Wrong("This number is too large or too small.")
    return number


def _moment(component: Component, value: Any, around: Around) -> list[str]:
    if value is None or value == "":
        return []
    kind = component.subtype
    if not isinstance(value, str) or not _SHAPES[kind].fullmatch(value):
        raise Wrong(f"This must be a {_said(kind)} such as {_EXAMPLES[kind]}.")
    try:
        day = None if kind == "time" else date.fromisoformat(value[:10])
        clock = None if kind == "date" else time.fromisoformat(value[11:] if kind == "datetime" else value)
    except ValueError:
        raise Wrong(f"There is no such {_said(kind)}.") from None
    wrong = []
    if component.no_past and day is not None and day < around.today:
        wrong.append("This must not be in the past.")
    if component.interval and clock is not None and clock.minute % component.interval:
        wrong.append(f"The minutes must be a multiple of {component.interval}.")
    return wrong


def _said(kind: str) -> str:
    return {"datetime": "date and time"}.get(kind, kind)


def _checkbox(component: Component, value: Any, around: Around) -> list[str]:
    if not isinstance(value, bool):
        raise Wrong("This must be true or false.")
    return []


def _choice(component: Component, value: Any, around: Around) -> list[str]:
    if value is None:
        return []
    if not _is_offered(value, around.options(component)):
        raise Wrong(_not_offered(component))
    return []


def _choices(component: Component, value: Any, around: Around) -> list[str]:
    if not isinstance(value, list):
        raise Wrong("This must be a list of options.")
    if len(value) > LIMITS.options:
        raise Wrong(f"This may name at most {LIMITS.options} options.")
    options = around.options(component)
    if not all(_is_offered(one, options) for one in value):
        raise Wrong(_not_offered(component))
    twice = any(same(one, other) for index, one in enumerate(value) for other in value[:index])
    return ["An option is named twice."] if twice else []


def _not_offered(component: Component) -> str:
    options = component.options
    if options and options.rows:
        return f"Choose one of the rows of {options.rows.register} that are offered."
    return (
        f"Choose a member of the group {options.group}." if options and options.group else "Choose one of the options."
    )


def _is_offered(value: Any, options: "list[Any] | frozenset[str]") -> bool:
    if isinstance(options, frozenset):
        return isinstance(value, str) and value in options
    return any(same(value, option) for option in options)


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same to JavaScript: 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    return type(one) is type(other) and bool(one == other)


def values_of(options: Any) -> list[Any]:
    """The values of options as form-js takes them: objects with a value, or plain values."""
    found = []
    for option in options if isinstance(options, list) else ():
        if isinstance(option, dict):
            if "value" in option and (option.get("label") or isinstance(option["value"], str | int | float)):
                found.append(option["value"])
        elif option not in (None, ""):
            found.append(option)
    return found


_TYPES: dict[str, Callable[[Component, Any, Around], list[str]]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "datetime": _moment,
    "checkbox": _checkbox,
    "radio": _choice,
    "select": _choice,
    **dict.fromkeys(sorted(MANY), _choices),
}

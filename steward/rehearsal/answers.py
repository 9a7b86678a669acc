"""Answers to a form, made up by chance, so that they hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from engine.core.expressions import Expression, ExpressionError, Scope
from engine.core.forms import Form
from engine.core.forms.offers import Rows, offered
from engine.core.forms.places import MISSING, Path, get, put
from engine.core.forms.schema import MANY, Component
from engine.core.forms.values import values_of
from engine.errors import Invalid

TRIES = 60
WORDS = "We looked at the records of this week, asked who was there, and wrote down what we found."
KINDS = {"email": "somebody@example.org", "phone": "+4930123456"}
Weights = Mapping[str, Mapping[str, float]]
T = TypeVar("T")
People = Callable[[str], frozenset[str]]


@dataclass(frozen=True, kw_only=True)
class Given:
    """
    What answers are made up from.

    Args:
        variables: the case's, as the form reads them.
        people, rows: the ids of the members of a group; the rows of a register.
        weights: by the key of a field, how often each value is chosen, and the only values of a text or number.
        formulas: by the path of a field, such as `actions.no`, what it holds; of a list, how many rows it has.
            They read the case's variables, what the form was answered so far, and `i`, the number of the row,
            counted from 1. Both may be said of one form alone: `FORM:path`.
    """

    chance: Random
    variables: Mapping[str, Any]
    people: People
    rows: Rows
    weights: Weights
    formulas: Mapping[str, Expression]
    now: datetime
    zone: ZoneInfo
    form: str = ""
    answers: dict[str, Any] = field(default_factory=dict)

    def said(self, rules: Mapping[str, T], path: Path) -> T | None:
        """What the rules say of a field, of this form before any other."""
        name = ".".join(part for part in path if isinstance(part, str))
        return rules.get(f"{self.form}:{name}", rules.get(name))


def made_up(form: Form, given: Given) -> dict[str, Any]:
    """
    Answers that the form takes.

    Raises:
        Invalid: none were found; the rules of the rehearsal must name values for the fields it speaks of.
    """
    errors: dict[str, list[str]] = {}
    for _ in range(TRIES):
        answers: dict[str, Any] = {}
        _fill(answers, form.components, (), replace(given, form=form.id, answers=answers))
        checked = form.check(answers, given.variables, given.people, rows=given.rows, now=given.now, zone=given.zone)
        if not checked.errors:
            return answers
        errors = checked.errors
    said = "; ".join(f"{path or 'the whole'}: {' '.join(what)}" for path, what in sorted(errors.items()))
    raise Invalid(f"No answers to the form {form.id} were found by chance ({said}). Name values under [answers].")


def _fill(
    answers: dict[str, Any], components: tuple[Component, ...], base: tuple[str | int, ...], given: Given
) -> None:
    for component in components:
        path = (*base, *component.path)
        if component.is_list:
            _fill_rows(answers, component, path, given)
        elif not component.is_input:
            _fill(answers, component.children, path, given)
        elif _is_asked(component, path, given):
            formula = given.said(given.formulas, path)
            value = _evaluated(formula, given, path) if formula else _value(component, path, given)
            if value is not None:
                put(answers, path, value)


def _is_asked(component: Component, path: Path, given: Given) -> bool:
    """Whether a person writes it; what is read-only is the case's."""
    readonly = component.readonly
    fixed = readonly if isinstance(readonly, bool) else _evaluated(readonly, given, path) is True
    return not fixed and not component.disabled and component.expression is None


def _fill_rows(answers: dict[str, Any], component: Component, path: Path, given: Given) -> None:
    held = get(given.variables, path)
    count = len(held) if isinstance(held, list) else component.repetitions
    if formula := given.said(given.formulas, path):
        count = int(_evaluated(formula, given, path) or 0)
    elif component.grows and not (isinstance(held, list) and held):
        count = given.chance.randint(1, 3)
    put(answers, path, [{} for _ in range(count)])
    for row in range(count):
        _fill(answers, component.children, (*path, row), given)


def _value(component: Component, path: Path, given: Given) -> Any:
    chance, weights = given.chance, given.said(given.weights, path) or given.said(given.weights, path[-1:])
    if component.type in MANY:
        options = _options(component, given)
        return chance.sample(options, min(len(options), chance.randint(1, 2)))
    if component.options is not None:
        return _chosen(_options(component, given), weights, chance)
    if weights:
        return _chosen([_typed(component, text) for text in weights], weights, chance)
    return MAKERS.get(component.type, _nothing)(component, given)


def _chosen(options: list[Any], weights: Mapping[str, float] | None, chance: Random) -> Any:
    """One of the options: by weight, or else the first, which forms write for the usual case, most of the time."""
    if not options:
        return None
    if weights:
        by = [weights.get(str(option).lower() if isinstance(option, bool) else str(option), 0.0) for option in options]
        if sum(by) > 0:
            return chance.choices(options, by)[0]
    return options[0] if chance.random() < 0.5 else chance.choice(options)


def _options(component: Component, given: Given) -> list[Any]:
    options = component.options
    assert options is not None
    if options.group is not None:
        found = sorted(given.people(options.group))
        given.chance.shuffle(found)
        return found
    if options.rows is not None:
        rows = offered(options.rows, given.rows, given.variables, now=given.now, zone=given.zone)
        return [one["value"] for one in rows]
    if options.fixed is not None:
        return list(options.fixed)
    if options.expression is not None:
        return values_of(_evaluated(options.expression, given))
    held = given.variables.get(options.key or "", MISSING)
    return values_of(get(given.variables, (options.key or "").split(".")) if held is MISSING else held)


def _evaluated(expression: Expression, given: Given, path: Path = ()) -> Any:
    rows = [part for part in path if isinstance(part, int)]
    variables = {**given.variables, **given.answers, **({"i": rows[-1] + 1} if rows else {})}
    try:
        return expression.evaluate(Scope(variables, now=given.now, zone=given.zone, strict=False))
    except ExpressionError:
        return None


def _typed(component: Component, text: str) -> Any:
    if component.type == "checkbox":
        return text == "true"
    if component.type == "number" and not component.as_text:
        return float(text) if "." in text else int(text)
    return text


def _text(component: Component, given: Given) -> str:
    rules = component.rules
    if rules.kind in KINDS:
        return KINDS[rules.kind]
    least = rules.min_length if isinstance(rules.min_length, int) else 0
    most = rules.max_length if isinstance(rules.max_length, int) else 2_000
    text = WORDS if component.type == "textarea" or least > 30 else f"{component.label} {given.chance.randint(1, 999)}"
    while len(text) < least:
        text = f"{text} {WORDS}"
    return text[:most]


def _number(component: Component, given: Given) -> Any:
    low, high = (_bound(bound, given) for bound in (component.rules.minimum, component.rules.maximum))
    least = low if low is not None else Decimal(1 if high is None or high >= 1 else high)
    most = high if high is not None else least + 9
    step = component.increment or Decimal(1)
    value = least + step * given.chance.randint(0, max(0, int((most - least) / step)))
    if component.as_text:
        return str(value)
    return int(value) if value == int(value) else float(value)


def _bound(bound: Decimal | Expression | None, given: Given) -> Decimal | None:
    found = _evaluated(bound, given) if isinstance(bound, Expression) else bound
    return Decimal(str(found)) if isinstance(found, int | float | Decimal) and not isinstance(found, bool) else None


def _moment(component: Component, given: Given) -> str:
    local = given.now.astimezone(given.zone).replace(minute=0, second=0, microsecond=0)
    moment = local + timedelta(days=given.chance.randint(1, 15))
    if component.subtype == "date":
        return moment.date().isoformat()
    return moment.strftime("%H:%M") if component.subtype == "time" else moment.isoformat()


def _tick(component: Component, given: Given) -> bool:
    return component.rules.required or given.chance.random() < 0.7


def _nothing(_component: Component, _given: Given) -> None:
    return None


MAKERS: Mapping[str, Callable[[Component, Given], Any]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "datetime": _moment,
    "checkbox": _tick,
}

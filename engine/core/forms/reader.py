"""Reads the schema of a form, and says everything that is wrong with it at once."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from engine.core.expressions import Expression, ExpressionError, compile_condition
from engine.core.forms import patterns
from engine.core.forms.answers import values_of
from engine.core.forms.schema import CHOICES, CONTAINERS, INPUTS, LIMITS, SHOWN, Component, Options, Rules
from engine.core.problem import Problem

KEY = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
RESERVED = frozenset(("case", "subject", "people", "this", "parent", "i"))
POLLUTING = frozenset(("__proto__", "constructor", "prototype"))
PEOPLE = "people."
REPEATED = "[]"
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_FORBIDDEN = {
    "html": "Say it in a text component: raw HTML could act in the name of whoever reads it.",
    "iframe": "Link to the page instead: a foreign page inside of a form could ask for anything.",
    "filepicker": "Declare evidence slots on the task: files are kept as evidence, not as answers.",
}


class Reader:
    """One reading of one file; `problems` grows, in the order of the file."""

    def __init__(self, data: bytes, file: str) -> None:
        self.data, self.file = data, file
        self.text = data.decode("utf-8", "replace")
        self.problems: list[Problem] = []
        self.texts: list[str] = []
        self.id = ""
        self.count = 0
        self.keys: dict[tuple[str, ...], str] = {}

    def read(self) -> tuple[Component, ...]:
        """The components; what could not be read is left out, and a problem says so."""
        schema = self._schema()
        if schema is None:
            return ()
        self.id = schema["id"] if isinstance(schema.get("id"), str) else ""
        if not self.id:
            self._say("form-without-id", None, "The form has no id.", "Give it one: models name forms by it.")
        return self._components(schema, (), 0)

    def _schema(self) -> dict[str, Any] | None:
        if len(self.data) > LIMITS.bytes:
            self._say("form-too-large", None, "The file is too large.", f"A form may have {LIMITS.bytes} bytes.")
            return None
        try:
            schema = json.loads(self.data, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            remedy = "Export the form again from Camunda Modeler or bpmn.io."
            line = getattr(error, "lineno", None)
            self._say("form-not-json", None, f"The file is not JSON: {error}.", remedy, line=line)
            return None
        if not isinstance(schema, dict) or not isinstance(schema.get("components"), list):
            remedy = 'A form is {"type": "default", "id": ..., "components": [...]}.'
            self._say("form-not-json", None, "The file is JSON, but no form.", remedy)
            return None
        return schema

    def _components(self, within: Mapping[str, Any], scope: tuple[str, ...], depth: int) -> tuple[Component, ...]:
        listed = within.get("components", [])
        if not isinstance(listed, list) or depth > LIMITS.depth:
            self._say(
                "form-too-large", within, "Components are nested too deeply.", f"{LIMITS.depth} levels are enough."
            )
            return ()
        read = []
        for raw in listed:
            self.count += 1
            if self.count > LIMITS.components:
                remedy = f"A form may have {LIMITS.components} components."
                self._say("form-too-large", within, "The form has too many components.", remedy)
                break
            if isinstance(raw, dict):
                read.append(self._component(raw, scope, depth))
            else:
                self._say("form-bad-component", within, "A component is no object.", "Export the form again.")
        return tuple(component for component in read if component is not None)

    def _component(self, raw: Mapping[str, Any], scope: tuple[str, ...], depth: int) -> Component | None:
        kind = raw.get("type")
        if not isinstance(kind, str) or kind not in INPUTS | CONTAINERS | SHOWN:
            self._unknown_type(kind, raw)
            return None
        path = self._path(raw, kind, scope)
        inner = (*scope, *path, *([REPEATED] if kind == "dynamiclist" else []))
        self.texts += [raw[name] for name in ("label", "description", "text") if isinstance(raw.get(name), str)]
        if kind in INPUTS | {"dynamiclist"} and not path:
            return None
        if kind not in CHOICES and "people" in _dict(raw.get("properties")):
            remedy = "Use a select, radio, taglist or checklist."
            self._say("form-bad-options", raw, "Only a choice can offer the people of a group.", remedy)
        return Component(
            type=kind,
            id=_text(raw.get("id")),
            label=_text(raw.get("label") or raw.get("dateLabel") or raw.get("timeLabel") or raw.get("text")),
            path=path,
            children=self._components(raw, inner, depth + 1) if kind in CONTAINERS else (),
            hide=self._hide(raw, scope + path),
            readonly=self._readonly(raw, kind),
            disabled=raw.get("disabled") is True,
            rules=self._rules(raw, kind),
            options=self._options(raw) if kind in CHOICES else None,
            expression=self._formula(raw.get("expression"), raw, "expression") if kind == "expression" else None,
            decimals=self._whole(raw, "decimalDigits") if kind == "number" else None,
            increment=self._increment(raw) if kind == "number" else None,
            as_text=raw.get("serializeToString") is True,
            subtype=self._subtype(raw) if kind == "datetime" else "date",
            no_past=raw.get("disallowPassedDates") is True,
            interval=self._whole(raw, "timeInterval") if kind == "datetime" else None,
            grows=raw.get("allowAddRemove") is True,
            repetitions=min(self._whole(raw, "defaultRepetitions") or 1, LIMITS.rows),
            default=raw.get("defaultValue"),
        )

    def _unknown_type(self, kind: Any, raw: Mapping[str, Any]) -> None:
        if kind in _FORBIDDEN:
            self._say("form-forbidden-type", raw, f"The component {kind!r} is not allowed.", _FORBIDDEN[kind])
        else:
            remedy = f"Use one of: {', '.join(sorted(INPUTS | CONTAINERS | SHOWN))}."
            self._say("form-unknown-type", raw, f"Nobody knows the component {kind!r}.", remedy)

    def _path(self, raw: Mapping[str, Any], kind: str, scope: tuple[str, ...]) -> tuple[str, ...]:
        name = "path" if kind in CONTAINERS else "key"
        if kind in SHOWN or (kind == "group" and not raw.get(name)):
            return ()
        key = raw.get(name)
        if not isinstance(key, str) or not KEY.fullmatch(key) or len(key) > 200:
            what = "has no key" if not key else f"has the key {key!r}, which is no name"
            self._say("form-bad-key", raw, f"The component {what}.", "Use letters, digits, _ and dots: contact.mail.")
            return ()
        path = tuple(key.split("."))
        whole = scope + path
        if POLLUTING & set(path) or (not scope and path[0] in RESERVED):
            self._say("form-bad-key", raw, f"The key {key!r} means something else.", "Give it another name.")
        elif kind != "group":
            self._claim(whole, raw)
        return path

    def _claim(self, path: tuple[str, ...], raw: Mapping[str, Any]) -> None:
        """Two components with one key would overwrite each other."""
        for taken, by in self.keys.items():
            shorter = min(len(taken), len(path))
            if taken[:shorter] == path[:shorter] and REPEATED not in (
                *taken[shorter : shorter + 1],
                *path[shorter : shorter + 1],
            ):
                words = ".".join(path).replace(f".{REPEATED}", REPEATED)
                self._say(
                    "form-duplicate-key", raw, f"The key {words!r} is also used by {by}.", "Give each a key of its own."
                )
                return
        self.keys[path] = _text(raw.get("label")) or _text(raw.get("id")) or "another component"

    def _hide(self, raw: Mapping[str, Any], path: tuple[str, ...]) -> Expression | None:
        conditional = raw.get("conditional")
        hide = conditional.get("hide") if isinstance(conditional, dict) else None
        if hide is None or hide == "":
            return None
        formula = self._formula(hide, raw, "hide condition")
        if formula is not None and _asks_itself(formula, path):
            remedy = "Let it depend on other fields: once hidden, nobody could bring it back."
            self._say("form-self-hiding", raw, "The field hides itself by its own value.", remedy)
        return formula

    def _readonly(self, raw: Mapping[str, Any], kind: str) -> bool | Expression:
        readonly = raw.get("readonly", False)
        if isinstance(readonly, str) and readonly:
            return self._formula(readonly, raw, "read-only condition") or False
        fixed = readonly is True or raw.get("disabled") is True
        if fixed and _dict(raw.get("validate")).get("required") is True and kind in INPUTS:
            remedy = "Take one of the two away: nobody could fill it in."
            self._say("form-never-answerable", raw, "The field is required and read-only.", remedy)
        return readonly is True

    def _rules(self, raw: Mapping[str, Any], kind: str) -> Rules:
        validate, extra = _dict(raw.get("validate")), _dict(raw.get("properties"))
        least, most = (self._bound(validate, raw, name) for name in ("minLength", "maxLength"))
        low, high = (self._bound(validate, raw, name) for name in ("min", "max"))
        for lower, upper, what in ((least, most, "length"), (low, high, "value")):
            if isinstance(lower, Decimal) and isinstance(upper, Decimal) and lower > upper:
                self._say("form-never-answerable", raw, f"The least {what} is above the largest.", "Swap the two.")
        return Rules(
            required=validate.get("required") is True,
            min_length=int(least) if isinstance(least, Decimal) else least,
            max_length=int(most) if isinstance(most, Decimal) else most,
            minimum=low,
            maximum=high,
            pattern=self._pattern(validate, raw),
            pattern_message=_text(validate.get("patternErrorMessage")),
            kind=self._kind(validate, raw),
            check=self._formula(extra["check"], raw, "check") if "check" in extra else None,
            check_message=_text(extra.get("checkMessage")) or "This does not hold together.",
        )

    def _bound(self, validate: Mapping[str, Any], raw: Mapping[str, Any], name: str) -> Decimal | Expression | None:
        bound = validate.get(name)
        if bound is None or bound == "":
            return None
        if isinstance(bound, str) and bound.startswith("="):
            return self._formula(bound, raw, name)
        number = _decimal(bound)
        if number is None:
            self._say("form-bad-rule", raw, f"The rule {name!r} is no number: {bound!r}.", "Write a number or = FEEL.")
        return number

    def _pattern(self, validate: Mapping[str, Any], raw: Mapping[str, Any]) -> str | None:
        pattern = validate.get("pattern")
        if not pattern:
            return None
        try:
            if not isinstance(pattern, str) or len(pattern) > LIMITS.pattern:
                raise patterns.BadPattern("it is too long or no text")
            patterns.compiled(pattern)
        except patterns.BadPattern as error:
            remedy = "Write it without look-around and back-references, or use a check in FEEL."
            self._say("form-bad-pattern", raw, f"The pattern cannot be used: {error}.", remedy)
            return None
        return pattern

    def _kind(self, validate: Mapping[str, Any], raw: Mapping[str, Any]) -> str | None:
        kind = validate.get("validationType")
        if kind in (None, "", "custom"):
            return None
        if kind not in ("email", "phone"):
            self._say("form-bad-rule", raw, f"Nobody knows the validation {kind!r}.", "Use email, phone or a pattern.")
            return None
        return str(kind)

    def _options(self, raw: Mapping[str, Any]) -> Options:
        group = _dict(raw.get("properties")).get("people")
        key = raw.get("valuesKey")
        if isinstance(key, str) and key.startswith(PEOPLE):
            group = key.removeprefix(PEOPLE)
        if group is not None:
            if not isinstance(group, str) or not re.fullmatch(r"[\w-]+", group):
                self._say("form-bad-options", raw, f"{group!r} is no group.", "Name a group: people.process_owner.")
            return Options(group=_text(group))
        if isinstance(key, str) and key:
            return Options(key=key)
        if isinstance(raw.get("values"), list):
            return Options(fixed=self._fixed(raw["values"], raw))
        if not raw.get("valuesExpression"):
            remedy = "Give it values, a valuesKey, a valuesExpression or people.GROUP."
            self._say("form-bad-options", raw, "The choice has no options.", remedy)
            return Options(fixed=())
        formula = self._formula(raw["valuesExpression"], raw, "options expression")
        return Options(expression=formula) if formula else Options(fixed=())

    def _fixed(self, listed: list[Any], raw: Mapping[str, Any]) -> tuple[Any, ...]:
        values = tuple(values_of(listed))
        if not values or len(values) != len(listed) or len(values) > LIMITS.options:
            remedy = f"Give 1 to {LIMITS.options} options, each with a label and a value."
            self._say("form-bad-options", raw, "The options are missing, incomplete or too many.", remedy)
        if len({json.dumps(value, sort_keys=True) for value in values}) != len(values):
            self._say("form-bad-options", raw, "Two options have the same value.", "Give each a value of its own.")
        return values

    def _whole(self, raw: Mapping[str, Any], name: str) -> int | None:
        number = raw.get(name)
        if number is None or number == "":
            return None
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= 1000:
            self._say("form-bad-rule", raw, f"{name!r} is no whole number: {number!r}.", "Write one from 0 to 1000.")
            return None
        return number

    def _increment(self, raw: Mapping[str, Any]) -> Decimal | None:
        increment = raw.get("increment")
        if increment is None or increment == "":
            return None
        number = _decimal(increment)
        if number is None or number <= 0:
            self._say("form-bad-rule", raw, f"The increment is no step: {increment!r}.", "Write a number above 0.")
            return None
        return number

    def _subtype(self, raw: Mapping[str, Any]) -> str:
        subtype = raw.get("subtype", "date")
        if subtype not in ("date", "time", "datetime"):
            self._say("form-bad-rule", raw, f"Nobody knows the subtype {subtype!r}.", "Use date, time or datetime.")
            return "date"
        return str(subtype)

    def _formula(self, text: Any, raw: Mapping[str, Any], what: str) -> Expression | None:
        if not isinstance(text, str) or not text.startswith("="):
            remedy = 'Write FEEL after an equals sign: =kind = "major".'
            self._say("form-bad-expression", raw, f"The {what} is no expression.", remedy)
            return None
        try:
            return compile_condition(text, "feel")
        except ExpressionError as error:
            self._say("form-bad-expression", raw, f"The {what} does not hold: {error}", "Correct the FEEL expression.")
            return None

    def _say(
        self, code: str, raw: Mapping[str, Any] | None, message: str, remedy: str, *, line: int | None = None
    ) -> None:
        raw = raw or {}
        element, name = _text(raw.get("id")) or None, _text(raw.get("label")) or _text(raw.get("key")) or None
        at = line or self._line(raw)
        self.problems.append(
            Problem(
                code=code,
                severity="error",
                file=self.file,
                message=message,
                remedy=remedy,
                line=at,
                column=1 if at else None,
                element=element,
                name=name,
            )
        )

    def _line(self, raw: Mapping[str, Any]) -> int | None:
        """The line where the component's id, else its key, is written."""
        for name in ("id", "key", "path"):
            if isinstance(raw.get(name), str):
                written = re.escape(json.dumps(raw[name], ensure_ascii=False))
                found = re.search(rf'"{name}"\s*:\s*{written}', self.text)
                if found:
                    return self.text.count("\n", 0, found.start()) + 1
        return None


def _asks_itself(formula: Expression, path: tuple[str, ...]) -> bool:
    """Whether a condition reads the very value it hides; in a row, `this.` and the last key."""
    local = path[len(path) - path[::-1].index(REPEATED) :] if REPEATED in path else path
    words = ".".join(("this", *local) if REPEATED in path else local)
    text = _STRING.sub('""', formula.text)
    return bool(local) and re.search(rf"(?<![\w.]){re.escape(words)}(?![\w.])", text) is not None


def _decimal(number: Any) -> Decimal | None:
    if isinstance(number, bool) or not isinstance(number, int | float | str) or len(str(number)[:60]) > 40:
        return None
    try:
        found = Decimal(str(number))
    except ArithmeticError:
        return None
    return found if found.is_finite() and abs(found.adjusted()) <= 30 else None


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")

"""Reads what a component says about its answers: rules, options, expressions; and says what is wrong there."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.core.expressions import Expression, ExpressionError, compile_condition
from engine.core.forms import patterns
from engine.core.forms.schema import LIMITS, Options, RowsOf, Rules
from engine.core.forms.values import values_of
from engine.core.problem import Problem

PEOPLE, ROWS = "people.", "rows."
ROW_VALUES = ("row", "subject")
SERVER_ALONE = (
    *("assert", "context", "context merge", "duplicate values", "extract", "get or else", "is blank", "is defined"),
    *("is empty", "last day of month", "partition", "put", "put all", "range", "trim"),
)
"""Functions of FEEL that form-js (feelin 6) does not know: it takes what they give for null."""
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_ALONE = re.compile(rf"(?<![\w.])({'|'.join(SERVER_ALONE)})\s*\(")


class RulesReader:
    """Reads parts of components of one file; `problems` grows, in the order of the file."""

    def __init__(self, data: bytes, file: str) -> None:
        self.data, self.file = data, file
        self.text = data.decode("utf-8", "replace")
        self.problems: list[Problem] = []
        self.offers: dict[str, RowsOf] = {}

    def rules(self, raw: Mapping[str, Any], kind: str) -> Rules:
        validate, extra = table(raw.get("validate")), table(raw.get("properties"))
        least, most = (self._bound(validate, raw, name) for name in ("minLength", "maxLength"))
        low, high = (self._bound(validate, raw, name) for name in ("min", "max"))
        for lower, upper, what in ((least, most, "length"), (low, high, "value")):
            if isinstance(lower, Decimal) and isinstance(upper, Decimal) and lower > upper:
                self.say("form-never-answerable", raw, f"The least {what} is above the largest.", "Swap the two.")
        return Rules(
            required=validate.get("required") is True,
            min_length=int(least) if isinstance(least, Decimal) else least,
            max_length=int(most) if isinstance(most, Decimal) else most,
            minimum=low,
            maximum=high,
            pattern=self._pattern(validate, raw),
            pattern_message=words(validate.get("patternErrorMessage")),
            kind=self._kind(validate, raw),
            check=self.formula(extra["check"], raw, "check") if "check" in extra else None,
            check_message=words(extra.get("checkMessage")) or "This does not hold together.",
        )

    def _bound(self, validate: Mapping[str, Any], raw: Mapping[str, Any], name: str) -> Decimal | Expression | None:
        bound = validate.get(name)
        if bound is None or bound == "":
            return None
        if isinstance(bound, str) and bound.startswith("="):
            return self.shown(bound, raw, name)
        number = _decimal(bound)
        if number is None:
            self.say(
                "form-bad-rule", raw, f"The rule {name!r} is no number: {brief(bound)}.", "Write a number or = FEEL."
            )
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
            self.say("form-bad-pattern", raw, f"The pattern cannot be used: {error}.", remedy)
            return None
        return pattern

    def _kind(self, validate: Mapping[str, Any], raw: Mapping[str, Any]) -> str | None:
        kind = validate.get("validationType")
        if kind in (None, "", "custom"):
            return None
        if kind not in ("email", "phone"):
            self.say(
                "form-bad-rule", raw, f"Nobody knows the validation {brief(kind)}.", "Use email, phone or a pattern."
            )
            return None
        return str(kind)

    def options(self, raw: Mapping[str, Any]) -> Options:
        group = table(raw.get("properties")).get("people")
        key = raw.get("valuesKey")
        if isinstance(key, str) and key.startswith(PEOPLE):
            group = key.removeprefix(PEOPLE)
        if group is not None:
            if not isinstance(group, str) or not re.fullmatch(r"[\w-]+", group):
                self.say("form-bad-options", raw, f"{brief(group)} is no group.", "Name a group: people.process_owner.")
            return Options(group=words(group), served=words(key) or f"{PEOPLE}{words(group)}")
        if asked := self._rows(raw, key):
            served = words(key) or f"{ROWS}{asked.register}"
            if self.offers.setdefault(served, asked) != asked:
                remedy = "Give one of them a valuesKey of its own, such as rows.systems_in_use."
                self.say("form-bad-options", raw, f"Another choice offers other rows under {served}.", remedy)
            return Options(rows=asked, served=served)
        if isinstance(key, str) and key:
            return Options(key=key)
        if isinstance(raw.get("values"), list):
            return Options(fixed=self._fixed(raw["values"], raw))
        if not raw.get("valuesExpression"):
            remedy = "Give it values, a valuesKey, a valuesExpression, people.GROUP or rows.REGISTER."
            self.say("form-bad-options", raw, "The choice has no options.", remedy)
            return Options(fixed=())
        formula = self.shown(raw["valuesExpression"], raw, "options expression")
        return Options(expression=formula) if formula else Options(fixed=())

    def _rows(self, raw: Mapping[str, Any], key: Any) -> RowsOf | None:
        extra = table(raw.get("properties"))
        register = extra.get("rows")
        if register is None and isinstance(key, str) and key.startswith(ROWS):
            register = key.removeprefix(ROWS)
        if register is None:
            return None
        if not isinstance(register, str) or not re.fullmatch(r"\w+", register):
            self.say("form-bad-options", raw, f"{brief(register)} is no register.", "Name one: rows.REGISTER.")
        if extra.get("value", "row") not in ROW_VALUES:
            remedy = "Leave it out for the key of the row, or write subject."
            self.say("form-bad-options", raw, f"{brief(extra['value'])} is no value of a row.", remedy)
        where = self.formula(extra["where"], raw, "condition of the rows") if "where" in extra else None
        return RowsOf(register=words(register), where=where, as_subject=extra.get("value") == "subject")

    def _fixed(self, listed: list[Any], raw: Mapping[str, Any]) -> tuple[Any, ...]:
        values = tuple(values_of(listed))
        if not values or len(values) != len(listed) or len(values) > LIMITS.options:
            remedy = f"Give 1 to {LIMITS.options} options, each with a label and a value."
            self.say("form-bad-options", raw, "The options are missing, incomplete or too many.", remedy)
        if len({json.dumps(value, sort_keys=True) for value in values}) != len(values):
            self.say("form-bad-options", raw, "Two options have the same value.", "Give each a value of its own.")
        return values

    def whole(self, raw: Mapping[str, Any], name: str) -> int | None:
        number = raw.get(name)
        if number is None or number == "":
            return None
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= 1000:
            self.say(
                "form-bad-rule", raw, f"{name!r} is no whole number: {brief(number)}.", "Write one from 0 to 1000."
            )
            return None
        return number

    def increment(self, raw: Mapping[str, Any]) -> Decimal | None:
        increment = raw.get("increment")
        if increment is None or increment == "":
            return None
        number = _decimal(increment)
        if number is None or number <= 0:
            self.say("form-bad-rule", raw, f"The increment is no step: {brief(increment)}.", "Write a number above 0.")
            return None
        return number

    def subtype(self, raw: Mapping[str, Any]) -> str:
        subtype = raw.get("subtype", "date")
        if subtype not in ("date", "time", "datetime"):
            self.say("form-bad-rule", raw, f"Nobody knows the subtype {brief(subtype)}.", "Use date, time or datetime.")
            return "date"
        return str(subtype)

    def shown(self, text: Any, raw: Mapping[str, Any], what: str) -> Expression | None:
        """A formula that the browser evaluates as well."""
        self.in_browsers(text, raw, what)
        return self.formula(text, raw, what)

    def in_browsers(self, text: Any, raw: Mapping[str, Any], what: str) -> None:
        """Say which functions no browser knows."""
        for name in sorted(set(_ALONE.findall(_STRING.sub('""', text)))) if isinstance(text, str) else ():
            remedy = "Compare with null instead: what is not there is null in a form."
            self.say("form-bad-expression", raw, f"The {what} asks {name}(), which browsers do not know.", remedy)

    def formula(self, text: Any, raw: Mapping[str, Any], what: str) -> Expression | None:
        if not isinstance(text, str) or not text.startswith("="):
            remedy = 'Write FEEL after an equals sign: =kind = "major".'
            self.say("form-bad-expression", raw, f"The {what} is no expression.", remedy)
            return None
        try:
            return compile_condition(text, "feel")
        except ExpressionError as error:
            self.say("form-bad-expression", raw, f"The {what} does not hold: {error}", "Correct the FEEL expression.")
            return None

    def say(
        self, code: str, raw: Mapping[str, Any] | None, message: str, remedy: str, *, line: int | None = None
    ) -> None:
        raw = raw or {}
        element, name = words(raw.get("id")) or None, words(raw.get("label")) or words(raw.get("key")) or None
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


def _decimal(number: Any) -> Decimal | None:
    if isinstance(number, bool) or not isinstance(number, int | float | str) or len(str(number)[:60]) > 40:
        return None
    try:
        found = Decimal(str(number))
    except ArithmeticError:
        return None
    return found if found.is_finite() and abs(found.adjusted()) <= 30 else None


def table(value: Any) -> Mapping[str, Any]:
    """An object of the schema; an empty one where something else stands."""
    return value if isinstance(value, dict) else {}


def words(value: Any) -> str:
    """A text of the schema; an empty one where something else stands."""
    return value if isinstance(value, str) else ""


def brief(value: Any) -> str:
    """A value as it is shown in a sentence."""
    shown = repr(value)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."

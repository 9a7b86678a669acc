"""Reads the schema of a form, and says everything that is wrong with it at once."""

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from engine.core.expressions import Expression
from engine.core.forms.rules import RulesReader, brief, table, words
from engine.core.forms.schema import CHOICES, CONTAINERS, INPUTS, LIMITS, SHOWN, Component

KEY = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
RESERVED = frozenset(("case", "people", "this", "parent", "i"))
POLLUTING = frozenset(("__proto__", "constructor", "prototype"))
REPEATED = "[]"
_TEMPLATE = re.compile(r"\{\{(.*?)\}\}", re.S)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_FORBIDDEN = {
    "html": "Say it in a text component: raw HTML could act in the name of whoever reads it.",
    "iframe": "Link to the page instead: a foreign page inside of a form could ask for anything.",
    "filepicker": "Declare evidence slots on the task: files are kept as evidence, not as answers.",
}

ONLY_CHOICES = {"people": "the people of a group", "rows": "rows of a register"}


class Reader(RulesReader):
    """One reading of one file; `problems` grows, in the order of the file."""

    def __init__(self, data: bytes, file: str) -> None:
        super().__init__(data, file)
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
        if not self.id.isprintable() or not self.id:
            self.say("form-without-id", None, "The form has no id.", "Give it one: models name forms by it.")
        return self._components(schema, (), 0)

    def _schema(self) -> dict[str, Any] | None:
        if len(self.data) > LIMITS.bytes:
            self.say("form-too-large", None, "The file is too large.", f"A form may have {LIMITS.bytes} bytes.")
            return None
        try:
            schema = _of_whole_signs(json.loads(self.data, parse_constant=_no_number))
        except (ValueError, RecursionError) as error:
            remedy = "Export the form again from Camunda Modeler or bpmn.io."
            line = getattr(error, "lineno", None)
            self.say("form-not-json", None, f"The file is not JSON: {error}.", remedy, line=line)
            return None
        if not isinstance(schema, dict) or not isinstance(schema.get("components"), list):
            remedy = 'A form is {"type": "default", "id": ..., "components": [...]}.'
            self.say("form-not-json", None, "The file is JSON, but no form.", remedy)
            return None
        return schema

    def _components(self, within: Mapping[str, Any], scope: tuple[str, ...], depth: int) -> tuple[Component, ...]:
        listed = within.get("components", [])
        if not isinstance(listed, list) or depth > LIMITS.depth:
            self.say(
                "form-too-large", within, "Components are nested too deeply.", f"{LIMITS.depth} levels are enough."
            )
            return ()
        read = []
        for raw in listed:
            self.count += 1
            if self.count > LIMITS.components:
                remedy = f"A form may have {LIMITS.components} components."
                self.say("form-too-large", within, "The form has too many components.", remedy)
                break
            if isinstance(raw, dict):
                read.append(self._component(raw, scope, depth))
            else:
                self.say("form-bad-component", within, "A component is no object.", "Export the form again.")
        return tuple(component for component in read if component is not None)

    def _component(self, raw: Mapping[str, Any], scope: tuple[str, ...], depth: int) -> Component | None:
        kind = raw.get("type")
        if not isinstance(kind, str) or kind not in INPUTS | CONTAINERS | SHOWN:
            self._unknown_type(kind, raw)
            return None
        path = self._path(raw, kind, scope)
        inner = (*scope, *path, *([REPEATED] if kind == "dynamiclist" else []))
        self._texts(raw)
        if kind in INPUTS | {"dynamiclist"} and not path:
            return None
        for name, what in ONLY_CHOICES.items() if kind not in CHOICES else ():
            if name in table(raw.get("properties")):
                remedy = "Use a select, radio, taglist or checklist."
                self.say("form-bad-options", raw, f"Only a choice can offer {what}.", remedy)
        return Component(
            type=kind,
            id=words(raw.get("id")),
            label=words(raw.get("label") or raw.get("dateLabel") or raw.get("timeLabel") or raw.get("text")),
            path=path,
            children=self._components(raw, inner, depth + 1) if kind in CONTAINERS else (),
            hide=self._hide(raw, scope + path),
            readonly=self._readonly(raw, kind),
            disabled=raw.get("disabled") is True,
            rules=self.rules(raw, kind),
            options=self.options(raw) if kind in CHOICES else None,
            expression=self.shown(raw.get("expression"), raw, "expression") if kind == "expression" else None,
            decimals=self.whole(raw, "decimalDigits") if kind == "number" else None,
            increment=self.increment(raw) if kind == "number" else None,
            as_text=raw.get("serializeToString") is True,
            subtype=self.subtype(raw) if kind == "datetime" else "date",
            no_past=raw.get("disallowPassedDates") is True,
            interval=self.whole(raw, "timeInterval") if kind == "datetime" else None,
            grows=raw.get("allowAddRemove") is True,
            repetitions=min(self.whole(raw, "defaultRepetitions") or 1, LIMITS.rows),
            default=raw.get("defaultValue"),
        )

    def _texts(self, raw: Mapping[str, Any]) -> None:
        for name in ("label", "description", "text"):
            if isinstance(said := raw.get(name), str):
                self.texts.append(said)
                for part in asked_by(said):
                    self.in_browsers(part, raw, name)

    def _unknown_type(self, kind: Any, raw: Mapping[str, Any]) -> None:
        if isinstance(kind, str) and kind in _FORBIDDEN:
            self.say("form-forbidden-type", raw, f"The component {kind!r} is not allowed.", _FORBIDDEN[kind])
        else:
            remedy = f"Use one of: {', '.join(sorted(INPUTS | CONTAINERS | SHOWN))}."
            self.say("form-unknown-type", raw, f"Nobody knows the component {brief(kind)}.", remedy)

    def _path(self, raw: Mapping[str, Any], kind: str, scope: tuple[str, ...]) -> tuple[str, ...]:
        name = "path" if kind in CONTAINERS else "key"
        if kind in SHOWN or (kind == "group" and not raw.get(name)):
            return ()
        key = raw.get(name)
        if not isinstance(key, str) or not KEY.fullmatch(key) or len(key) > 200:
            what = "has no key" if not key else f"has the key {brief(key)}, which is no name"
            self.say("form-bad-key", raw, f"The component {what}.", "Use letters, digits, _ and dots: contact.mail.")
            return ()
        path = tuple(key.split("."))
        whole = scope + path
        if POLLUTING & set(path) or (not scope and (path[0] in RESERVED or path[:-1] == ("subject",))):
            self.say("form-bad-key", raw, f"The key {key!r} means something else.", "Give it another name.")
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
                said = ".".join(path).replace(f".{REPEATED}", REPEATED)
                self.say(
                    "form-duplicate-key", raw, f"The key {said!r} is also used by {by}.", "Give each a key of its own."
                )
                return
        self.keys[path] = words(raw.get("label")) or words(raw.get("id")) or "another component"

    def _hide(self, raw: Mapping[str, Any], path: tuple[str, ...]) -> Expression | None:
        conditional = raw.get("conditional")
        hide = conditional.get("hide") if isinstance(conditional, dict) else None
        if hide is None or hide == "":
            return None
        formula = self.shown(hide, raw, "hide condition")
        if formula is not None and _asks_itself(formula, path):
            remedy = "Let it depend on other fields: once hidden, nobody could bring it back."
            self.say("form-self-hiding", raw, "The field hides itself by its own value.", remedy)
        return formula

    def _readonly(self, raw: Mapping[str, Any], kind: str) -> bool | Expression:
        readonly = raw.get("readonly", False)
        if isinstance(readonly, str) and readonly:
            return self.shown(readonly, raw, "read-only condition") or False
        fixed = readonly is True or raw.get("disabled") is True
        if fixed and table(raw.get("validate")).get("required") is True and kind in INPUTS:
            remedy = "Take one of the two away: nobody could fill it in."
            self.say("form-never-answerable", raw, "The field is required and read-only.", remedy)
        return readonly is True


def asked_by(text: str) -> list[str]:
    """The expressions of a text: all of it after an equals sign, else what stands in double braces."""
    return [text] if text.startswith("=") else _TEMPLATE.findall(text)


def _asks_itself(formula: Expression, path: tuple[str, ...]) -> bool:
    """Whether a condition reads the very value it hides; in a row, `this.` and the last key."""
    local = path[len(path) - path[::-1].index(REPEATED) :] if REPEATED in path else path
    name = ".".join(("this", *local) if REPEATED in path else local)
    text = _STRING.sub('""', formula.text)
    return bool(local) and re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", text) is not None


def _of_whole_signs(schema: Any) -> Any:
    try:
        json.dumps(schema, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("a text in it holds half a sign") from None
    return schema


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")

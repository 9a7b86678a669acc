"""The server holds answers against a form as the browser did: random forms, filled in and submitted for real."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from engine.core.forms import read_form

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
FORMS = 60
TEXTS = ("", "abc", "A-12", "ä€x", "a@b.co", "a@b", "+4930664040900", "x" * 12, "12", "🙂🙂", "Zürich")
NUMBERS = (0, 1, -1, 2.5, 99.99, 100, 101, 0.1, 3.3, None)
OPTIONS = [{"label": "One", "value": "1"}, {"label": "Two", "value": "2"}, {"label": "Three", "value": "3"}]
CONDITIONS = ("flag", "limit > 50", 'mode = "a"', "missing = null", "missing.entry = null", "not(flag)")
MOMENTS = {
    "date": ("2026-11-27", "2020-01-01"),
    "time": ("10:30", "10:30Z", "10:30+01:00"),
    "datetime": ("2026-11-27T10:30", "2026-11-27T10:30Z"),
}
RULES: dict[str, dict[str, tuple[Any, ...]]] = {
    "textfield": {
        "minLength": (1, 3, "=2+1"),
        "maxLength": (6, 10),
        "pattern": ("^[A-Z]", "^\\d+$", "^\\w+$", "[0-9]{2}", "ä"),
        "validationType": ("email", "phone"),
    },
    "textarea": {"minLength": (3,), "maxLength": (10,)},
    "number": {"min": (0, 2.5, "=limit - 50"), "max": (10, 99.99, "=limit")},
}
KINDS = ("textfield", "textarea", "number", "datetime", "checkbox", "radio", "select", "checklist", "taglist")


class Maker:
    """Makes one random form and data to fill it in with."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0
        self.earlier: list[str] = []

    def form(self) -> list[dict[str, Any]]:
        return [self.component(0) for _ in range(self.random.randint(2, 6))]

    def component(self, depth: int) -> dict[str, Any]:
        self.count += 1
        kind = self.random.choice(KINDS + (("group", "dynamiclist") if depth < 2 else ()))
        made: dict[str, Any] = {"type": kind, "id": f"f{self.count}"}
        if self.random.random() < 0.35:
            made["conditional"] = {"hide": "=" + self.random.choice((*CONDITIONS, *self.earlier))}
        if kind in ("group", "dynamiclist"):
            more = {"isRepeating": True, "allowAddRemove": True} if kind == "dynamiclist" else {}
            inner = [self.component(depth + 1) for _ in range(self.random.randint(1, 3))]
            return {**made, "path": f"p{made['id']}", "components": inner, **more}
        return {**made, **self.field(kind, depth)}

    def field(self, kind: str, depth: int) -> dict[str, Any]:
        key = self.random.choice((f"k{self.count}", f"n{self.count}.k"))
        rules = {
            name: self.random.choice(some) for name, some in RULES.get(kind, {}).items() if self.random.random() < 0.3
        }
        made = {"key": key, "label": key, "validate": {**rules, "required": self.random.random() < 0.5}}
        if kind in ("radio", "select", "checklist", "taglist"):
            made |= self.random.choice(({"values": OPTIONS}, {"valuesKey": "opts"}, {"valuesExpression": "=opts"}))
        if kind == "datetime":
            made["subtype"] = self.random.choice(tuple(MOMENTS))
        if kind == "number":
            made |= self.random.choice(({}, {"decimalDigits": 1}, {"increment": 0.5}))
        if not depth and kind in ("radio", "checkbox"):
            self.earlier.append(f'{key} = "1"' if kind == "radio" else f"{key} = true")
        return made

    def filled(self, components: list[dict[str, Any]], data: dict[str, Any]) -> dict[str, Any]:
        for component in components:
            if component["type"] == "group":
                self.filled(component["components"], data.setdefault(component["path"], {}))
            elif component["type"] == "dynamiclist":
                count = self.random.randint(0, 3)
                data[component["path"]] = [self.filled(component["components"], {}) for _ in range(count)]
            elif self.random.random() < 0.85:
                *outer, last = component["key"].split(".")
                place = data.setdefault(outer[0], {}) if outer else data
                place[last] = self.value(component)
        return data

    def value(self, component: dict[str, Any]) -> Any:
        kind = component["type"]
        if kind in ("textfield", "textarea"):
            return self.random.choice(TEXTS)
        if kind == "datetime":
            return self.random.choice((*MOMENTS[component["subtype"]], None))
        if kind in ("checklist", "taglist"):
            return self.random.sample(("1", "2", "3"), self.random.randint(0, 2))
        return self.random.choice({"number": NUMBERS, "checkbox": (True, False)}.get(kind, ("1", "2", None)))


def faulty_fields(errors: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The fields that form-js complains of: id, and the number of the row where there are rows."""
    for key, inner in errors.items() if isinstance(errors, dict) else enumerate(errors):
        if isinstance(inner, list) and inner and all(isinstance(message, str) for message in inner):
            yield (*path, str(key))
        elif inner:
            yield from faulty_fields(inner, (*path, str(key)))


def ids_by_path(
    components: list[dict[str, Any]], base: str = "", rows: tuple[str, ...] = ()
) -> Iterator[tuple[str, Any]]:
    """The path that the server gives to each field, and form-js's name for it."""
    for component in components:
        if component["type"] == "group":
            yield from ids_by_path(component["components"], f"{base}{component['path']}.", rows)
        elif component["type"] == "dynamiclist":
            for row in range(3):
                inner = f"{base}{component['path']}[{row}]."
                yield from ids_by_path(component["components"], inner, (*rows, str(row)))
        else:
            yield f"{base}{component['key']}", (component["id"], *rows)


def full(value: Any) -> Any:
    """Without what is empty: the browser leaves out some of it, the server none."""
    if isinstance(value, dict):
        return {key: full(inner) for key, inner in value.items() if full(inner) not in (None, "", [], {}, False)}
    return [full(inner) for inner in value] if isinstance(value, list) else value


def test_the_server_finds_the_faults_that_the_browser_finds_and_keeps_what_it_submits(opener):
    page = opener("form")
    seen = {"faulty": 0, "sound": 0}

    for seed in range(FORMS):
        maker = Maker(seed)
        components = maker.form()
        schema = {"type": "default", "id": "form", "components": components}
        data = maker.filled(
            components, {"flag": seed % 2 == 0, "limit": 60 - seed % 60, "mode": "ab"[seed % 2], "opts": OPTIONS}
        )

        page.evaluate("document.querySelector('#canvas').replaceChildren()")
        submitted = page.evaluate("([schema, data]) => window.form.open(schema, data)", [schema, data])["submitted"]
        form = read_form(json.dumps(schema).encode(), "random.form")
        checked = form.check(submitted["data"], data, lambda group: frozenset(), now=NOW)

        names = dict(ids_by_path(components))
        assert {names[path] for path in checked.errors} == set(faulty_fields(submitted["errors"])), f"seed {seed}"
        if not checked.errors:
            assert full(checked.values) == full(submitted["data"]), f"seed {seed}"
        seen["faulty" if checked.errors else "sound"] += 1

    assert min(seen.values()) >= 10

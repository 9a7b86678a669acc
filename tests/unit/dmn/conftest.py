"""Short ways to write decision files."""

from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape, quoteattr

import pytest

from engine.core.dmn import Decisions, read_decisions

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def definitions(*parts: str, namespace: str = DMN) -> bytes:
    """A whole file of parts."""
    inside = "\n".join(parts)
    return (
        f'<definitions xmlns="{namespace}" xmlns:camunda="http://camunda.org/schema/1.0/dmn" id="d" name="d" '
        f'namespace="n">\n{inside}\n</definitions>'
    ).encode()


def _column(tag: str, number: int, spec: str, values: str | None, default: str | None) -> str:
    name, _, ref = spec.partition(":")
    ref = f" typeRef={quoteattr(ref)}" if ref else ""
    if tag == "input":
        listed = f"<inputValues><text>{escape(values)}</text></inputValues>" if values else ""
        asked = f'<inputExpression id="e{number}"{ref}><text>{escape(name)}</text></inputExpression>'
        return f'<input id="in{number}">{asked}{listed}</input>'
    listed = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
    otherwise = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    return f'<output id="out{number}" name={quoteattr(name)}{ref}>{listed}{otherwise}</output>'


def decision_table(
    rows: Sequence[Sequence[str]],
    *,
    inputs: Sequence[str] = ("a",),
    outputs: Sequence[str] = ("o",),
    policy: str | None = None,
    aggregation: str | None = None,
    allowed: dict[str, str] | None = None,
    default: dict[str, str] | None = None,
    id: str = "t",
    requires: str = "",
) -> str:
    """A decision whose logic is a table; a row has the input cells, then the output cells."""
    allowed, default = allowed or {}, default or {}
    columns = [_column("input", n, i, allowed.get(i.partition(":")[0]), None) for n, i in enumerate(inputs)]
    for n, output in enumerate(outputs):
        name = output.partition(":")[0]
        columns.append(_column("output", n, output, allowed.get(name), default.get(name)))
    rules = []
    for n, row in enumerate(rows, 1):
        cells = [
            f'<{"inputEntry" if k < len(inputs) else "outputEntry"} id="{id}_c{n}_{k}"><text>{escape(cell)}</text>'
            f"</{'inputEntry' if k < len(inputs) else 'outputEntry'}>"
            for k, cell in enumerate(row)
        ]
        rules.append(f'<rule id="{id}_r{n}">{"".join(cells)}</rule>')
    hit = f' hitPolicy="{policy}"' if policy else ""
    total = f' aggregation="{aggregation}"' if aggregation else ""
    body = "\n".join([*columns, *rules])
    return (
        f'<decision id="{id}" name="Decision {id}">{requires}'
        f'<decisionTable id="{id}_table"{hit}{total}>\n{body}\n</decisionTable></decision>'
    )


@pytest.fixture(scope="session")
def table() -> Callable[..., Decisions]:
    """A file of one table called `t`."""

    def make(rows: Sequence[Sequence[str]], **how: object) -> Decisions:
        return read_decisions(definitions(decision_table(rows, **how)), "t.dmn")  # type: ignore[arg-type]

    return make


@pytest.fixture
def file() -> Callable[..., Decisions]:
    """A file of parts."""

    def make(*parts: str, namespace: str = DMN) -> Decisions:
        return read_decisions(definitions(*parts, namespace=namespace), "f.dmn")

    return make


@pytest.fixture(name="decision_table")
def _decision_table() -> Callable[..., str]:
    return decision_table

"""A table's XML to its columns and rows; what does not hold is a problem of the reader."""

from collections.abc import Iterable

from engine.core.dmn.elements import CAMUNDA, child, children, name_of, text_in
from engine.core.dmn.hits import AGGREGATIONS, POLICIES
from engine.core.dmn.reader import Reader
from engine.core.dmn.table import Input, Output, Rule, Table
from engine.core.feel.names import one_spaced
from engine.core.feel.nodes import ListOf, Literal
from engine.core.feel.values import Code, Env, Value, kind
from engine.core.safe_xml import Element


def read_table(reader: Reader, element: Element, scope: Iterable[str], id_: str, title: str) -> Table:
    """Compile a `decisionTable`; what does not hold is a problem of the reader."""
    names = tuple(scope)
    inputs = tuple(_input(reader, one, names) for one in children(element, "input"))
    outputs = tuple(_output(reader, one, names, n) for n, one in enumerate(children(element, "output"), 1))
    bound = (*names, "?", *(column.variable for column in inputs if column.variable))
    rules = tuple(_rule(reader, one, bound, inputs, outputs, n) for n, one in enumerate(children(element, "rule"), 1))
    if not outputs:
        reader.complain(element, "dmn-table", "The table has no output.", "Add an output column.")
    policy = one_spaced(element.get("hitPolicy") or "UNIQUE").upper()
    if policy not in POLICIES:
        reader.complain(
            element, "dmn-hit-policy", f"There is no hit policy '{policy}'.", f"Choose one of {', '.join(POLICIES)}."
        )
        policy = "UNIQUE"
    if policy in ("PRIORITY", "OUTPUT ORDER") and not any(output.values for output in outputs):
        reader.complain(
            element,
            "dmn-priority",
            f"The hit policy {policy} needs an order of the outputs.",
            "List the allowed values of an output, the most important first.",
        )
    aggregation = _aggregation(reader, element, policy)
    return Table(id_, title, element, policy, aggregation, inputs, outputs, rules, reader)


def _aggregation(reader: Reader, element: Element, policy: str) -> str | None:
    aggregation = (element.get("aggregation") or "").upper() or None
    if aggregation is None or (policy == "COLLECT" and aggregation in AGGREGATIONS):
        return aggregation
    reader.complain(
        element,
        "dmn-aggregation",
        f"The aggregation '{aggregation}' cannot be used with the hit policy {policy}.",
        f"Use the hit policy COLLECT with one of {', '.join(AGGREGATIONS)}, or no aggregation.",
    )
    return None


def _input(reader: Reader, element: Element, scope: tuple[str, ...]) -> Input:
    asked = child(element, "inputExpression")
    text = text_in(asked)
    if asked is None or not (text or "").strip():
        reader.complain(element, "dmn-table", "An input column asks nothing.", "Write which value the column asks.")
    values = child(element, "inputValues")
    variable = element.get(f"{{{CAMUNDA}}}inputVariable")
    return Input(
        reader.expression(text, element if asked is None else asked, scope),
        None if asked is None else asked.get("typeRef"),
        _allowed_values(reader, values, scope),
        element.get("label") or one_spaced(text or ""),
        variable or None,
    )


def _allowed_values(reader: Reader, values: Element | None, scope: tuple[str, ...]) -> Code | None:
    text = text_in(values)
    if values is None or text is None or not text.strip():
        return None
    return reader.tests(text, values, (*scope, "?"))[0]


def _output(reader: Reader, element: Element, scope: tuple[str, ...], number: int) -> Output:
    values, default = child(element, "outputValues"), child(element, "defaultOutputEntry")
    return Output(
        name_of(element) or one_spaced(element.get("label") or "") or f"output {number}",
        element.get("typeRef"),
        _literals(reader, values),
        _allowed_values(reader, values, scope),
        None if default is None else reader.expression(text_in(default), default, scope),
    )


def _literals(reader: Reader, values: Element | None) -> tuple[Value, ...]:
    """The values of an enumeration, in their order; empty when they are not all plain values."""
    text = text_in(values)
    if values is None or text is None or not text.strip():
        return ()
    node = reader.node(f"[{text}]", values)
    if not isinstance(node, ListOf) or not all(isinstance(item, Literal) for item in node.items):
        return ()
    return tuple(item.value for item in node.items if isinstance(item, Literal))


def _rule(
    reader: Reader,
    element: Element,
    scope: tuple[str, ...],
    inputs: tuple[Input, ...],
    outputs: tuple[Output, ...],
    number: int,
) -> Rule:
    cells = list(children(element, "inputEntry"))
    entries = list(children(element, "outputEntry"))
    if len(cells) != len(inputs) or len(entries) != len(outputs):
        reader.complain(
            element,
            "dmn-table",
            f"Rule {number} has {len(cells)} input and {len(entries)} output cells; "
            f"the table has {len(inputs)} and {len(outputs)} columns.",
            "Give every row a cell for every column.",
        )
    read = [reader.tests(text_in(cell), cell, scope) for cell in cells[: len(inputs)]]
    read += [(_false, None)] * (len(inputs) - len(read))
    values = [reader.expression(text_in(entry), entry, scope) for entry in entries[: len(outputs)]]
    values += [_null] * (len(outputs) - len(values))
    for output, entry in zip(outputs, entries, strict=False):
        _check_output(reader, output, entry)
    return Rule(
        element.get("id") or f"rule {number}",
        element,
        tuple(code for code, _ in read),
        tuple(values),
        tuple(syntax for _, syntax in read),
    )


def _check_output(reader: Reader, output: Output, entry: Element) -> None:
    """A plain value that its column does not allow is found before anybody is asked."""
    text = text_in(entry)
    node = reader.node(text, entry) if text and text.strip() else None
    if not isinstance(node, Literal) or node.value is None:
        return
    if output.values and not any(type(v) is type(node.value) and v == node.value for v in output.values):
        reader.complain(
            entry,
            "dmn-output-value",
            f"{text} is none of the values that the output '{output.name}' allows.",
            "Correct the cell, or add the value to the column's values.",
        )
    elif output.ref and not reader.types.accepts(node.value, output.ref):
        reader.complain(
            entry,
            "dmn-output-type",
            f"{text} is a {kind(node.value)}, but the output '{output.name}' is declared as {output.ref}.",
            "Correct the cell, or change the column's type.",
        )


def _false(env: Env) -> Value:
    return False


def _null(env: Env) -> Value:
    return None

"""From a file's elements to compiled nodes and what each of them rests on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.core.dmn.boxed import Boxes
from engine.core.dmn.elements import child, children, name_of, target, text_in, variable_name, variable_type
from engine.core.dmn.reader import Reader, Use
from engine.core.dmn.table import Table
from engine.core.dmn.types import Allowed, ItemType, Types
from engine.core.feel.values import Code, Env, Value
from engine.core.safe_xml import Element

KINDS = ("inputData", "decision", "businessKnowledgeModel", "decisionService")
_REQUIREMENTS = {
    "informationRequirement": ("requiredInput", "requiredDecision"),
    "knowledgeRequirement": ("requiredKnowledge",),
}


@dataclass(frozen=True)
class Node:
    """
    A decision, an input, a knowledge model or a service.

    `name` is how expressions call it, `title` how people do; `needs` are the
    ids it rests on, `top` its table where its logic is one, `uses` the names
    it reads that nothing within it declares.
    """

    id: str
    kind: str
    name: str
    title: str
    ref: str | None
    element: Element
    needs: tuple[str, ...]
    code: Code
    tables: tuple[Table, ...] = ()
    top: Table | None = None
    uses: tuple[Use, ...] = ()


def read_types(reader: Reader, root: Element) -> Types:
    """The item definitions of a file."""
    return Types({name_of(e): _item(reader, e) for e in children(root, "itemDefinition")})


def _item(reader: Reader, element: Element) -> ItemType:
    function = child(element, "functionItem")
    return ItemType(
        ref=text_in(element) if function is None else None,
        collection=element.get("isCollection") == "true",
        components=tuple((name_of(one), _item(reader, one)) for one in children(element, "itemComponent")),
        allowed=_constraint(reader, child(element, "allowedValues")),
        whole=_constraint(reader, child(element, "typeConstraint")),
        function=function is not None,
        output=None if function is None else function.get("outputTypeRef"),
    )


def _constraint(reader: Reader, element: Element | None) -> Allowed | None:
    text = text_in(element)
    if element is None or not text or not text.strip():
        return None
    code, _ = reader.tests(text, element, ("?",))

    def allowed(env: Env, value: Value) -> bool:
        return code(env.inner({"?": value})) is True

    return allowed


def read_nodes(reader: Reader, root: Element) -> dict[str, Node]:
    """All nodes of a file by id, in its order."""
    nodes: dict[str, Node] = {}
    for number, element in enumerate(children(root, *KINDS)):
        id_ = element.get("id") or f"#{number}"
        if id_ in nodes:
            reader.complain(element, "dmn-duplicate-id", f"The id '{id_}' is used twice.", "Give each its own id.")
        nodes[id_] = _node(reader, element, id_)
    return nodes


def _node(reader: Reader, element: Element, id_: str) -> Node:
    kind = element.tag.rpartition("}")[2]
    title = name_of(element) or id_
    boxes, before = Boxes(reader, id_, title), len(reader.uses)
    code = _logic(reader, boxes, element, kind)
    first = child(element, "decisionTable") if kind == "decision" else None
    return Node(
        id=id_,
        kind=kind,
        name=variable_name(element),
        title=title,
        ref=variable_type(element),
        element=element,
        needs=tuple(_needs(element, kind)),
        code=code,
        tables=tuple(boxes.tables),
        top=boxes.tables[0] if first is not None and boxes.tables else None,
        uses=tuple(reader.uses[before:]),
    )


def _logic(reader: Reader, boxes: Boxes, element: Element, kind: str) -> Code:
    if kind == "decision":
        if not any(True for _ in children(element, *boxes.kinds)):
            reader.complain(
                element, "dmn-empty", f"The decision '{boxes.title}' decides nothing.", "Draw its table or expression."
            )
        return boxes.inside(element, ())
    if kind == "businessKnowledgeModel":
        logic = child(element, "encapsulatedLogic")
        return _nothing if logic is None else boxes.function(logic, (), _result_type(reader, variable_type(element)))
    return _nothing


def _result_type(reader: Reader, ref: str | None) -> str | None:
    """What a knowledge model answers: its variable is typed as the function, or (older) as the result."""
    item = reader.types.item(ref)
    return item.output if item is not None and item.function else ref


def _needs(element: Element, kind: str) -> Iterator[str]:
    if kind == "decisionService":
        yield from (target(one) for one in children(element, "inputData", "inputDecision", "outputDecision"))
        yield from (target(one) for one in children(element, "encapsulatedDecision"))
    for requirement, targets in _REQUIREMENTS.items():
        for one in children(element, requirement):
            yield from (target(required) for required in children(one, *targets))


def hrefs(element: Element, *names: str) -> tuple[str, ...]:
    """The ids that the children of these names point to."""
    return tuple(target(one) for one in children(element, *names))


def _nothing(env: Env) -> Any:
    return None

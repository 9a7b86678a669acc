"""What is wrong with a file as a whole: references, circles, names that nothing declares."""

from collections.abc import Collection, Iterator, Mapping

from engine.core.dmn.elements import children, target
from engine.core.dmn.evaluation import provided
from engine.core.dmn.graph import Node
from engine.core.dmn.reader import Reader, Use
from engine.core.feel.builtins import BUILTINS
from engine.core.feel.errors import ExpressionError, nearest
from engine.core.problem import Problem

_REFERENCES = ("requiredInput", "requiredDecision", "requiredKnowledge", "outputDecision", "inputDecision", "inputData")


def check_nodes(reader: Reader, nodes: Mapping[str, Node]) -> None:
    """Complain about references to nothing, circles, and types that nothing defines."""
    if not any(node.kind == "decision" for node in nodes.values()):
        root = reader.document.root
        reader.complain(root, "dmn-empty", "The file has no decision.", "Draw a decision, or leave the file out.")
    for node in nodes.values():
        _check_references(reader, nodes, node)
        if node.ref and not reader.types.knows(node.ref):
            reader.complain(
                node.element, "dmn-type", f"Nothing defines the type '{node.ref}'.", "Choose a type of FEEL.", "warning"
            )
        if node.id in _reached(nodes, node):
            reader.complain(
                node.element,
                "dmn-circle",
                f"'{node.title}' requires itself, directly or through others.",
                "Remove one of the requirements.",
            )


def _check_references(reader: Reader, nodes: Mapping[str, Node], node: Node) -> None:
    for element in node.element.iter():
        if not isinstance(element.tag, str) or element.tag.rpartition("}")[2] not in _REFERENCES:
            continue
        if element.get("href") and target(element) not in nodes:
            reader.complain(
                element,
                "dmn-reference",
                f"'{node.title}' requires '{element.get('href')}', which is not in this file.",
                "Draw it in the same file, or remove the requirement.",
            )


def _reached(nodes: Mapping[str, Node], start: Node) -> set[str]:
    """All that a node rests on; a knowledge model may call itself."""
    reached: set[str] = set()
    waiting = [need for need in start.needs if not (need == start.id and start.kind == "businessKnowledgeModel")]
    while waiting:
        id_ = waiting.pop()
        if id_ not in reached:
            reached.add(id_)
            waiting += nodes[id_].needs if id_ in nodes else ()
    return reached


def check_uses(reader: Reader, nodes: Mapping[str, Node], known: Collection[str] | None) -> Iterator[Problem]:
    """Warn about names that nothing gives, and refuse functions that nobody has."""
    quiet = Reader(reader.document, reader.names, reader.language, reader.types)
    for node in nodes.values():
        given = provided(nodes, node)
        outside = frozenset(known or ()) if node.kind == "decision" else frozenset()
        names_known = known is not None or node.kind != "decision" or any(True for _ in _declared_inputs(node))
        for use in node.uses:
            if use.function and use.name not in given:
                _refuse_function(quiet, use, given)
            elif not use.function and names_known:
                _warn_name(quiet, use, outside | set(given))
    return iter(quiet.problems)


def _declared_inputs(node: Node) -> Iterator[str]:
    for requirement in children(node.element, "informationRequirement"):
        yield from (target(one) for one in children(requirement, "requiredInput"))


def _refuse_function(reader: Reader, use: Use, given: Collection[str]) -> None:
    near = nearest(use.name, [*BUILTINS, *given])
    hint = f" Did you mean '{near}'?" if near else ""
    reader.complain(
        use.element, "dmn-function", f"There is no function '{use.name}'.{hint}{_caret(use)}", "Correct the name."
    )


def _warn_name(reader: Reader, use: Use, names: Collection[str]) -> None:
    if use.name in names:
        return
    near = nearest(use.name, names)
    hint = f" Did you mean '{near}'?" if near else ""
    reader.complain(
        use.element,
        "dmn-name",
        f"Nothing gives '{use.name}' to this decision.{hint}{_caret(use)}",
        "Correct the name, or draw the input and connect it.",
        "warning",
    )


def _caret(use: Use) -> str:
    return "\n" + ExpressionError("", use.text, use.position).caret


def required(nodes: Mapping[str, Node], start: Node) -> frozenset[str]:
    """The names that must be given from outside for a node and all it rests on."""
    names: set[str] = set()
    for node in [start, *(nodes[id_] for id_ in sorted(_reached(nodes, start)) if id_ in nodes)]:
        if node.kind == "inputData":
            names.add(node.name)
        elif node.kind == "decision":
            given = provided(nodes, node)
            names.update(use.name for use in node.uses if not use.function and use.name not in given)
    return frozenset(names)

"""
Decisions of DMN 1.1 to 1.5: tables with every hit policy, expressions, and what they rest on.

    decisions = read_decisions(xml, "class.dmn")
    decisions.problems()                                  # () when all holds
    decisions.decide("class", {"severity": 4}).rows       # [{"class": "major"}]
"""

from engine.core.dmn.checks import check_nodes
from engine.core.dmn.decisions import Decisions
from engine.core.dmn.elements import NAMESPACES, children, local
from engine.core.dmn.graph import read_nodes, read_types
from engine.core.dmn.names import known_names
from engine.core.dmn.outcome import Decided, HitPolicyViolated, Match
from engine.core.dmn.overlap import check_overlaps
from engine.core.dmn.reader import Reader
from engine.core.dmn.sheet import Sheet
from engine.core.safe_xml import UnsafeXml, read

__all__ = ["Decided", "Decisions", "HitPolicyViolated", "Match", "Sheet", "read_decisions"]


def read_decisions(xml: bytes, file: str) -> Decisions:
    """
    Compile a decision file.

    Never raises for what is wrong with the file: ask `problems()`. What does
    not hold raises when it is decided after all.
    """
    try:
        document = read(xml, file)
    except UnsafeXml as error:
        return Decisions({}, None, (error.problem,))
    root = document.root
    reader = Reader(document, known_names(root), root.get("expressionLanguage"))
    namespace = root.tag.rpartition("}")[0].lstrip("{")
    if local(root) != "definitions" or namespace not in NAMESPACES:
        reader.complain(root, "dmn-namespace", "This is no DMN decision file.", "Save it as DMN 1.3 with the modeler.")
        return Decisions({}, None, tuple(reader.problems))
    for imported in children(root, "import"):
        reader.complain(
            imported, "dmn-import", "Other decision files are not imported.", "Draw the decisions in one file."
        )
    reader.types = read_types(reader, root)
    nodes = read_nodes(reader, root)
    check_nodes(reader, nodes)
    for node in nodes.values():
        for table in node.tables:
            check_overlaps(table)
    return Decisions(nodes, reader, tuple(reader.problems))

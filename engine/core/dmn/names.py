"""Names of several words that a file declares anywhere; the parser must know them to read them as one."""

import re
from collections.abc import Iterator

from engine.core.dmn.elements import local
from engine.core.feel.names import one_spaced
from engine.core.safe_xml import Element

_NAMED = frozenset(
    {
        "itemComponent",
        "variable",
        "output",
        "formalParameter",
        "parameter",
        "column",
        "inputData",
        "decision",
        "businessKnowledgeModel",
        "decisionService",
        "import",
    }
)
_KEY = re.compile(r"[{,]\s*([^\W\d][\w \-/+*']*?)\s*:")


def known_names(root: Element) -> frozenset[str]:
    """All names of the file that are not a single word."""
    return frozenset(name for name in _all_names(root) if not name.isidentifier())


def _all_names(root: Element) -> Iterator[str]:
    for element in root.iter():
        tag = local(element)
        if tag in _NAMED and element.get("name"):
            yield one_spaced(element.get("name") or "")
        elif tag == "text" and element.text and "{" in element.text:
            for found in _KEY.finditer(element.text):
                if not found[1].startswith("function"):
                    yield one_spaced(found[1])

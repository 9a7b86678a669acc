"""Small steps through the XML of a decision model, whatever its version's namespace."""

from collections.abc import Iterator

from engine.core.feel.names import one_spaced
from engine.core.safe_xml import Element

NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20151101/dmn11.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    }
)
CAMUNDA = "http://camunda.org/schema/1.0/dmn"


def local(element: Element) -> str:
    """The element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: Element, *names: str) -> Iterator[Element]:
    """The children of these names, in order."""
    return (child for child in element if local(child) in names)


def child(element: Element | None, *names: str) -> Element | None:
    """The first child of one of these names."""
    return None if element is None else next(children(element, *names), None)


def text_in(element: Element | None) -> str | None:
    """The content of the element's `text` child; None where there is none."""
    found = child(element, "text", "typeRef")
    return None if found is None else (found.text or "")


def name_of(element: Element) -> str:
    """The element's name with single spaces, or an empty text."""
    return one_spaced(element.get("name") or "")


def variable_name(element: Element) -> str:
    """The name under which others see the value of a node."""
    variable = child(element, "variable")
    return (name_of(variable) if variable is not None else "") or name_of(element) or (element.get("id") or "")


def variable_type(element: Element) -> str | None:
    """The declared type of a node's value."""
    variable = child(element, "variable")
    return None if variable is None else variable.get("typeRef")


def target(element: Element) -> str:
    """The id that a `href` points to, within the file."""
    return (element.get("href") or "").rpartition("#")[2]

"""
XML from strangers, read without trusting it.

No DOCTYPE, so no entities, nothing loaded from outside and nothing that grows
while it is read; bounds on size, depth, number of elements and attributes are
checked before a tree is built. Lines and columns are those of the author's
file, of each element's opening `<`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from lxml import etree

from engine.core.problem import Problem

Element = etree._Element

MOST_BYTES = 5_000_000
DEEPEST = 100
MOST_ELEMENTS = 100_000
MOST_ATTRIBUTES = 100
LONGEST_VALUE = 100_000
"""Of one attribute, and of one piece of text, in characters."""

UTF8_MARK = b"\xef\xbb\xbf"


class UnsafeXml(ValueError):
    """The file is not XML that may be read. `problem` says where, why and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True)
class Document:
    """A file as a tree, and where in the file each element begins, as (line, column) from 1."""

    file: str
    root: Element
    places: dict[Element, tuple[int, int]] = field(repr=False)

    def place(self, element: Element) -> tuple[int, int]:
        """Line and column of the element's opening `<`."""
        return self.places[element]


def parse(data: bytes, file: str) -> Element:
    """
    The root element of a file. Comments and processing instructions are left out.

    Raises:
        UnsafeXml: the file is no XML, too large or too deep, or has a DOCTYPE.
    """
    return read(data, file).root


def read(data: bytes, file: str) -> Document:
    """
    As `parse`, with the place of each element.

    Raises:
        UnsafeXml: the file is no XML, too large or too deep, or has a DOCTYPE.
    """
    data = data.removeprefix(UTF8_MARK)
    places = _Guard(file).survey(data)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise _unreadable(file, str(error), *_position(error)) from None
    elements = list(root.iter(etree.Element))
    if len(elements) != len(places):
        raise _unreadable(file, "Two readers of XML do not agree about it.", 1, 1)
    return Document(file, root, dict(zip(elements, places, strict=True)))


class _Guard:
    """Reads a file once without building anything, and stops at the first thing that may not be."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.depth = 0
        self.text = 0
        self.places: list[tuple[int, int]] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._opened
        self.parser.EndElementHandler = self._closed
        self.parser.CharacterDataHandler = self._said
        self.parser.StartDoctypeDeclHandler = self._doctype

    def survey(self, data: bytes) -> list[tuple[int, int]]:
        """The place of each element, in the order of the file."""
        if not data.strip():
            raise _problem(self.file, "xml-empty", "The file is empty.", "Send the file as the modeler saved it.", 1, 1)
        if len(data) > MOST_BYTES:
            self._refuse("xml-too-large", f"The file has {len(data):,} bytes; at most {MOST_BYTES:,} are read.")
        try:
            self.parser.Parse(data, True)
        except expat.ExpatError as error:
            raise _unreadable(self.file, expat.errors.messages[error.code], error.lineno, error.offset + 1) from None
        except UnsafeXml:
            raise
        except (ValueError, LookupError) as error:
            raise _unreadable(self.file, str(error), *self._here()) from None
        return self.places

    def _opened(self, name: str, attributes: dict[str, str]) -> None:
        self.places.append(self._here())
        self.depth += 1
        self.text = 0
        if self.depth > DEEPEST:
            self._refuse("xml-too-deep", f"Elements are nested more than {DEEPEST} deep.")
        if len(self.places) > MOST_ELEMENTS:
            self._refuse("xml-too-large", f"The file has more than {MOST_ELEMENTS:,} elements.")
        if len(attributes) > MOST_ATTRIBUTES:
            self._refuse("xml-too-large", f"An element has more than {MOST_ATTRIBUTES} attributes.")
        if any(len(value) > LONGEST_VALUE for value in attributes.values()):
            self._refuse("xml-too-large", f"An attribute has more than {LONGEST_VALUE:,} characters.")

    def _closed(self, name: str) -> None:
        self.depth -= 1
        self.text = 0

    def _said(self, text: str) -> None:
        self.text += len(text)
        if self.text > LONGEST_VALUE:
            self._refuse("xml-too-large", f"A text has more than {LONGEST_VALUE:,} characters.")

    def _doctype(self, *declared: object) -> None:
        line, column = self._here()
        remedy = "Remove the DOCTYPE and write the texts themselves instead of entities."
        raise _problem(self.file, "xml-doctype", "The file has a DOCTYPE, which is never read.", remedy, line, column)

    def _here(self) -> tuple[int, int]:
        return self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1

    def _refuse(self, code: str, message: str) -> NoReturn:
        raise _problem(
            self.file, code, message, "Split the diagram, or remove what does not belong to it.", *self._here()
        )


def _unreadable(file: str, why: str, line: int, column: int) -> UnsafeXml:
    remedy = "Open the file in the modeler, save it again and send the saved file."
    return _problem(file, "xml-malformed", f"The file is not well-formed XML: {why}", remedy, line, column)


def _position(error: Exception) -> tuple[int, int]:
    line, column = getattr(error, "position", None) or (1, 1)
    return line or 1, max(column or 1, 1)


def _problem(file: str, code: str, message: str, remedy: str, line: int, column: int) -> UnsafeXml:
    return UnsafeXml(
        Problem(code=code, severity="error", file=file, message=message, remedy=remedy, line=line, column=column)
    )


Complain = Callable[[Element, str, str, str], None]
"""Takes an element, a code, what is wrong and the remedy."""

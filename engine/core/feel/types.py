"""Reading type names: `list<number>`, `context<a: string>`, `function<number> -> string`."""

from engine.core.feel.cursor import Cursor
from engine.core.feel.names import one_spaced
from engine.core.feel.nodes import Type

_LONG = (
    ("days", "and", "time", "duration"),
    ("years", "and", "months", "duration"),
    ("date", "and", "time"),
)


def read_type(cursor: Cursor) -> Type:
    """The type in front of the cursor."""
    cursor.deeper()
    result = _read(cursor)
    cursor.shallower()
    return result


def _read(cursor: Cursor) -> Type:
    for words in _LONG:
        if all(cursor.ahead(n).text == word for n, word in enumerate(words)):
            cursor.index += len(words)
            return Type(" ".join(words))
    if cursor.token.kind != "name":
        cursor.fail("Expected a type")
    name = cursor.take().text
    if name in ("list", "range"):
        return _of_one(cursor, name)
    if name == "context":
        return _context(cursor)
    if name == "function":
        return _function(cursor)
    return Type(_free_name(cursor, name))


def _of_one(cursor: Cursor, name: str) -> Type:
    if not cursor.eat("<"):
        return Type(name)
    inner = read_type(cursor)
    cursor.need(">")
    return Type(name, (inner,))


def _context(cursor: Cursor) -> Type:
    if not cursor.eat("<"):
        return Type("context")
    fields: list[str] = []
    types: list[Type] = []
    while True:
        if cursor.token.kind != "name":
            cursor.fail("Expected the name of an entry")
        start, end = cursor.token.start, cursor.take().end
        while not cursor.at(":") and cursor.token.kind != "end":
            end = cursor.take().end
        cursor.need(":")
        fields.append(one_spaced(cursor.text[start:end]))
        types.append(read_type(cursor))
        if not cursor.eat(","):
            break
    cursor.need(">")
    return Type("context", tuple(types), tuple(fields))


def _function(cursor: Cursor) -> Type:
    if not cursor.eat("<"):
        return Type("function")
    parameters: list[Type] = []
    while not cursor.at(">"):
        parameters.append(read_type(cursor))
        if not cursor.eat(","):
            break
    cursor.need(">")
    cursor.need("->")
    return Type("function", (*parameters, read_type(cursor)))


def _free_name(cursor: Cursor, first: str) -> str:
    """A named type, which may have several words or a dotted prefix."""
    name = first
    while cursor.at("."):
        cursor.take()
        name += "." + cursor.take().text
    return name

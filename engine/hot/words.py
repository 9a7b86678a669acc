"""What SQLAlchemy knows of a statement, kept as one driver hears it."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from psycopg.adapt import PyFormat
from sqlalchemy import ARRAY, ColumnElement, Dialect, LargeBinary, Text, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles

Given = Mapping[str, Any]
Turn = Callable[[Any], Any]


class Words(NamedTuple):
    """
    A statement as one driver hears it.

    Args:
        text: with numbered parameters on PostgreSQL, question marks on SQLite.
        takes: the names of its parameters in order, and what turns each into what the driver takes.
        fixed: parameters whose values stand in the statement.
        formats: how PostgreSQL gets each parameter.
        gives: the columns whose values need turning, and how.
        row: makes a row whose columns have names.
    """

    text: str
    takes: tuple[tuple[str, Turn | None], ...]
    fixed: Given
    formats: tuple[PyFormat, ...]
    gives: tuple[tuple[int, Turn], ...]
    row: Any

    def values(self, given: Given) -> list[Any]:
        """The parameters, in order and as the driver wants them."""
        known = {**self.fixed, **given} if self.fixed else given
        return [known[name] if turn is None else turn(known[name]) for name, turn in self.takes]

    def rows(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        """What the driver found, as rows."""
        return [self.row._make(self._turned(one)) for one in found]

    def _turned(self, found: Sequence[Any]) -> Sequence[Any]:
        if not self.gives:
            return found
        values = list(found)
        for place, turn in self.gives:
            if values[place] is not None:
                values[place] = turn(values[place])
        return values


Said = Sequence[tuple[Words, Sequence[Given]]]


def worded(statement: Any, dialect: Dialect, columns: Sequence[str]) -> Words:
    """Compile a statement of Core for a driver; `columns` are those that an insert fills."""
    spoken = _numbered(dialect) if dialect.name == "postgresql" else dialect
    compiled: Any = statement.compile(dialect=spoken, column_keys=list(columns) or None)
    if "POSTCOMPILE" in str(compiled):
        raise ValueError(f"A list cannot be a parameter of this statement; use `among`:\n{compiled}")
    order = compiled.positiontup or ()
    binds = {name: compiled.binds[name] for name in order}
    defaults = {column.key: column.default.arg for column in compiled.insert_prefetch}
    found = tuple(statement.selected_columns) if statement.is_select else ()
    turns = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in found]
    return Words(
        text=str(compiled),
        takes=tuple((name, _turn_in(binds[name].type, dialect)) for name in order),
        fixed={name: bind.effective_value for name, bind in binds.items() if not bind.required} | defaults,
        formats=tuple(PyFormat.BINARY if _is_bytes(binds[name].type) else PyFormat.TEXT for name in order),
        gives=tuple((place, turn) for place, turn in enumerate(turns) if turn is not None),
        row=namedtuple("Row", [str(column.key) for column in found], rename=True),
    )


def _numbered(dialect: Dialect) -> Dialect:
    """The same dialect, with parameters that are numbered as PostgreSQL itself numbers them."""
    make: Any = type(dialect)
    numbered: Dialect = make(paramstyle="numeric_dollar")
    return numbered


def _is_bytes(kind: Any) -> bool:
    return isinstance(kind, LargeBinary)


def _turn_in(kind: Any, dialect: Dialect) -> Turn | None:
    """What becomes of a value before the driver gets it; bytes need no wrapping."""
    turn: Turn | None = None if _is_bytes(kind) else kind.dialect_impl(dialect).bind_processor(dialect)
    return turn


class _Texts(TypeDecorator[Sequence[str]]):
    """A list of texts as one parameter: an array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        given = list(value or ())
        return given if dialect.name == "postgresql" else orjson.dumps(given).decode()


class among(ColumnElement[bool]):  # noqa: N801 - it stands in a statement like a function of SQLAlchemy's own.
    """Whether a column of texts is in the list that the parameter `name` gives: one text, however long the list."""

    inherit_cache = False

    def __init__(self, column: Any, name: str) -> None:
        self.column, self.given = column, bindparam(name, type_=_Texts())


@compiles(among, "postgresql")
def _any(element: among, compiler: Any, **options: Any) -> str:
    column, given = (compiler.process(part, **options) for part in (element.column, element.given))
    return f"{column} = ANY ({given})"


@compiles(among, "sqlite")
def _each(element: among, compiler: Any, **options: Any) -> str:
    column, given = (compiler.process(part, **options) for part in (element.column, element.given))
    return f"{column} IN (SELECT value FROM json_each({given}))"  # noqa: S608 - both parts are SQLAlchemy's.

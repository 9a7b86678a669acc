"""Rows of a register as comma-separated values (RFC 4180), one column a field; lists within a cell part by `;`."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.core.forms.places import MISSING, get
from engine.core.forms.schema import Field

LISTS = ("checklist", "taglist")
YES, NO = ("true", "yes", "1"), ("false", "no", "0")
MOST = 5_000
"""Lines that one sheet may have."""


class SheetError(Exception):
    """The sheet as a whole cannot be read; the text says why."""


def columns(fields: Iterable[Field]) -> list[Field]:
    """The fields that a sheet has a column for: all but lists of rows and files."""
    return [field for field in fields if "[" not in field.path and field.type not in ("dynamiclist", "filepicker")]


def write(fields: Sequence[Field], rows: Iterable[Mapping[str, Any]]) -> str:
    """A sheet with one line a row. What would begin a formula in a spreadsheet is written behind an apostrophe."""
    shown = columns(fields)
    paths = [field.path.split(".") for field in shown]
    return lines([field.path for field in shown], ([get(dict(values), path) for path in paths] for values in rows))


def lines(headings: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    """A sheet of these columns. What would begin a formula in a spreadsheet is written behind an apostrophe."""
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\r\n")
    sheet.writerow(headings)
    sheet.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def read(text: str, fields: Sequence[Field]) -> Iterator[tuple[int, dict[str, Any]]]:
    """
    The line number and the values of each row; an empty cell says nothing of its field.

    Raises:
        SheetError: there is no line of headings, a heading names no field, a line is too long, or there are too many.
    """
    sheet = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    known = {field.path: field for field in columns(fields)}
    try:
        headings = [name.strip() for name in next(sheet, [])]
        if strange := [name for name in headings if name not in known]:
            raise SheetError(f"There is no field {strange[0]!r}; there are {', '.join(known)}.")
        if not headings or len(set(headings)) != len(headings):
            raise SheetError("The first line names each field once.")
        for count, cells in enumerate(filter(any, sheet), start=1):
            if len(cells) > len(headings):
                raise SheetError(f"Line {sheet.line_num} has {len(cells)} cells for {len(headings)} headings.")
            if count > MOST:
                raise SheetError(f"A sheet has at most {MOST} lines; part it.")
            values: dict[str, Any] = {}
            for name, cell in zip(headings, cells, strict=False):
                if cell.strip():
                    _put(values, name.split("."), _value(known[name], cell.strip()))
            yield sheet.line_num, values
    except csv.Error as error:
        raise SheetError(f"Line {sheet.line_num} cannot be read: {error}.") from error


def _value(field: Field, cell: str) -> Any:
    """The cell as the form would send it; what does not fit is left as it is, for the form to refuse by name."""
    cell = cell[1:] if cell[:2] in ("'=", "'+", "'-", "'@") else cell
    if field.type in LISTS:
        return [part.strip() for part in cell.split(";") if part.strip()]
    if field.type == "checkbox":
        return True if cell.lower() in YES else False if cell.lower() in NO else cell
    if field.type == "number":
        try:
            number = Decimal(cell)
        except InvalidOperation:
            return cell
        return int(number) if number == number.to_integral_value() else float(number)
    return cell


def _cell(value: Any) -> str:
    if value is MISSING or value is None:
        return ""
    if isinstance(value, list):
        return ";".join(map(str, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    said = str(value)
    return f"'{said}" if isinstance(value, str) and said[:1] in ("=", "+", "-", "@") else said


def _put(values: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        values = values.setdefault(name, {})
    values[path[-1]] = value

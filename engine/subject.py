"""What a case is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import Invalid


@dataclass(frozen=True, kw_only=True, order=True)
class Subject:
    """One row of one register; it reads `REGISTER:ROW`."""

    register: str
    row: str

    @classmethod
    def of(cls, text: str) -> "Subject | None":
        """The subject that `REGISTER:ROW` names; None where it names none."""
        register, colon, row = text.partition(":")
        return cls(register=register, row=row) if register and colon and row else None

    def __str__(self) -> str:
        return f"{self.register}:{self.row}"


def read_subject(text: object) -> Subject:
    """
    The subject that a text names.

    Raises:
        Invalid: it does not read `REGISTER:ROW`.
    """
    found = Subject.of(text) if isinstance(text, str) else None
    if found is None:
        remedy = "Write the register, a colon and the row."
        raise Invalid(f"{text!r} names no row of a register.", {"subject": [remedy]})
    return found


def parted(variables: Mapping[str, Any]) -> tuple[dict[str, Any], Subject | None]:
    """
    The variables that a case begins with, and what it is about where one of them, `subject`, says so.

    Raises:
        Invalid: `subject` does not read `REGISTER:ROW`.
    """
    rest = {name: value for name, value in variables.items() if name != "subject"}
    said = variables.get("subject")
    return rest, None if said in (None, "") else read_subject(said)

"""What a case is about."""

from dataclasses import dataclass


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

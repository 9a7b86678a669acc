"""The step that cannot be taken: what the model, as it is drawn, has no answer to."""

from dataclasses import dataclass


@dataclass
class Stuck(Exception):
    """
    The engine cannot go on at one element; nothing of the step is kept.

    After the data are put right, the same event may be applied again.

    Args:
        element: the id of the flow node or sequence flow that has no answer.
        name: its name in the model, for people.
        message: a whole sentence about what is wrong.
        expression: the text that could not be evaluated, where there is one.
    """

    element: str
    name: str
    message: str
    expression: str | None = None

    def __str__(self) -> str:
        where = f"{self.name} ({self.element})" if self.name and self.name != self.element else self.element
        return f"{where}: {self.message}"

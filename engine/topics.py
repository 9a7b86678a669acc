"""Built-in topics: work that the engine itself does, and that concerns one case alone."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.core import effects as fx
from engine.rows import Context, Rows

Topic = Callable[[Session, Case, fx.CallService, Rows, Context], dict[str, Any]]

BUILT_IN: dict[str, Topic] = {}

"""A form-js schema, read: its components with their rules, expressions compiled."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.core.expressions import Expression

INPUTS = frozenset(
    ("textfield", "textarea", "number", "datetime", "checkbox", "radio", "select", "checklist", "taglist", "expression")
)
CHOICES = frozenset(("radio", "select", "checklist", "taglist"))
MANY = frozenset(("checklist", "taglist"))
CONTAINERS = frozenset(("group", "dynamiclist"))
SHOWN = frozenset(("text", "image", "table", "documentPreview", "spacer", "separator", "button"))
NOTHING: dict[str, Any] = {"textfield": "", "textarea": "", "checkbox": False, "checklist": [], "taglist": []}
"""What a field holds that nobody answered, where it is not null."""


@dataclass(frozen=True)
class Limits:
    """How large a form and its answers may be. Texts in characters, `bytes` of the file."""

    bytes: int = 512_000
    components: int = 500
    depth: int = 8
    rows: int = 200
    line: int = 2_000
    text: int = 20_000
    options: int = 500
    pattern: int = 1_000
    values: int = 20_000
    characters: int = 1_000_000
    nesting: int = 24


LIMITS = Limits()


@dataclass(frozen=True, kw_only=True)
class RowsOf:
    """
    Rows of a register that have not ended, as options.

    Args:
        where: which of them, asked of each as `row`, beside the variables of the case; None for all.
        as_subject: whether the answer is `REGISTER:ROW` instead of the row's key.
    """

    register: str
    where: Expression | None = None
    as_subject: bool = False


@dataclass(frozen=True, kw_only=True)
class Options:
    """
    Where the options of a choice come from: written in the form, a variable, FEEL, the members of a group, or rows.

    `key` names the variable, first as it stands, then as a dotted path. `served` is the key under which a browser
    finds the people or rows.
    """

    fixed: tuple[Any, ...] | None = None
    key: str | None = None
    expression: Expression | None = None
    group: str | None = None
    rows: RowsOf | None = None
    served: str = ""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What an answer must keep to. Bounds may be expressions; `check` must come out true."""

    required: bool = False
    min_length: int | Expression | None = None
    max_length: int | Expression | None = None
    minimum: Decimal | Expression | None = None
    maximum: Decimal | Expression | None = None
    pattern: str | None = None
    pattern_message: str = ""
    kind: str | None = None
    check: Expression | None = None
    check_message: str = ""


@dataclass(frozen=True, kw_only=True)
class Component:
    """
    One component. `path` is where it keeps its value inside of what contains it; empty for what keeps none.

    Args:
        hide: the component and all within it is left out where this is true.
        readonly, disabled: the value is the case's and not the browser's.
        decimals, increment, as_text: of numbers; `as_text` are sent as text, digit by digit.
        subtype: `date`, `time` or `datetime`.
        no_past, interval: of moments; `interval` in minutes.
        grows, repetitions: of dynamic lists: whether people add and remove rows, and how many there are at first.
    """

    type: str
    id: str
    label: str
    path: tuple[str, ...] = ()
    children: tuple["Component", ...] = ()
    hide: Expression | None = None
    readonly: bool | Expression = False
    disabled: bool = False
    rules: Rules = field(default_factory=Rules)
    options: Options | None = None
    expression: Expression | None = None
    decimals: int | None = None
    increment: Decimal | None = None
    as_text: bool = False
    subtype: str = "date"
    no_past: bool = False
    interval: int | None = None
    grows: bool = False
    repetitions: int = 1
    default: Any = None

    @property
    def is_input(self) -> bool:
        """Whether it keeps a value of its own."""
        return self.type in INPUTS

    @property
    def is_list(self) -> bool:
        """Whether its content is repeated, row by row."""
        return self.type == "dynamiclist"


@dataclass(frozen=True, kw_only=True)
class Field:
    """
    What a form asks for, for those who answer without a browser.

    Args:
        path: where the answer belongs, such as `finding`, `contact.mail` or `actions[].owner`.
        type: form-js's name of the component.
        options: the values written in the form; None where they come from the case or a group.
        group: the answer is the id of a member of this group.
        register: the answer is a row of this register: its key, or `REGISTER:ROW`.
        fields: of a dynamic list, what each row asks for.
    """

    path: str
    type: str
    label: str
    required: bool = False
    readonly: bool = False
    conditional: bool = False
    options: tuple[Any, ...] | None = None
    group: str | None = None
    register: str | None = None
    fields: tuple["Field", ...] = ()

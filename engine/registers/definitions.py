"""What each register holds, by which rules; a further definition is a further version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from engine import audit
from engine.cache import Cache
from engine.core.chain import canonical
from engine.core.forms import Form, UnusableForm, read_form
from engine.core.register import Definition, RegisterError, read_register
from engine.errors import Invalid, NotFound
from engine.hot import Hot
from engine.identity.people import must_manage
from engine.identity.person import Person
from engine.store.base import table_of
from engine.store.registers import Register, RegisterVersion

REGISTER, VERSION = table_of(Register), table_of(RegisterVersion)
CURRENT = select(VERSION.c.register, VERSION.c.number, VERSION.c.digest).join(
    REGISTER, (REGISTER.c.key == VERSION.c.register) & (REGISTER.c.version == VERSION.c.number)
)
ONE = Hot(CURRENT.where(REGISTER.c.key == bindparam("of_key")))
ALL = Hot(CURRENT.order_by(REGISTER.c.key))
FILES = select(VERSION.c.content, VERSION.c.form).where(
    VERSION.c.register == bindparam("of_key"), VERSION.c.number == bindparam("of_number")
)
LOCK = select(REGISTER.c.version).where(REGISTER.c.key == bindparam("of_key")).with_for_update()
MOVE = update(REGISTER).where(REGISTER.c.key == bindparam("of_key")).values(version=bindparam("to"))

_read: Cache[str, tuple[Definition, Form, bytes]] = Cache(64)


@dataclass(frozen=True, kw_only=True)
class Defined:
    """A register as it is defined now."""

    number: int
    definition: Definition
    form: Form
    file: bytes


def chain_of(register: str) -> str:
    """The audit chain of a register."""
    return f"register:{register}"


def define(session: Session, content: Mapping[str, Any], form: bytes, *, by: Person, now: datetime) -> Defined:
    """
    Bring a register, or a further version of its definition. The same content again makes no new version.

    Args:
        content: a file of `config/registers/`, parsed.
        form: the form-js file that it names.

    Raises:
        Forbidden: `by` does not manage the platform.
        Invalid: the content is no register, the form cannot be used, or it has no field for a row's key or title.
    """
    must_manage(by)
    definition, read = _checked(content, form)
    digest = sha256(canonical(dict(content)) + form).hexdigest()
    before = session.execute(LOCK, {"of_key": definition.key}).scalar_one_or_none()
    if before is not None:
        (known,) = ONE.all(session, {"of_key": definition.key})
        if known.digest == digest:
            return _defined(session, known)
        session.execute(MOVE, {"of_key": definition.key, "to": before + 1})
    else:
        session.execute(insert(REGISTER), [{"key": definition.key, "version": 1}])
    number = (before or 0) + 1
    version = {"register": definition.key, "number": number, "content": dict(content), "form": form, "digest": digest}
    session.execute(insert(VERSION), [version | {"since": now, "by": by.id}])
    said = {"number": number, "digest": digest}
    audit.append(session, chain_of(definition.key), "register.defined", definition.key, said, by=by, now=now)
    return Defined(number=number, definition=definition, form=read, file=form)


def defined(session: Session, register: str) -> Defined:
    """
    A register as it is defined now.

    Raises:
        NotFound: there is none with this key.
    """
    found = ONE.one_or_none(session, {"of_key": register})
    if found is None:
        raise NotFound("register", register)
    return _defined(session, found)


def all_registers(session: Session) -> list[Defined]:
    """Every register, by key."""
    return listed(session, ALL.all(session, {}))


def listed(session: Session, rows: Iterable[Any]) -> list[Defined]:
    """The registers that `ALL` found, for who asks for more on the same journey."""
    return [_defined(session, row) for row in rows]


def _defined(session: Session, row: Any) -> Defined:
    definition, form, file = _read.get(row.digest, lambda: _files(session, row))
    return Defined(number=row.number, definition=definition, form=form, file=file)


def _files(session: Session, row: Any) -> tuple[Definition, Form, bytes]:
    found = session.execute(FILES, {"of_key": row.register, "of_number": row.number}).one()
    return *_checked(found.content, found.form), found.form


def _checked(content: Mapping[str, Any], form: bytes) -> tuple[Definition, Form]:
    try:
        definition = read_register(content)
    except RegisterError as error:
        raise Invalid(f"This is no register. {error}", {error.where: [error.message]}) from error
    try:
        read = read_form(form, definition.form)
    except UnusableForm as error:
        problems = [f"{problem.message} {problem.remedy}" for problem in error.problems]
        raise Invalid(f"The form {definition.form} cannot be used.", {"form": problems}) from error
    fields = {field.path for field in read.fields}
    for name in ("row_key", "row_title", "competence_key", "competence_until"):
        if getattr(definition, name) not in {*fields, None}:
            raise Invalid("This is no register.", {name: [f"The form has no field {getattr(definition, name)!r}."]})
    for role, path in definition.provides.items():
        if not any(field == path or field.startswith((f"{path}.", f"{path}[")) for field in fields):
            raise Invalid("This is no register.", {"provides": [f"The form has no field {path!r} for {role}."]})
    return definition, read

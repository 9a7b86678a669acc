"""Looking for cases, people, clauses and entries of registers by words; what one may not see is not found."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from engine import access, clauses, registers
from engine.identity.person import Person
from engine.store.registers import RegisterRow
from engine.store.running import Instance
from web.reads.people import contains, named_like

MOST = 20
SHORTEST = 2


@dataclass(frozen=True)
class Hit:
    """Something found: its address, what it is called, and a word about it."""

    address: str
    name: str
    said: str = ""
    id: str = ""


@dataclass(frozen=True)
class Found:
    """What was found of each kind, at most twenty."""

    cases: list[Hit]
    people: list[Hit]
    clauses: list[Hit]
    entries: list[Hit]

    @property
    def count(self) -> int:
        """How much in all."""
        return len(self.cases) + len(self.people) + len(self.clauses) + len(self.entries)


def search(session: Session, person: Person, words: str, *, today: date) -> Found:
    """Everything that `person` may see and that holds these words in its key or name; nothing for less than two."""
    part = words.strip().lower()
    if len(part) < SHORTEST:
        return Found([], [], [], [])
    people = [Hit(f"/people/{quote(one['id'])}", one["name"], id=one["id"]) for one in named_like(session, part, MOST)]
    return Found(_cases(session, person, part), people, _clauses(session, part, today), _entries(session, person, part))


def _cases(session: Session, person: Person, part: str) -> list[Hit]:
    query = (
        select(Instance.id, Instance.title, Instance.business_key, Instance.status)
        .where(access.visible_instances(person))
        .where(or_(contains(Instance.business_key, part), contains(Instance.title, part)))
        .order_by(Instance.started_at.desc(), Instance.id)
        .limit(MOST)
    )
    return [
        Hit(f"/cases/{row.id}", row.title, row.status, row.business_key or "") for row in session.execute(query).all()
    ]


def _clauses(session: Session, part: str, today: date) -> list[Hit]:
    counting = set(clauses.in_force(session, today).values())
    return [
        Hit(f"/clauses/{standard.id}/{clause.ref}", clause.title, standard.name, clause.ref)
        for standard in clauses.standards(session)
        if standard.id in counting
        for clause in standard.clauses
        if clause.ref.lower().startswith(part) or part in clause.title.lower()
    ][:MOST]


def _entries(session: Session, person: Person, part: str) -> list[Hit]:
    names = {
        one.definition.key: one.definition.name
        for one in registers.all_registers(session)
        if registers.may_read(one, person)
    }
    query = (
        select(RegisterRow.register, RegisterRow.key, RegisterRow.title)
        .where(RegisterRow.register.in_(sorted(names)), RegisterRow.ended_at.is_(None))
        .where(or_(contains(RegisterRow.key, part), contains(RegisterRow.title, part)))
        .order_by(RegisterRow.title, RegisterRow.register, RegisterRow.key)
        .limit(MOST)
    )
    touched = registers.touched(session, person)
    if touched is not None:
        query = query.where(tuple_(RegisterRow.register, RegisterRow.key).in_(sorted(touched)))
    rows = session.execute(query).all() if names else ()
    return [
        Hit(f"/registers/{quote(row.register)}/rows/{quote(row.key)}", row.title, names[row.register], row.key)
        for row in rows
    ]

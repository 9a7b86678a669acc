"""What clauses tell beyond one by one: those of one standard alone, untapped strengths, and how much is shared."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, text
from sqlalchemy.orm import Session

from engine import registers
from engine.clauses.coverage import Covered, Scope, coverage, grouped, places
from engine.clauses.entries import entries, served
from engine.clauses.standards import in_force, standard
from engine.core.catalogue import Clause, Standard
from engine.core.register import Definition
from engine.identity.person import Person
from engine.store.records import Evidence
from engine.store.running import Task


@dataclass(frozen=True, kw_only=True)
class Shared:
    """How many rows of a register there are, and how many are tied to clauses of more than one standard."""

    register: str
    name: str
    rows: int
    shared: int

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where there are no rows."""
        return self.shared / self.rows if self.rows else None


@dataclass(frozen=True, kw_only=True)
class Figures:
    """
    How much work counts more than once.

    Args:
        actions: registers whose rows name their clauses themselves.
        evidence: pieces that were handed in in the period with tasks that were finished, older versions included.
        served: how many clauses these serve, all added up.
        audits: rows about audits that came in the period and say how many hours people prepared: row, title, hours.
    """

    actions: tuple[Shared, ...]
    evidence: int
    served: int
    audits: tuple[tuple[str, str, float], ...]

    @property
    def per_evidence(self) -> float | None:
        """Clauses that a piece of evidence serves, on average; None where there is none."""
        return self.served / self.evidence if self.evidence else None

    @property
    def hours(self) -> float | None:
        """Hours that an audit took to prepare, on average; None where nobody recorded any."""
        return sum(hours for _, _, hours in self.audits) / len(self.audits) if self.audits else None


def only_here(session: Session, standard_id: str, *, at: datetime) -> list[Clause]:
    """
    The clauses of a standard of which no other standard that counts at a moment has a counterpart.

    Headings are left out: only what has no clause below it is a demand of its own.

    Raises:
        NotFound: there is no such standard.
    """
    found = standard(session, standard_id)
    others = [standard(session, id_) for family, id_ in in_force(session, at.date()).items() if family != found.family]
    shared, headings = _shared(found, others), {clause.parent for clause in found.clauses}
    return [clause for clause in found.clauses if clause.ref not in headings | shared]


def strengths(session: Session, standard_id: str, *, since: datetime, until: datetime, by: Person) -> list[Covered]:
    """
    The clauses that are met by more than one record of a period, and against which nothing was found in it.

    Raises:
        NotFound: there is no such standard.
    """
    found = standard(session, standard_id)
    against = {ref for key in _against(session, since.date(), until, by) for ref in found.above(key)}
    told = coverage(session, standard_id, since=since, until=until, scope=Scope(), by=by)
    return [one for one in told if one.state == "met" and one.records > 1 and one.clause.ref not in against]


def figures(session: Session, *, since: datetime, until: datetime, by: Person) -> Figures:
    """What a period tells of work that counts more than once, as far as `by` may see it."""
    counted: dict[str, list[bool]] = {}
    for one in entries(session, until=until, subject=None, by=by):
        counted.setdefault(one.row.register, []).append(len({key.partition(":")[0] for key in one.keys}) > 1)
    known = [found.definition for found in registers.all_registers(session) if registers.may_read(found, by)]
    actions = [_shared_rows(one, counted.get(one.key, [])) for one in known if one.row_clauses and not one.finding_on]
    pieces = list(_evidence(session, since, until, by))
    return Figures(
        actions=tuple(actions),
        evidence=sum(count for count, _ in pieces),
        served=sum(count * clauses for count, clauses in pieces),
        audits=tuple(_audits(session, known, since, until)),
    )


def _shared_rows(definition: Definition, shared: list[bool]) -> Shared:
    return Shared(register=definition.key, name=definition.name, rows=len(shared), shared=sum(shared))


def _shared(found: Standard, others: Iterable[Standard]) -> set[str]:
    """What of a standard is asked for elsewhere, whichever of the two says so."""
    families = {other.family for other in others}
    own = {c.ref for c in found.clauses if any(key.partition(":")[0] in families for key in c.same_as)}
    said = (key.partition(":") for other in others for clause in other.clauses for key in clause.same_as)
    return own | {ref for family, _, ref in said if family == found.family}


def _against(session: Session, since: date, until: datetime, by: Person) -> Iterator[str]:
    for found in registers.all_registers(session):
        definition = found.definition
        if definition.finding_on and registers.may_read(found, by):
            for row in registers.within(session, registers.rows(session, definition.key, at=until, ended=True), by):
                if since.isoformat() <= str(row.values.get(definition.finding_on)) <= until.date().isoformat():
                    yield from served(definition, row)


def _evidence(session: Session, since: datetime, until: datetime, by: Person) -> Iterator[tuple[int, int]]:
    """Pieces of evidence with the number of clauses that each serves."""
    clauses = places(session, Scope(), by)
    done = (text("tasks.status = 'completed'"), Task.closed_at >= since, Task.closed_at < until)
    given = grouped(Scope(), by, func.count()).join(Evidence, Evidence.task_id == Task.id)
    for definition, element, count in session.execute(given.where(*done)):
        yield count, len(clauses[definition, element])


def _audits(
    session: Session, known: Iterable[Definition], since: datetime, until: datetime
) -> Iterator[tuple[str, str, float]]:
    for definition in known:
        if definition.hours:
            for row in registers.rows(session, definition.key, at=until):
                hours = row.values.get(definition.hours)
                if hours is not None and registers.changes(session, row.register, row.key)[0].at >= since:
                    yield f"{row.register}:{row.key}", row.title, float(hours)

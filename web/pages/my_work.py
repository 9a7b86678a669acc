"""My work: what waits for me, by urgency, what I may take on, what I wait for, and what I have done."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine import tasks
from engine.errors import NotFound, Rejected
from engine.identity import views
from engine.identity.person import Person
from engine.identity.substitutes import absences
from web import known
from web.auth import caller
from web.language import _, ngettext
from web.pages import acting
from web.pages.layout import Reader, look, look_at, page, sealed, show
from web.pages.urgency import Group, Row, by_urgency, line
from web.reads import agenda, duties, inbox, story
from web.reads.inbox import Waiting
from web.services import services

pages = Blueprint("my_work", __name__)
acting.register(pages)
DATES_AHEAD = timedelta(days=90)
FILTERS = ("process", "sign", "late", "q")


@dataclass(frozen=True)
class Chosen:
    """
    What a reader has chosen to see.

    Args:
        tab: `all`, `mine`, `free`, `waiting` or `done`.
        filters: by `process`, `sign`, `late` and words, as the address says them.
    """

    tab: str = "all"
    filters: dict[str, str] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """As a part of an address."""
        said = ({"tab": self.tab} if self.tab != "all" else {}) | self.filters
        return urlencode(said)

    def other(self, tab: str) -> str:
        """The address of another tab under the same filters."""
        return f"/?{Chosen(tab, self.filters).query}"

    def shows(self, waiting: Waiting, now: datetime) -> bool:
        """Whether a row passes the filters."""
        row, wanted = waiting.task, self.filters.get("q", "").casefold()
        said = f"{row.name} {row.title} {row.business_key or ''}".casefold()
        return (
            self.filters.get("process") in (None, row.process)
            and not ("sign" in self.filters and waiting.rules.sign is None)
            and not ("late" in self.filters and not (row.due_at and row.due_at <= now))
            and wanted in said
        )


@page(pages, "/")
def my_work() -> Response:
    """What waits for the reader."""
    return show("my_work.html", **look_at(inbox.asked(caller().person), _shown))


@page(pages, "/my-work/news", quiet=True)
def news() -> Response:
    """What has come since the list was made, as a line above it; and those of its `rows` whose version is another."""
    since, listed = _moment(request.args.get("since", "")), _versions(request.args.get("rows", ""))
    with services().database.reading() as session:
        count = inbox.came_since(session, caller().person, since, besides=listed) if since else 0
        changed = inbox.changed(session, caller().person, listed) if listed else []

    def read(session: Session, reader: Reader) -> list[Row]:
        rows = inbox.some(session, reader.person, changed, now=reader.now)
        names = story.names(session, {one.task.holder for one in rows} | {one.task.completed_by for one in rows})
        return [line(one, reader, names=names) for one in rows]

    if not changed and request.if_none_match.contains_weak(str(count)):
        return sealed(Response(status=304))
    said = ngettext("%(num)d new task", "%(num)d new tasks", count) if count else ""
    answer = show("news.html", said=said, rows=look(read), onward=f"/?{request.args.get('at', '')}")
    answer.set_etag(str(count))
    return answer


@page(pages, "/my-work/duties")
def my_duties() -> Response:
    """The reader's roles, who stands in for him, and who is on call now; as a part of My work, or alone."""
    if "HX-Request" in request.headers:
        found = look(lambda session, reader: duties.of(session, reader.person, now=reader.now))
        return show("duties.html", duties=found)

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        until = reader.now + DATES_AHEAD
        coming = agenda.items(session, reader.person, reader.now, until, zone=reader.zone, now=reader.now)
        return {
            "duties": duties.of(session, reader.person, now=reader.now),
            "tasks": inbox.mine(session, reader.person),
            "dates": [one for one in coming if one.mine or one.kind == "planned"],
        }

    return show("duties_page.html", **look(read))


@page(pages, "/tasks/<uuid:task_id>/take-on", scope="work", method="POST")
def take_on(task_id: UUID) -> Response:
    """Take a free task on, and open it; in the list its row stays where it is."""
    refused = ""

    def claim(session: Session, by: Person, now: datetime) -> None:
        tasks.claim(session, task_id, by=by, now=now)

    try:
        acting.perform(known.task(task_id, claim))
    except NotFound:
        raise
    except Rejected as error:
        if "HX-Request" not in request.headers:
            return acting.refused(error, f"/tasks/{task_id}")
        refused = acting.told(error)
    if "HX-Request" not in request.headers:
        return acting.then(f"/tasks/{task_id}")

    def read(session: Session, reader: Reader) -> Row:
        return line(inbox.one(session, reader.person, task_id, now=reader.now), reader, refused=refused)

    return show("row.html", row=look(read))


@page(pages, "/my-work/views", scope="work", method="POST")
def keep_view() -> Response:
    """Keep the filters under a name."""
    query, name = request.form.get("query", ""), request.form.get("name", "")
    back = f"/?{query}"
    return acting.done(lambda session, by, now: views.keep(session, name, query, by=by, now=now), back, _("Kept."))


@page(pages, "/my-work/views/<int(max=2147483647):number>/drop", scope="work", method="POST")
def drop_view(number: int) -> Response:
    """Forget a view."""
    return acting.done(lambda session, by, _now: views.drop(session, number, by=by), "/", _("Dropped."))


def _chosen() -> Chosen:
    tab = request.args.get("tab", "all")
    filters = {name: said for name in FILTERS if (said := request.args.get(name, "").strip()[:100])}
    return Chosen(tab if tab in ("mine", "free", "waiting", "done") else "all", filters)


def _moment(said: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _versions(said: str) -> dict[UUID, int]:
    """Rows as the script names them, `ID.VERSION`, parted by commas; what is no such row is left out."""
    found = {}
    for one in said.split(",")[: 2 * inbox.MOST]:
        named, _dot, version = one.partition(".")
        with suppress(ValueError):
            found[UUID(named)] = int(version)
    return found


def _shown(session: Session, reader: Reader, found: list[list[Any]]) -> dict[str, Any]:
    person, chosen = reader.person, _chosen()
    front = inbox.front(session, person, found, now=reader.now)
    held, free = front.held, front.free
    rows = {
        "all": lambda: [*held, *free],
        "mine": lambda: held,
        "free": lambda: free,
        "waiting": lambda: inbox.waited_for(session, person),
        "done": lambda: inbox.done(session, person),
    }[chosen.tab]()
    passed = [one for one in rows if chosen.shows(one, reader.now)]
    stands_in = absences(session, organisation=reader.organisation).stood_for(person.id, reader.now)
    people = {one.task.holder for one in passed if one.task.holder != person.id}
    people |= {one.task.acting_for for one in passed} | {one.person for one in stands_in}
    names = story.names(session, people)
    shown = [line(one, reader, names=names) for one in passed]
    return {
        "groups": [one for one in _groups(chosen.tab, shown, reader) if one.rows],
        "summary": _summary(held, free, reader.now),
        "tabs": _tabs(chosen, len(held), len(free)),
        "chosen": chosen,
        "query": chosen.query,
        "views": front.views,
        "processes": sorted({one.task.process for one in rows}),
        "narrowed": len(rows) - len(passed),
        "stands_in": [(names.get(one.person, one.person), one.ends_at) for one in stands_in],
        "since": quote(reader.now.isoformat()),
    }


def _groups(tab: str, rows: list[Row], reader: Reader) -> list[Group]:
    if tab == "done":
        return [Group("done", _("Done"), rows)]
    if tab == "waiting":
        return by_urgency(rows, reader)
    free = [row for row in rows if row.waiting.task.holder is None]
    held = [row for row in rows if row.waiting.task.holder is not None]
    return [*by_urgency(held, reader), Group("free", _("Free to take"), free)]


def _tabs(chosen: Chosen, held: int, free: int) -> list[tuple[str, str, str, bool]]:
    """Address, name, how many as far as a page counts, and whether it is the one shown."""

    def many(count: int, lists: int = 1) -> str:
        return _("%(num)d+", num=inbox.MOST) if count >= inbox.MOST * lists else str(count)

    listed = (
        ("all", _("Mine and free"), many(held + free, 2)),
        ("mine", _("Mine"), many(held)),
        ("free", _("Free to take"), many(free)),
        ("waiting", _("I wait for"), ""),
        ("done", _("Done"), ""),
    )
    return [(chosen.other(tab), name, count, tab == chosen.tab) for tab, name, count in listed]


def _summary(held: Sequence[Waiting], free: Sequence[Waiting], now: datetime) -> str:
    late = sum(1 for one in held if one.task.due_at and one.task.due_at <= now)
    sentences = [
        ngettext("%(num)d task is yours.", "%(num)d tasks are yours.", len(held)) if held else _("No task is yours."),
        ngettext("%(num)d is late.", "%(num)d are late.", late) if late else "",
        ngettext("%(num)d waits for anyone in your groups.", "%(num)d wait for anyone in your groups.", len(free))
        if free
        else "",
    ]
    return " ".join(sentence for sentence in sentences if sentence)

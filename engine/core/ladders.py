"""
Ladders: when which rung of a task falls due, and what is climbed of what is due.

A ladder is data (`docs/reference/ladders.md`). Its rungs are moments relative
to a task's opening and due date, in the one grammar of due dates. Pure: who
stands on a rung is asked of the shell by a function, and only when it matters.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from engine.core.calendar import Calendar, CalendarError
from engine.core.due import DueError, parse_due
from engine.core.spans import At, Clock, Due, From, Repeat, Share

Outcome = Literal["sent", "passed_over", "nobody", "held", "acknowledged"]
Only = Literal["claimed", "unclaimed"]

OPENED, DUE = "9999-01-01T00:00:01Z", "9999-01-01T00:00:02Z"
"""What stands for `${opened_at}` and `${due_at}` in a text that is read once for all tasks."""

HALF = timedelta(milliseconds=500)


@dataclass(frozen=True, kw_only=True)
class Rung:
    """
    One step of a ladder.

    Args:
        when: a due text in which `${opened_at}` and `${due_at}` may stand.
        whom: who is told; see `engine.core.ladder_text`.
        only: climbed only while the task is claimed, or only while nobody has claimed it.
        words: the template of the message.
        channels: tried in this order; the person's own where there are none.
        keep_for: what else the step is put down for, such as a review.
    """

    when: str
    whom: tuple[str, ...]
    only: Only | None = None
    urgency: Literal["ordinary", "urgent"] = "ordinary"
    words: str = "reminder"
    channels: tuple[str, ...] = ()
    keep_for: str | None = None


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """
    Whom to tell, and when, while a task is not done.

    Args:
        severe: an empty level is passed at once, day and night; else it is held until open hours.
        acknowledge: whether somebody may stop it by saying that he has seen it.
        stale: how long an acknowledgement without any work holds; for ever where None.
        every, at_most: the whole ladder comes round again so long after its last rung, at most so often.
        top_every: after that, the last rung alone comes round.
    """

    key: str
    name: str
    rungs: tuple[Rung, ...]
    severe: bool = False
    acknowledge: bool = True
    stale: str | None = None
    every: str | None = None
    at_most: int = 0
    top_every: str | None = None


@dataclass(frozen=True, kw_only=True)
class Climb:
    """
    How far a task has come on its ladder.

    Args:
        episode: which time the ladder is climbed, from 1.
        next_rung: the lowest rung not yet climbed, from 1; one more than there are, when all are.
        next_at: when the next one falls due, or when an acknowledgement grows stale; None when nothing does.
        acknowledged_at: since when the ladder stands still.
    """

    next_rung: int = 1
    next_at: datetime | None = None
    episode: int = 1
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TaskFacts:
    """What a ladder must know of a task."""

    opened_at: datetime
    due_at: datetime | None
    calendar: Calendar = field(repr=False)
    clock: Clock = "business"
    claimed: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """What became of one rung in one episode."""

    episode: int
    rung: int
    planned_at: datetime
    outcome: Outcome
    told: tuple[str, ...] = ()
    because: str = ""


Reached = Callable[[Rung], tuple[str, ...]]
"""The ids of those who stand on a rung, empty when nobody does."""


def begin(ladder: Ladder, task: TaskFacts) -> Climb:
    """Where a task that opens stands on its ladder."""
    return move(ladder, task, Climb())


def move(ladder: Ladder, task: TaskFacts, climb: Climb) -> Climb:
    """
    The same climb, after the task's due date moved: rungs to come follow it, those climbed are not climbed again.

    What stands still, or was begun again, runs on from there and not from the due date.
    """
    if climb.acknowledged_at or climb.episode > 1:
        return climb
    return replace(climb, next_at=next((at for _, at in schedule(ladder, task, climb)), None))


def schedule(ladder: Ladder, task: TaskFacts, climb: Climb) -> Iterator[tuple[int, datetime]]:
    """
    The rungs to come in this episode, with their moments, which never go down.

    In the first episode each has its own moment. When the ladder has begun
    again, each follows the one below after the same time, in open hours
    unless the ladder is severe. A rung without a moment, such as one that
    hangs on a due date that is not there, is left out.
    """
    if climb.acknowledged_at:
        return
    at, before = None if climb.episode == 1 else climb.next_at, None
    for number in range(climb.next_rung, len(ladder.rungs) + 1):
        own = moment_of(ladder.rungs[number - 1].when, task)
        if own is None:
            continue
        if climb.episode == 1:
            at = own if at is None else max(at, own)
        elif at is not None and before is not None:
            at = _later(ladder, task, at, max(own - before, timedelta(0)))
        before = own
        if at is not None:
            yield number, at


def climb_on(
    ladder: Ladder, task: TaskFacts, climb: Climb, *, reached: Reached, now: datetime
) -> tuple[tuple[Step, ...], Climb]:
    """
    Climb what is due at `now`: the highest rung that is, lower ones are passed over.

    Where nobody stands on it, a severe ladder goes on to the next rung at
    once; a mild one holds until open hours, and then does the same.

    Returns:
        What became of which rung, and how far the task has come.
    """
    due = [(number, at) for number, at in schedule(ladder, task, climb) if at <= now]
    if not due:
        return (), climb
    fitting = [number for number, _ in due if _fits(ladder.rungs[number - 1], task)]
    highest = fitting[-1] if fitting else 0
    steps = [
        Step(
            episode=climb.episode,
            rung=number,
            planned_at=at,
            outcome="passed_over",
            because=_why(task, highest, number),
        )
        for number, at in due
        if number != highest
    ]
    climbed, last = replace(climb, next_rung=due[-1][0] + 1), due[-1][1]
    if highest:
        told, held = _reach(ladder, task, climb, highest, dict(due), reached, now)
        reached_for = {step.rung for step in told}
        steps = [step for step in steps if step.rung not in reached_for] + told
        if held is not None:
            kept = (one for one in steps if one.rung <= highest)
            return _sorted(kept), replace(climb, next_rung=highest, next_at=held)
        if told[-1].rung >= climbed.next_rung:
            climbed, last = replace(climbed, next_rung=told[-1].rung + 1), now
    return _sorted(steps), _onward(ladder, task, climbed, last, now)


def _sorted(steps: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(sorted(steps, key=lambda step: step.rung))


def _reach(
    ladder: Ladder, task: TaskFacts, climb: Climb, first: int, due: dict[int, datetime], reached: Reached, now: datetime
) -> tuple[list[Step], datetime | None]:
    """Somebody, on this rung or above; or until when a mild ladder waits."""
    steps = []
    for number in range(first, len(ladder.rungs) + 1):
        rung = ladder.rungs[number - 1]
        planned = due.get(number) or moment_of(rung.when, task) or now
        step = Step(episode=climb.episode, rung=number, planned_at=planned, outcome="sent")
        if not _fits(rung, task):
            steps.append(replace(step, outcome="passed_over", because=_why(task, 0, number)))
        elif told := reached(rung):
            return [*steps, replace(step, told=told, because="" if number == first else "Nobody below.")], None
        elif number == first and not ladder.severe and (opening := _opening(task.calendar, now)) > now:
            return [replace(step, outcome="held", because="Nobody there; held until open hours.")], opening
        else:
            steps.append(replace(step, outcome="nobody", because="Nobody there."))
    return steps, None


def _onward(ladder: Ladder, task: TaskFacts, climb: Climb, last: datetime, now: datetime) -> Climb:
    """The rest of this episode, or the next one where the ladder comes round again."""
    if climb.next_rung <= len(ladder.rungs):
        if climb.episode == 1:
            return move(ladder, task, climb)
        gap = _gap(ladder, task, climb.next_rung)
        return replace(climb, next_at=None if gap is None else _later(ladder, task, last, gap))
    if ladder.every and climb.episode <= ladder.at_most:
        return Climb(episode=climb.episode + 1, next_rung=1, next_at=_after(ladder.every, now, task))
    if ladder.top_every:
        return Climb(
            episode=climb.episode + 1, next_rung=len(ladder.rungs), next_at=_after(ladder.top_every, now, task)
        )
    return replace(climb, next_at=None)


def _later(ladder: Ladder, task: TaskFacts, at: datetime, gap: timedelta) -> datetime:
    """So long after, and for a mild ladder in open hours."""
    return at + gap if ladder.severe else _opening(task.calendar, at + gap)


def _gap(ladder: Ladder, task: TaskFacts, number: int) -> timedelta | None:
    """How long after the rung below this one comes, or the next one that has a moment."""
    own = [moment_of(rung.when, task) for rung in ladder.rungs]
    below = next((at for at in reversed(own[: number - 1]) if at), None)
    above = next((at for at in own[number - 1 :] if at), None)
    return max(above - below, timedelta(0)) if above and below else None


def acknowledge(ladder: Ladder, task: TaskFacts, climb: Climb, *, now: datetime) -> tuple[tuple[Step, ...], Climb]:
    """The ladder stands still, since somebody has seen to it: for ever, or until that grows stale."""
    coming = list(schedule(ladder, task, climb))[:1]
    steps = [Step(episode=climb.episode, rung=rung, planned_at=at, outcome="acknowledged") for rung, at in coming]
    until = _after(ladder.stale, now, task) if ladder.stale else None
    return tuple(steps), replace(climb, next_at=until, acknowledged_at=now)


def look_again(ladder: Ladder, task: TaskFacts, climb: Climb, *, worked_at: datetime | None, now: datetime) -> Climb:
    """
    What becomes of an acknowledgement when its span is over.

    Args:
        worked_at: when something was last done about the task, if anything was since it was acknowledged.

    Returns:
        It holds for another span after that work; or, where none was done, the
        ladder begins again one level up, and is due at `now`.
    """
    until = _after(ladder.stale, worked_at, task) if ladder.stale and worked_at else None
    if until is not None and until > now:
        return replace(climb, next_at=until)
    numbers = range(climb.next_rung, len(ladder.rungs) + 1)
    level = next((number for number in numbers if _fits(ladder.rungs[number - 1], task)), len(ladder.rungs))
    return Climb(episode=climb.episode + 1, next_rung=level, next_at=now)


def _fits(rung: Rung, task: TaskFacts) -> bool:
    return rung.only is None or (rung.only == "claimed") == task.claimed


def _why(task: TaskFacts, highest: int, number: int) -> str:
    if number < highest:
        return "A higher rung was due."
    return "Somebody has claimed it." if task.claimed else "Nobody has claimed it."


def _opening(calendar: Calendar, now: datetime) -> datetime:
    try:
        return calendar.next_opening(now)
    except CalendarError:
        return now


def _after(text: str, since: datetime, task: TaskFacts) -> datetime | None:
    return moment_of(text, replace(task, opened_at=since))


def moment_of(when: str, task: TaskFacts) -> datetime | None:
    """When a rung falls due, to the second; None where its text names no moment, or one beyond the calendar."""
    due = _bound(read_when(when), {OPENED: task.opened_at, DUE: task.due_at})
    try:
        found = due.moment(task.opened_at, task.calendar, task.clock) if due else None
    except CalendarError:
        return None
    return (found + HALF).replace(microsecond=0) if found else None


@lru_cache(1024)
def read_when(when: str) -> Due:
    """
    The meaning of a rung's text.

    Raises:
        DueError: it is no due text, it repeats, or it names another fact than `${opened_at}` and `${due_at}`.
    """
    due = parse_due(when.replace("${opened_at}", OPENED).replace("${due_at}", DUE))
    if isinstance(due, Repeat):
        raise DueError("A rung comes once.", "Say that the whole ladder repeats: every, at_most.", 0, when)
    return due


def _bound(due: Due, facts: dict[str, datetime | None]) -> Due | None:
    """The same due rule, with the facts of a task in it; None where a fact is missing."""
    if isinstance(due, At):
        return _fact(due, facts)
    if isinstance(due, From):
        fact = _fact(due.fact, facts)
        return From(due.span, fact) if fact else None
    if isinstance(due, Share):
        begin, end = _fact(due.begin, facts), _fact(due.end, facts)
        return Share(due.percent, begin, end) if begin and end else None
    return due


_MARKS = {datetime.fromisoformat(mark): mark for mark in (OPENED, DUE)}


def _fact(at: At, facts: dict[str, datetime | None]) -> At | None:
    value: date | datetime | None = at.value
    mark = _MARKS.get(value) if isinstance(value, datetime) and value.tzinfo else None
    if mark is not None:
        value = facts[mark]
    return None if value is None else At(value)

"""Random models that are built of blocks, each with one way in and one way out, and random days in their lives."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from random import Random
from typing import Any

from drawing import (
    Drawing,
    cycle,
    duration,
    error,
    errors,
    escalation,
    escalations,
    many,
    message,
    messages,
    signal,
    signals,
)
from hypothesis import strategies as st

BESIDE = messages("m1", "m2") + signals("s1") + errors("red") + escalations("help")
LEAVES = ("task", "task", "script", "job", "call")
NODES = (
    "seq", "xor", "and", "or", "loop", "boundary", "boundary", "list", "sub", "beside", "race", "fails", "shouts",
)  # fmt: skip


@dataclass(frozen=True)
class Block:
    """What is drawn: its kind, its numbers, and the blocks inside."""

    kind: str
    numbers: tuple[int, ...]
    inside: tuple["Block", ...] = ()


def grown(random: Random, depth: int) -> Block:
    """A random block, at most so deep."""
    numbers = tuple(random.randint(0, 5) for _ in range(4))
    if depth == 0:
        return Block(random.choice(LEAVES), numbers)
    kind = random.choice((*NODES, *LEAVES[:1]))
    inside = () if kind in LEAVES else tuple(grown(random, depth - 1) for _ in range(random.randint(2, 3)))
    return Block(kind, numbers, inside)


@dataclass
class Artist:
    """Draws blocks. `repeats` allows timers that come round, of which a late worker misses some."""

    repeats: bool = True
    counter: int = 0
    drawings: list[Drawing] = field(default_factory=list)

    def model(self, block: Block) -> bytes:
        drawing = Drawing(beside=BESIDE)
        self.inside(drawing, block)
        return drawing.xml()

    def name(self, prefix: str) -> str:
        self.counter += 1
        return f"{prefix}{self.counter}"

    def inside(self, drawing: Drawing, block: Block, ending: str = "") -> Drawing:
        start, end = self.name("start"), self.name("end")
        first, last = self.draw(drawing, block)
        drawing.start(start).end(end, inner=ending).path(start, first).path(last, end)
        return drawing

    def draw(self, drawing: Drawing, block: Block) -> tuple[str, str]:
        """The first and the last node of what was drawn."""
        method = getattr(self, f"draw_{block.kind}")
        found: tuple[str, str] = method(drawing, block)
        return found

    def draw_task(self, drawing: Drawing, block: Block) -> tuple[str, str]:
        name = self.name("task")
        due = {"camunda__dueDate": "${30 + c} d"} if block.numbers[0] == 0 else {}
        drawing.user(name, **due)
        return name, name

    def draw_script(self, drawing: Drawing, block: Block) -> tuple[str, str]:
        name = self.name("script")
        drawing.script(name, "{c: c + 1}")
        return name, name

    def draw_job(self, drawing: Drawing, block: Block) -> tuple[str, str]:
        name = self.name("job")
        drawing.service(name)
        return name, name

    def draw_call(self, drawing: Drawing, block: Block) -> tuple[str, str]:
        name = self.name("call")
        drawing.call(name, inner=many(times=str(block.numbers[0] % 3)) if block.numbers[1] == 0 else "")
        return name, name

    def draw_seq(self, drawing: Drawing, block: Block) -> tuple[str, str]:
        ends = [self.draw(drawing, inner) for inner in block.inside]
        for before, after in pairwise(ends):
            drawing.path(before[1], after[0])
        return ends[0][0], ends[-1][1]

    def split(self, drawing: Drawing, block: Block, tag: str, conditional: bool) -> tuple[str, str]:
        fork, meet, default = self.name("fork"), self.name("meet"), self.name("default")
        drawing.node(tag, fork, **({"default": default} if conditional else {})).node(tag, meet)
        for number, inner in enumerate(block.inside):
            first, last = self.draw(drawing, inner)
            if not conditional:
                drawing.path(fork, first)
            elif number == 0:
                drawing.flow(fork, first, name=default)
            else:
                drawing.flow(fork, first, f"${{(c + {number}) % {2 + block.numbers[0] % 2} == 0}}")
            drawing.path(last, meet)
        return fork, meet

    def draw_xor(self, drawing: Drawing, block: Block) -> tuple[str, str]:
        return self.split(drawing, block, "exclusiveGateway", True)

    def draw_and(self, drawing: Drawing, block: Block) -> tuple[str, str]:
        return self.split(drawing, block, "parallelGateway", False)

    def draw_or(self, drawing: Drawing, block: Block) -> tuple[str, str]:
        return self.split(drawing, block, "inclusiveGateway", True)

    def draw_loop(self, drawing: Drawing, block: Block) -> tuple[str, str]:
        begin, gate, out = self.name("begin"), self.name("gate"), self.name("out")
        first, last = self.draw_seq(drawing, block)
        count, after = self.draw_script(drawing, block)[0], self.name("after")
        drawing.xor(begin).xor(gate, out).node("task", after).path(begin, first).path(last, count, gate)
        drawing.flow(gate, begin, f"${{c % {2 + block.numbers[0] % 3} != 0 and c < 60}}")
        drawing.flow(gate, after, name=out)
        return begin, after

    def draw_boundary(self, drawing: Drawing, block: Block) -> tuple[str, str]:
        kind, interrupting = block.numbers[0], block.numbers[1] % 2 == 0
        host, caught, after = self.host(drawing, block), self.name("caught"), self.name("after")
        inner = [message("m1"), message("m2"), signal("s1"), duration("PT50M"), duration("PT3H"), cycle("R/PT50M")][
            kind
        ]
        if kind == 5 and not self.repeats:
            inner = duration("PT5H")
        drawing.boundary(caught, host, inner, interrupting)
        first, last = self.draw(drawing, block.inside[1])
        drawing.path(caught, first)
        if not interrupting:
            drawing.node("task", after).path(host, after)
            return host, after
        drawing.xor(after).path(host, after).path(last, after)
        return host, after

    def host(self, drawing: Drawing, block: Block) -> str:
        """An activity to hang something on: a task, or a sub-process."""
        if block.numbers[2] < 3:
            return self.draw_task(drawing, block)[0]
        name = self.name("sub")
        inner = many(times="2", sequential=block.numbers[3] == 0) if block.numbers[2] == 3 else ""
        drawing.sub(name, self.inside(Drawing(), block.inside[0]), inner)
        return name

    def draw_list(self, drawing: Drawing, block: Block) -> tuple[str, str]:
        until = "${nrOfCompletedInstances == 2}" if block.numbers[2] == 0 else None
        inner = many(times=str(block.numbers[0] % 4), sequential=block.numbers[1] % 2 == 0, until=until)
        name = self.name("list")
        if block.numbers[3] < 3:
            drawing.user(name, inner=inner)
        else:
            drawing.sub(name, self.inside(Drawing(), block.inside[0]), inner)
        return name, name

    def draw_sub(self, drawing: Drawing, block: Block) -> tuple[str, str]:
        name = self.name("sub")
        drawing.sub(name, self.inside(Drawing(), block.inside[0]))
        return name, name

    def draw_beside(self, drawing: Drawing, block: Block) -> tuple[str, str]:
        """A sub-process with an event sub-process."""
        name, branch = self.name("sub"), Drawing()
        start, end = self.name("start"), self.name("end")
        inner = [message("m1"), message("m2"), duration("PT2H")][block.numbers[0] % 3]
        branch.start(start, inner, isInterrupting=str(block.numbers[1] % 2 == 0).lower()).end(end)
        first, last = self.draw(branch, block.inside[1])
        branch.path(start, first).path(last, end)
        drawing.sub(name, self.inside(Drawing(), block.inside[0]).event_sub(self.name("es"), branch))
        return name, name

    def draw_race(self, drawing: Drawing, block: Block) -> tuple[str, str]:
        race, meet = self.name("race"), self.name("meet")
        drawing.node("eventBasedGateway", race).xor(meet)
        for number, inner in enumerate(block.inside):
            name = self.name("catch")
            drawing.catch(name, [message("m1"), message("m2"), duration("PT90M")][number % 3])
            first, last = self.draw(drawing, inner)
            drawing.path(race, name, first).path(last, meet)
        return race, meet

    def draw_fails(self, drawing: Drawing, block: Block) -> tuple[str, str]:
        """A sub-process that ends in an error, which its border catches."""
        name, caught, meet = self.name("sub"), self.name("caught"), self.name("meet")
        drawing.sub(name, self.inside(Drawing(), block.inside[0], error("red"))).boundary(
            caught, name, error("red")
        ).xor(meet)
        first, last = self.draw(drawing, block.inside[1])
        drawing.path(name, meet).path(caught, first).path(last, meet)
        return name, meet

    def draw_shouts(self, drawing: Drawing, block: Block) -> tuple[str, str]:
        """A sub-process that ends in an escalation, which its border catches and may let go on."""
        name, caught, meet = self.name("sub"), self.name("caught"), self.name("meet")
        interrupting = block.numbers[0] % 2 == 0
        drawing.sub(name, self.inside(Drawing(), block.inside[0], escalation("help")))
        drawing.boundary(caught, name, escalation("help"), interrupting).xor(meet).path(name, meet)
        first, last = self.draw(drawing, block.inside[1])
        drawing.path(caught, first)
        if interrupting:
            drawing.path(last, meet)
        return name, meet


@dataclass(frozen=True)
class Act:
    """Something that happens: which of the things that are waited for, or how much time passes."""

    what: int
    which: int
    minutes: int


@dataclass(frozen=True)
class Life:
    """A model and what happens to a case of it."""

    block: Block
    day: list[Act]


def lived(seed: int) -> Life:
    """A random model and up to sixty things that happen."""
    random = Random(seed)
    block = Block("seq", (0, 0, 0, 0), (grown(random, 3), grown(random, 2)))
    spans = (0, 7, 20, 55, 130, 400)
    acts = [Act(random.randint(0, 9), random.randint(0, 30), random.choice(spans)) for _ in range(60)]
    return Life(block, acts)


lives = st.builds(lived, st.integers(0, 2**40))


def happens(act: Act, play: Any) -> None:
    """Let one act happen to a case: mostly answers, sometimes messages, sometimes only time."""
    play.later(minutes=act.minutes)
    waits = play.waits()
    kinds = {"task": [], "work": [], "event": []}  # type: dict[str, list[Any]]
    for wait in waits:
        kind = {"task": "task", "message": "event", "signal": "event", "timer": None}.get(wait.kind, "work")
        if kind:
            kinds[kind].append(wait)
    order = (
        ["event"] if act.what == 0 else [] if act.what == 1 else ["task", "work"] if act.what < 7 else ["work", "task"]
    )
    for kind in order:
        if kinds[kind]:
            play.answer(kinds[kind][act.which % len(kinds[kind])])
            return
    play.tick()


def moments(play: Any, until: datetime) -> list[datetime]:
    """The moments before `until` at which a punctual worker would look next."""
    due = [datetime.fromisoformat(wait.due) for wait in play.waits() if wait.kind == "timer" and wait.due]
    return sorted(moment for moment in due if moment < until)

"""Several workers at once, and what a ladder costs."""

from datetime import timedelta

from engine import tasks
from engine.ladders.climbing import drain_ladders
from engine.verify import verify
from tests.factories import END, START, process, sequence
from tests.integration.ladders.conftest import Tower, a_task, at, one_task
from tests.integration.shell.test_together import at_once
from tests.listening import listening

TWO = process("two", sequence(START, a_task("T_ask", due="5 bd"), a_task("T_do", due="5 bd"), END))


def test_several_workers_at_once_climb_once(tower: Tower):
    tower.deploy(one_task())
    cases = [tower.start("one", by="carl") for _ in range(12)]
    tower.now = at("2027-01-12 10:00")

    done = at_once(*[lambda: drain_ladders(tower.database, now=tower.now) for _ in range(4)])

    assert all(isinstance(one, int) for one in done)
    assert all(tower.sent(case) == [(4, "anna", "2027-01-12 10:00")] for case in cases)
    assert len(tower.owed()) == len(set(tower.owed())) == 12
    assert tower.read(lambda session: verify(session, None)).holds


def test_a_claim_and_a_climb_at_the_same_moment_agree(tower: Tower):
    tower.deploy(one_task())
    for _ in range(4):
        tower.now = at("2027-01-04 10:00")
        case = tower.start("one", by="carl")
        task = tower.task(case, "T_do")
        tower.now = at("2027-01-06 10:00")

        at_once(
            lambda task=task: tower.act(tasks.claim, task, by="bert"),
            lambda: drain_ladders(tower.database, now=tower.now),
        )
        tower.climb()  # A worker passes a locked case by; it is climbed at the next look.

        (step,) = tower.steps(case)
        claimed = tower.verbs(case).index("task.claimed")
        climbed = next(place for place, verb in enumerate(tower.verbs(case)) if verb.startswith("ladder."))
        assert step[2] == ("sent" if climbed < claimed else "passed_over")


def statements(tower: Tower, act) -> tuple[int, int]:
    with listening(tower.database.engine) as heard:
        act()
    return len(heard.statements), heard.commits


def test_a_task_that_opens_and_closes_costs_no_statement_for_its_ladder(tower: Tower):
    tower.deploy(TWO)
    case = tower.start("two")
    task = tower.task(case, "T_ask")
    tower.act(tasks.claim, task, by="anna")

    used, commits = statements(tower, lambda: tower.act(tasks.complete, task, answers={}, by="anna"))

    assert used <= 12
    assert commits == 1
    assert tower.row(case, "T_do").next_rung_at is not None


def test_an_idle_look_costs_two_reads(tower: Tower):
    tower.deploy(one_task())
    tower.start("one")
    drain_ladders(tower.database, now=tower.now)

    used, _ = statements(tower, lambda: drain_ladders(tower.database, now=tower.now + timedelta(minutes=1)))

    assert used <= 3

"""An inbox: what may be claimed, oldest first, each task once, page after page."""

from datetime import timedelta

from engine import tasks
from engine.inbox import oldest_claimable
from engine.store.running import Candidate
from tests.factories import three_tasks


def offered(house, who, **more):
    rows = house.read(lambda session: oldest_claimable(session, house.who[who], **more))
    return [row.task_id for row in rows]


def five_cases(house):
    house.deploy(three_tasks())
    found = []
    for _ in range(5):
        house.now += timedelta(minutes=1)
        found.append(house.task(house.start("three", {"what": "leak"}), "T_ask"))
    return found


def test_the_oldest_comes_first_and_pages_meet_without_a_gap(house):
    waiting = five_cases(house)

    assert offered(house, "bert", limit=10) == waiting
    seen, after = [], None
    while rows := house.read(
        lambda session, after=after: oldest_claimable(session, house.who["bert"], limit=2, after=after)
    ):
        seen += [row.task_id for row in rows]
        after = (rows[-1].opened_at, rows[-1].task_id)
    assert seen == waiting


def test_a_task_that_reaches_somebody_by_two_ways_is_there_once(house):
    [first, *rest] = five_cases(house)
    with house.database.writing() as session:
        opened_at = session.get_one(Candidate, (first, "group:staff")).opened_at
        session.add(Candidate(task_id=first, who="person:bert", opened_at=opened_at))

    assert offered(house, "bert", limit=10) == [first, *rest]
    assert offered(house, "bert", limit=1) == [first]


def test_what_somebody_has_claimed_is_offered_to_nobody_until_it_is_given_back(house):
    [first, *rest] = five_cases(house)

    house.act(tasks.claim, first, by="anna")
    assert offered(house, "bert", limit=10) == rest
    house.act(tasks.give_back, first, reason="ill", by="anna")
    assert offered(house, "bert", limit=10) == [first, *rest]
    assert offered(house, "olga", limit=10) == []

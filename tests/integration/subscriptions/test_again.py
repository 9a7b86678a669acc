"""A period is told once more, and a subscription is tried."""

from datetime import timedelta

import pytest

from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.identity.person import Person
from engine.subscriptions import again
from tests.integration.subscriptions.conftest import Outpost, opened


def replayed(outpost: Outpost, key: str, *, by: Person | None = None, hours: float = 1) -> again.Replay:
    """What happened in the last hours, once more."""
    since = outpost.now - timedelta(hours=hours)
    given = {"since": since, "by": by or outpost.admin, "now": outpost.now}
    return outpost.perform(lambda s: again.replay(s, key, **given))


def test_a_period_is_told_once_more_under_the_same_event_ids_and_the_replays_own_key(outpost: Outpost):
    outpost.subscribe("desk", types=["instance.*", "task.completed"])
    case = outpost.start("mend")
    outpost.lapse()
    outpost.do(case, "T_mend")
    outpost.send()
    first = len(outpost.peer.got)
    outpost.later(seconds=1)
    made = replayed(outpost, "desk")
    outpost.send()

    [secret] = outpost.secrets("desk")
    told = [opened(got, secret) for got in outpost.peer.got]
    assert made.owed == 2
    before, afterwards = told[:first], told[first:]
    assert {one["type"] for one in afterwards} == {"task.completed", "instance.completed"}
    assert {one["replay"] for one in afterwards} == {str(made.id)}
    for one in afterwards:
        assert {name: value for name, value in one.items() if name != "replay"} in before
    assert len({got.headers["webhook-id"] for got in outpost.peer.got}) == len(told)
    assert "subscription.replayed" in outpost.verbs("platform")
    assert outpost.verified().holds


def test_a_period_may_be_told_more_than_once_and_the_second_time_it_is_another_replay(outpost: Outpost):
    outpost.subscribe("desk", types=["instance.started"])
    outpost.start("mend")
    outpost.later(seconds=1)
    first, second = replayed(outpost, "desk"), replayed(outpost, "desk")

    assert first.owed == second.owed == 1
    assert first.id != second.id
    assert len({one.event for one in outpost.owed()}) == 3


def test_who_subscribed_later_is_told_of_before_when_somebody_asks_for_it(outpost: Outpost):
    case = outpost.start("mend")
    outpost.do(case, "T_mend")
    outpost.later(seconds=1)
    outpost.subscribe("late", types=["task.*"])
    assert replayed(outpost, "late").owed == 3

    assert outpost.kinds("late") == ["task.opened", "task.claimed", "task.completed"]


def test_what_is_asked_for_and_cannot_be_told_again_is_refused(outpost: Outpost):
    outpost.subscribe("desk")
    with pytest.raises(NotFound):
        replayed(outpost, "nobody")
    with pytest.raises(Forbidden):
        replayed(outpost, "desk", by=outpost.who["anna"])
    with pytest.raises(Invalid, match="no length"):
        replayed(outpost, "desk", hours=0)
    outpost.subscribe("desk", active=False)
    with pytest.raises(Conflict, match="not active"):
        replayed(outpost, "desk")


def test_too_much_at_once_is_refused_and_owes_nothing(outpost: Outpost, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(again, "MOST", 2)
    outpost.start("mend")
    outpost.start("mend")
    outpost.later(seconds=1)
    outpost.subscribe("desk")
    with pytest.raises(Invalid, match="shorter"):
        replayed(outpost, "desk")

    assert outpost.owed() == []


def test_a_subscription_is_tried_whatever_it_takes(outpost: Outpost):
    outpost.subscribe("desk", types=["instance.failed"])
    made = outpost.perform(lambda s: again.try_out(s, "desk", by=outpost.admin, now=outpost.now))
    outpost.send()

    [got], [secret] = outpost.peer.got, outpost.secrets("desk")
    told = opened(got, secret)
    assert (told["type"], told["data"]["actor"]) == ("steward.test", "olga")
    assert "subject" not in told
    assert got.headers["webhook-id"] == str(made)
    with pytest.raises(Forbidden):
        outpost.perform(lambda s: again.try_out(s, "desk", by=outpost.who["anna"], now=outpost.now))

"""Subscriptions change in versions, and the trail keeps account."""

from uuid import UUID

import pytest
from sqlalchemy import update

from engine.errors import Forbidden, NotFound
from engine.store.hooks import Secret
from engine.store.subscriptions import SubscriptionVersion
from engine.subscriptions import book
from tests.integration.subscriptions.conftest import Outpost


def test_each_change_is_a_version_and_the_same_again_is_none(outpost: Outpost):
    outpost.subscribe("desk")
    outpost.subscribe("desk", types=["task.*"])
    outpost.subscribe("desk", types=["task.*"])

    history = outpost.read(lambda s: book.history(s, "desk"))
    assert [(row.number, row.content["types"]) for row in history] == [(1, ["*"]), (2, ["task.*"])]
    assert outpost.verbs("platform").count("subscription.changed") == 2
    assert outpost.verified().holds


def test_nobody_but_who_manages_the_platform_changes_subscriptions(outpost: Outpost):
    content = {"name": "Desk", "address": "https://example.org"}
    with pytest.raises(Forbidden):
        outpost.perform(lambda s: book.change(s, "desk", content, by=outpost.who["anna"], now=outpost.now))
    with pytest.raises(NotFound):
        outpost.read(lambda s: book.find(s, "desk"))


def test_seeds_make_what_is_not_there_and_leave_what_is(outpost: Outpost):
    outpost.subscribe("desk", types=["task.*"])
    content = {key: {"name": key, "address": "https://example.org"} for key in ("desk", "other")}
    outpost.perform(lambda s: book.seed(s, content, by=outpost.admin, now=outpost.now))

    assert outpost.read(lambda s: [row.key for row in book.in_force(s)]) == ["desk", "other"]
    assert outpost.read(lambda s: book.find(s, "desk").types) == ("task.*",)


@pytest.mark.parametrize("column", ["content", "digest", "since"])
def test_an_edited_subscription_is_found(outpost: Outpost, column: str):
    outpost.subscribe("desk")
    values = {"content": {"name": "x", "address": "https://evil.example"}, "digest": "0" * 64, "since": outpost.cases}
    values["since"] = outpost.now.replace(year=2020)  # type: ignore[assignment]
    with outpost.database.writing() as session:
        session.execute(update(SubscriptionVersion).values({column: values[column]}))

    finding = outpost.verified().first
    assert finding is not None
    assert (finding.chain, finding.record.split(" ")[0]) == ("platform", "webhook_subscriptions")


def test_a_secret_that_was_put_in_place_of_another_is_found(outpost: Outpost):
    outpost.subscribe("desk")
    with outpost.database.writing() as session:
        session.execute(update(Secret).values(locked=outpost.box.lock("whsec_" + "QUJD" * 8)))

    assert not outpost.verified().holds


def test_a_secret_is_not_in_the_database_as_it_is(outpost: Outpost):
    outpost.subscribe("desk")
    [secret] = outpost.secrets("desk")
    with outpost.database.reading() as session:
        kept = session.query(Secret).one()
    assert secret.encode() not in bytes(kept.locked)
    assert isinstance(kept.id, UUID)

"""Subscriptions change in versions, and the trail keeps account."""

from uuid import UUID

import pytest
from sqlalchemy import update

from engine.errors import Forbidden, Invalid, NotFound
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


def test_an_edited_subscription_is_found(outpost: Outpost):
    outpost.subscribe("desk")
    with outpost.database.writing() as session:
        row = session.query(SubscriptionVersion).one()
        before = {"content": row.content, "digest": row.digest, "since": row.since}
    edited = {"content": {"name": "x", "address": "https://evil.example"}, "digest": "0" * 64}
    edited["since"] = outpost.now.replace(year=2020)  # type: ignore[assignment]
    for column, value in edited.items():
        with outpost.database.writing() as session:
            session.execute(update(SubscriptionVersion).values(before | {column: value}))
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


def test_a_secret_that_no_receiver_could_check_with_is_refused(outpost: Outpost):
    outpost.subscribe("desk", secret=False)
    for secret in ("a plain text of the receiver", "whsec_", "whsec_QUJD", "whsec_!" + "QUJD" * 8):
        given = {"secret": secret, "by": outpost.admin, "now": outpost.now}
        with pytest.raises(Invalid, match="whsec_"):
            outpost.perform(lambda s, given=given: book.rotate(s, "desk", outpost.box, **given))
    assert outpost.secrets("desk") == []


def test_a_secret_that_the_receiver_made_is_taken(outpost: Outpost):
    outpost.subscribe("desk", secret=False)
    given = {"secret": "whsec_" + "QUJD" * 8, "by": outpost.admin, "now": outpost.now}
    outpost.perform(lambda s: book.rotate(s, "desk", outpost.box, **given))
    assert outpost.secrets("desk") == ["whsec_" + "QUJD" * 8]

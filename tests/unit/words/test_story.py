"""A case's story reads as people would tell it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from engine.subscriptions.events import KINDS
from web import language
from web.story import Known, Line, mentioned, told
from web.story_words import ASIDE, GOOD, WRONG, sentences

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
KNOWN = Known(
    people={"priya": "Priya Raman", "ole": "Ole Dahl", "eve": "<b>Eve</b>"},
    steps={"T_check": "Check it is done"},
    comments={"c1": "See page 2"},
)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    app = Flask(__name__)
    language.register(app)
    with app.test_request_context("/"):
        yield


def line(verb: str, body: dict[str, Any] | None, actor: str = "priya", acting_for: str | None = None) -> Line:
    entry = {"number": 1, "happened_at": NOW, "actor": actor, "acting_for": acting_for, "verb": verb, "subject": "x"}
    (found,) = told([{**entry, "body": body}], KNOWN)
    return found


def test_who_did_what_for_whom_and_what_was_signed():
    signed = line("task.completed", {"element": "T_check", "signature": {"meaning": "verified"}}, acting_for="ole")
    assert str(signed.said) == (
        "<strong>Priya Raman</strong> for <strong>Ole Dahl</strong> finished “Check it is done” and signed: verified"
    )
    assert (signed.signed, signed.state) == (True, "is-signed")
    given = line("task.delegated", {"element": "T_check", "to": "ole", "reason": "On leave"})
    assert str(given.said).endswith("handed “Check it is done” over to <strong>Ole Dahl</strong>")
    assert given.quote == "On leave"
    assert str(line("task.commented", {"comment": {"id": "c1"}}).said).endswith("wrote:")
    assert line("task.commented", {"comment": {"id": "c1"}}).quote == "See page 2"


def test_whom_somebody_mentions_stands_by_name_and_nothing_else_is_touched():
    said = mentioned("@ole look at <b> & write ole@example.org; @nobody too, @eve", KNOWN.people)
    assert said == (
        "<strong>@Ole Dahl</strong> look at &lt;b&gt; &amp; write ole@example.org; @nobody too, "
        "<strong>@&lt;b&gt;Eve&lt;/b&gt;</strong>"
    )


def test_what_people_write_is_text_and_what_was_erased_says_so():
    assert "&lt;b&gt;Eve" in str(line("task.claimed", {"element": "<i>"}, actor="eve").said)
    assert "&lt;i&gt;" in str(line("task.claimed", {"element": "<i>"}, actor="eve").said)
    assert "erased" in str(line("task.claimed", None).said)
    assert "no words yet" in str(line("some.verb", {}).said)
    assert "by itself" in str(line("instance.started", {"process": "capa"}, actor="operator:worker").said)


def test_every_verb_of_a_case_has_a_sentence_that_needs_nothing_that_is_not_there():
    words = sentences()
    verbs = set(KINDS) | {"delivery.sent", "delivery.dead", "delivery.passed_on", "delivery.withdrawn", "webhook.told"}
    assert sorted(verbs - set(words)) == []
    assert sorted((GOOD | WRONG | ASIDE) - set(words)) == []
    for verb in words:
        assert line(verb.partition(" ")[0], {}).said

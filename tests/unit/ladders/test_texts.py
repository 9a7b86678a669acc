"""A ladder as people write it: read as it is meant, or refused with every problem at its place."""

import pytest

from engine.core.ladder_text import LadderError, Whom, content_of, digest_of, read_ladder, read_whom

GOOD = {"name": "Own", "rungs": [{"when": "PT0S from ${due_at}", "whom": ["lead"]}]}


def rung(**more):
    return GOOD | {"rungs": [GOOD["rungs"][0] | more]}


def test_what_is_kept_is_read_again_as_it_was(shipped):
    for key, ladder in shipped.items():
        kept = content_of(ladder)
        assert read_ladder(key, kept) == ladder
        assert digest_of(key, kept) == digest_of(key, content_of(read_ladder(key, kept)))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("assignee", Whom(kind="assignee")),
        ("lead", Whom(kind="lead")),
        ("lead:quality_manager", Whom(kind="lead", name="quality_manager")),
        ("group:ai_officer for iso42001", Whom(kind="group", name="ai_officer", standard="iso42001")),
        ("person:hannah.vogel", Whom(kind="person", name="hannah.vogel")),
        ("oncall(subject, 2)", Whom(kind="oncall", name="2")),
        ("subject.steward", Whom(kind="subject", name="steward")),
    ],
)
def test_who_is_meant(text, meant):
    assert read_whom(text) == meant


@pytest.mark.parametrize(
    "text", ["everybody", "group:", "oncall(subject, 0)", "lead for", "person:a b", "subject.", ""]
)
def test_whoever_is_nobody_is_refused(text):
    with pytest.raises(ValueError, match="names nobody"):
        read_whom(text)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({}, "name"),
        (GOOD | {"name": " "}, "name"),
        (GOOD | {"colour": "red"}, "colour"),
        (GOOD | {"severe": "yes"}, "severe"),
        (GOOD | {"stale": "0 bd"}, "stale"),
        (GOOD | {"stale": "-1 bd"}, "stale"),
        (GOOD | {"stale": "PT0S"}, "stale"),
        (GOOD | {"stale": "2027-01-01"}, "stale"),
        (GOOD | {"stale": "R/PT1H"}, "stale"),
        (GOOD | {"stale": "soon"}, "stale"),
        (GOOD | {"stale": 5}, "stale"),
        (GOOD | {"repeat": "often"}, "repeat"),
        (GOOD | {"repeat": {"at_most": 3}}, "repeat.at_most"),
        (GOOD | {"repeat": {"every": "PT1H"}}, "repeat.at_most"),
        (GOOD | {"repeat": {"every": "PT1H", "at_most": True}}, "repeat.at_most"),
        (GOOD | {"repeat": {"top_every": "PT0S"}}, "repeat.top_every"),
        (GOOD | {"rungs": []}, "rungs"),
        (GOOD | {"rungs": GOOD["rungs"] * 51}, "rungs"),
        (GOOD | {"rungs": ["first"]}, "rungs.1"),
        (rung(when="R/PT1H"), "rungs.1.when"),
        (rung(when="PT1H from ${done_at(T_x)}"), "rungs.1.when"),
        (rung(when=None), "rungs.1.when"),
        (rung(only="late"), "rungs.1.only"),
        (rung(urgency="now"), "rungs.1.urgency"),
        (rung(words="two words"), "rungs.1.words"),
        (rung(keep_for=""), "rungs.1.keep_for"),
        (rung(channels="mail"), "rungs.1.channels"),
        (rung(whom=[]), "rungs.1.whom"),
        (rung(whom="lead"), "rungs.1.whom"),
        (rung(whom=["everybody"]), "rungs.1.whom"),
        (rung(who=["lead"]), "rungs.1.who"),
    ],
)
def test_a_ladder_that_cannot_be_is_refused_at_its_place(content, place):
    with pytest.raises(LadderError) as refused:
        read_ladder("own", content)

    assert place in refused.value.problems


@pytest.mark.parametrize("key", ["none", "two words", "", "1st"])
def test_a_key_that_cannot_be_is_refused(key):
    with pytest.raises(LadderError, match="cannot be the key"):
        read_ladder(key, GOOD)

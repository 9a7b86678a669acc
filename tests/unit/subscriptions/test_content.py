"""What a subscription takes, and what it may not say."""

from typing import Any

import pytest

from engine.errors import Invalid
from engine.subscriptions.content import About, read

CASE = About(process="mend", subject="machines:M-7", standards=frozenset({"iso9001"}))


def taken(type_: str = "task.completed", about: About = CASE, **parts: Any) -> bool:
    return read("desk", {"name": "Desk", "address": "https://example.org", **parts}).takes(type_, about)


@pytest.mark.parametrize(
    ("parts", "takes"),
    [
        ({}, True),
        ({"types": ["task.*"]}, True),
        ({"types": ["*.completed"]}, True),
        ({"types": ["instance.*", "task.opened"]}, False),
        ({"types": ["Task.*"]}, False),
        ({"processes": ["mend"]}, True),
        ({"processes": ["me"]}, False),
        ({"subjects": ["machines"]}, True),
        ({"subjects": ["machines:M-7"]}, True),
        ({"subjects": ["machines:M-*"]}, True),
        ({"subjects": ["machines:M-8", "people"]}, False),
        ({"standards": ["iso42001", "iso9001"]}, True),
        ({"standards": ["iso42001"]}, False),
        ({"types": ["task.*"], "processes": ["other"]}, False),
        ({"active": False}, False),
    ],
)
def test_a_subscription_takes_what_fits_all_it_says(parts: dict[str, Any], takes: bool):
    assert taken(**parts) is takes


def test_a_case_about_nothing_fits_no_subject():
    assert not taken(about=About(process="mend"), subjects=["machines"])
    assert taken(about=About(process="mend"))


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("address", "ftp://example.org"),
        ("address", "https://"),
        ("address", "example.org/steward"),
        ("address", "https://user:pass@example.org"),
        ("address", "https://example.org/a b"),
        ("address", "https://example.org:99999"),
        ("name", ""),
        ("name", 3),
        ("types", []),
        ("types", "task.*"),
        ("types", [""]),
        ("processes", ["x"] * 101),
        ("active", "yes"),
        ("allow_private", True),
        ("secret", "whsec_abc"),
    ],
)
def test_what_a_subscription_may_not_say_is_refused_at_its_place(part: str, value: Any):
    with pytest.raises(Invalid) as refused:
        read("desk", {"name": "Desk", "address": "https://example.org", part: value})
    assert list(refused.value.problems) == [part]


def test_a_key_is_a_plain_word():
    with pytest.raises(Invalid, match="lower-case"):
        read("The Desk", {"name": "Desk", "address": "https://example.org"})

"""What a template may do while it prints: nothing but print, and not for long."""

from datetime import UTC, datetime

import pytest

from engine.errors import Conflict
from engine.printing.press import Page, press

FINE = '#set document(title: "T")\n#set text(lang: "en")\n'
AT = datetime(2027, 2, 9, 14, tzinfo=UTC)


def printed(template: str, *, seconds: int = 20, **files: bytes) -> bytes:
    there = {"main.typ": (FINE + template).encode()} | {f"{name}.json": data for name, data in files.items()}
    return press(Page(main="main.typ", files=there, at=AT), seconds=seconds)


def test_what_looks_like_markup_in_the_content_stays_text():
    assert printed('#json("document.json").a', document=b'{"a": "#panic() *b* $x$ ]"}').startswith(b"%PDF-")


def test_a_page_comes_out_the_same_each_time():
    assert printed("= One") == printed("= One")


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ('#read("/etc/passwd")', "file not found"),
        ('#read("../secret")', "escape the project root"),
        ('#import "@preview/cetz:0.3.2": canvas', "failed to download"),
        ("#nobody", "unknown variable: nobody"),
    ],
)
def test_what_a_template_may_not_do_is_refused_and_says_where(template: str, why: str):
    with pytest.raises(Conflict, match=r"main\.typ cannot print this document") as refused:
        printed(template)

    assert why in str(refused.value)
    assert "main.typ:3" in str(refused.value)


@pytest.mark.parametrize(
    "template",
    [
        pytest.param("#for a in range(100000) { for b in range(100000) { let c = b } }", id="time"),
        pytest.param("#range(1000000000).len()", id="memory"),
    ],
)
def test_a_template_that_takes_too_long_or_too_much_is_stopped(template: str):
    with pytest.raises(Conflict, match="longer than 1 second, or too much memory"):
        printed(template, seconds=1)

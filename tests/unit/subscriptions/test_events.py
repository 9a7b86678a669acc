"""The reference of events is the program's own table, and the table knows what the trail may say of a case."""

import re

from engine.subscriptions.events import KINDS, TOLD
from steward.settings import ROOT


def table(page: str, heading: str) -> list[list[str]]:
    """The rows of the table under a heading of a page of the reference."""
    text = (ROOT / "docs/reference" / page).read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_reference_says_of_each_type_what_the_table_says():
    said = [
        [f"`{type_}`", kind.about, kind.what, ", ".join(f"`{name}`" for name in kind.facts)]
        for type_, kind in KINDS.items()
    ]
    assert table("events.md", "Types") == said


def test_every_verb_that_the_trail_may_hold_of_a_case_is_an_event():
    verbs = {
        verb
        for heading in ("Cases", "Tasks", "What the engine does")
        for row in table("trail.md", heading)
        for verb in re.findall(r"`([a-z]+\.[a-z_]+)`", row[0])
    }
    messages = {verb for verb in verbs if verb.startswith("delivery.")}  # A message about a message is no news.
    assert verbs - set(KINDS) == {TOLD} | messages
    assert set(KINDS) - verbs == set()

"""An auditor reads the spring on pages, by following links alone."""

import urllib.request
from typing import Any

from lxml import html

from tests.acceptance.northwind.reviewing import DECISIONS, review
from tests.acceptance.northwind.world import PROOF, Northwind

AUDITOR, CHANGES = "ruth.osei", "jonas.weber"
KEPT = "//section[@aria-labelledby='kept']//a"
CLAUSES = "//section[@aria-labelledby='clauses']//a"
BEGUN = "//section[@aria-labelledby='entry']//a[starts-with(@href, '/cases/')]"
ENTERED = "//section[@aria-labelledby='entry']//a[@rel='noreferrer']"
EVIDENCE = "//section[@aria-labelledby='evidence']//a"


class Clicks:
    """Somebody who follows links from a page, and how many he has followed."""

    def __init__(self, world: Northwind, address: str, clicks: int = 0) -> None:
        self.world, self.clicks = world, clicks
        token = world.api(AUDITOR).credentials.token(world.served.address, AUDITOR)
        request = urllib.request.Request(f"{world.served.address}{address}")
        request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request) as answer:
            self.page: Any = html.fromstring(answer.read().decode())

    @property
    def title(self) -> str:
        """What the page is about."""
        return " ".join(self.page.xpath("string(//h1)").split())

    def links(self, path: str) -> list[str]:
        """Where the links of a part of the page lead."""
        return [str(one.get("href")) for one in self.page.xpath(path)]

    def follow(self, path: str, said: str = "") -> "Clicks":
        """One click on the link there that says so."""
        (link,) = [one for one in self.page.xpath(path) if said in one.text_content()]
        return Clicks(self.world, link.get("href"), self.clicks + 1)


def from_each_decision(world: Northwind) -> None:
    """From any decision of the review one comes to its action, the evidence and the clause in three clicks."""
    case = review(world)
    for number, (_input, _text, _kind, _by, owner, _until, _clause, starts) in enumerate(DECISIONS, 1):
        if starts == "action":
            row = f"/registers/reg_actions/rows/review-{case}-{number}"
            done = {"values": {"status": "done", "result": PROOF}, "reason": "It is done."}
            world.api(owner).call("PATCH", row, body=done)
    start = Clicks(world, f"/cases/{case}")
    for _input, text, _kind, _by, _owner, _until, clause, starts in DECISIONS:
        action = start.follow(KEPT, text)
        assert action.title.startswith(text)
        assert action.clicks == 1
        proven = action.follow(CLAUSES, clause.partition(":")[2])
        assert proven.title.startswith(f"{clause.partition(':')[2]} ")
        assert proven.clicks == 2
        if starts == "action":
            assert action.links(ENTERED) == [PROOF]
        else:
            (address,) = set(action.links(BEGUN)) - {f"/cases/{case}"}
            proves(world, address.rpartition("/")[2])
            begun = Clicks(world, address, action.clicks + 1)
            assert begun.clicks == 2
            assert PROOF in begun.links(EVIDENCE)


def proves(world: Northwind, case: str) -> None:
    """Whoever has the open task of a case gives its first evidence."""
    (task,) = world.tasks(case)
    who = task["holder"] or CHANGES
    if task["holder"] is None:
        world.api(who).post(f"/tasks/{task['id']}/claim")
    slot = world.api(who).get(f"/tasks/{task['id']}")["slots"][0]
    world.served.run("--as", who, "attach", task["id"], slot["name"], PROOF)

"""The demo's people at their browsers: each at one of his own, what is not the point hurried through the API."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from steward.cli.server import Answered, Server
from tests.acceptance.pages.forms import fill
from tests.acceptance.program.served import Served

ADMIN = "deniz.aydin"
PROOF = "https://records.northwind.example/proof.pdf"
REFUSALS = re.compile(r"the server responded with a status of (403|409|410|422) ")
"""What a browser complains of, too, where somebody is told in words why something cannot be."""


@dataclass
class Company:
    """People who work together on cases; `faults` is what their browsers complained of."""

    demo: Served
    browser: Browser
    seats: dict[str, Page] = field(default_factory=dict)
    voices: dict[str, Server] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    # ---- at a browser ----

    def seat(self, name: str) -> Page:
        """One more browser of that name, in which nobody has signed in."""
        context = self.browser.new_context(base_url=self.demo.address, viewport={"width": 1440, "height": 900})
        context.set_default_timeout(10_000)
        context.on("console", self._listen)
        context.on("weberror", lambda error: self.faults.append(f"{error.page and error.page.url}: {error.error}"))
        self.seats[name] = context.new_page()
        return self.seats[name]

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not REFUSALS.search(message.text):
            self.faults.append(f"{message.page and message.page.url}: {message.text}")

    def at(self, person: str, address: str) -> Page:
        """Somebody's browser, showing a page; signed in anew where the visit was over."""
        return self.visits(self.seats.get(person) or self.seat(person), person, address)

    def visits(self, page: Page, person: str, address: str) -> Page:
        """A browser at which somebody looks at a page, and signs in where he has to."""
        page.goto(address)
        if urlsplit(page.url).path == "/login":
            page.get_by_label("Name or e-mail address").fill(person)
            page.get_by_label("Password").fill(self.demo.people[person])
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(f"**{address}")
        return page

    def leave(self) -> None:
        """Nobody looks at anything any more, and people have one browser each."""
        for name, page in list(self.seats.items()):
            page.goto("about:blank")
            if name not in self.demo.people:
                self.seats.pop(name).context.close()

    def opens(self, person: str, case: str, element: str, **which: Any) -> Page:
        """Somebody opens a task of a case, and takes it on where nobody has."""
        page = self.at(person, f"/tasks/{self.task(case, element, **which)['id']}")
        take = page.get_by_role("button", name="Take on", exact=True)
        if take.count():
            take.click()
            expect(take).to_have_count(0)
        return page

    def finishes(self, page: Page, answers: dict[str, Any], *, said: str = "finished", by: str | None = None) -> None:
        """Fill the form in, sign where it is asked for (`by`), and hand it in."""
        fill(page, answers)
        if by:
            page.get_by_label("Your password").fill(self.demo.people[by])
        page.get_by_role("button", name=re.compile("^(Sign and f|F)inish$")).click()
        expect(page.locator("main > .msg", has_text=said)).to_be_visible()

    # ---- through the API ----

    def voice(self, person: str) -> Server:
        """The API in somebody's name."""
        if person not in self.voices:
            self.demo.run("login", person, "--days", "365", STEWARD_PASSWORD=self.demo.people[person])
            self.voices[person] = self.demo.voice(person)
        return self.voices[person]

    @property
    def now(self) -> datetime:
        """Where the clock stands."""
        return datetime.fromisoformat(self.voice(ADMIN).get("/clock")["now"])

    def day(self, days: int) -> str:
        """The day so many days from now."""
        return (self.now + timedelta(days=days)).date().isoformat()

    def until(self, moment: str | datetime) -> None:
        """Move the clock; what falls due on the way happens in order."""
        told = moment if isinstance(moment, str) else moment.isoformat()
        self.voice(ADMIN).post("/clock", {"to": told})
        self.rest()

    def later(self, **time: float) -> None:
        """Move the clock by so much."""
        self.until(self.now + timedelta(**time))

    def rest(self) -> None:
        """Let messages between cases arrive."""
        now = self.now.isoformat()
        while any(self.voice(ADMIN).post("/clock", {"to": now})["happened"].values()):
            pass

    def task(self, case: str, element: str, by: str = "henrik.lund", **which: Any) -> dict[str, Any]:
        """The one open task at an element."""
        voice = self.voice(by)
        listed = voice.get("/tasks", view="all", status="live", instance=case, limit=200)["items"]
        found = [voice.get(f"/tasks/{one['id']}") for one in listed if one["element"] == element]
        fitting = [one for one in found if all(str(value) in json.dumps(one) for value in which.values())]
        assert len(fitting) == 1, (element, which, [one["element"] for one in listed])
        return dict(fitting[0])

    def cases(self, process: str, by: str = "henrik.lund") -> list[dict[str, Any]]:
        """The cases of a process, newest first."""
        return list(self.voice(by).get("/instances", process=process, limit=200, sort="-started")["items"])

    def does(
        self, person: str, case: str, element: str, answers: dict[str, Any], *, proof: bool = False, **which: Any
    ) -> None:
        """Hurry a task through: take it on, give what is needed (`proof`: what may be given), sign where asked."""
        task, voice = self.task(case, element, **which), self.voice(person)
        path = f"/tasks/{task['id']}"
        if task["holder"] is None:
            voice.post(f"{path}/claim")
        for slot in task["slots"]:
            if slot["required"] or proof:
                self.demo.run("--as", person, "attach", task["id"], slot["name"], PROOF)
        body: dict[str, Any] = {"answers": answers}
        if task["rules"]["sign"]:
            body["sign"] = {"password": self.demo.people[person], "meaning": task["rules"]["sign"]}
        try:
            voice.post(f"{path}/complete", body)
        except Answered as no:
            no.add_note(json.dumps(no.problem, ensure_ascii=False))
            raise
        self.rest()

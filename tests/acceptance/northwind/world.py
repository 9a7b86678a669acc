"""Northwind Diagnostics: its people over the API, its clock, and what arrives at real peers."""

import json
import secrets
import shutil
import tomllib
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from standardwebhooks import Webhook

from steward.cli.server import Answered, Server
from tests.acceptance.program.served import ROOT, Served
from tests.integration.deliveries.conftest import Post
from tests.integration.reach.peers import Peer

HERE = Path(__file__).parent
SPRING = tomllib.loads((HERE / "spring.toml").read_text("utf-8"))
ORGANISATION = tomllib.loads((HERE / "organisation.toml").read_text("utf-8"))
EVENTS = {event["n"]: event for event in SPRING["event"]}
ZONE = ZoneInfo(SPRING["calendar"]["zone"])
PEOPLE = [person["id"] for person in SPRING["person"]]
SYSTEMS = "reg_ai_systems"
ADMIN = "deniz.aydin"
PROOF = "https://records.northwind.example/proof.pdf"


@dataclass
class Refusal:
    """What the server said instead of doing it."""

    status: int
    code: str
    text: str


@dataclass
class Northwind:
    """The organisation, served by a process of its own."""

    served: Served
    post: Post
    chat: Peer
    passwords: dict[str, str] = field(default_factory=lambda: {one: secrets.token_urlsafe(12) for one in PEOPLE})
    voices: dict[str, Server] = field(default_factory=dict)
    remember: dict[str, Any] = field(default_factory=dict)
    before: tuple[int, int] = (0, 0)
    """How many letters and cards had arrived before the event that is played."""

    def tell(self, hook: str, body: dict[str, Any]) -> dict[str, Any]:
        """A machine tells something through a shipped hook, signed with the secret that it was given."""
        admin = self.api(ADMIN)
        if hook not in self.remember:
            self.remember[hook] = admin.call("PUT", f"/hooks/{hook}/secret", body={})["secret"]
        now = datetime.fromisoformat(admin.get("/clock")["now"])
        said, known = json.dumps(body), f"{hook}-{now.isoformat()}"
        signed = Webhook(self.remember[hook]).sign(known, now, said)
        headers = {"Content-Type": "application/json", "webhook-id": known, "webhook-signature": signed}
        headers["webhook-timestamp"] = str(int(now.timestamp()))
        asked = urllib.request.Request(f"{self.served.address}/hooks/{hook}", said.encode(), headers)
        with urllib.request.urlopen(asked) as answer:
            return dict(json.load(answer))

    def api(self, person: str) -> Server:
        """The API in somebody's name."""
        if person not in self.voices:
            self.served.run("login", person, "--days", "365", STEWARD_PASSWORD=self.passwords[person])
            self.voices[person] = self.served.voice(person)
        return self.voices[person]

    def refused(self, act: Callable[[], Any]) -> Refusal:
        """What must not happen, and why it did not."""
        try:
            done = act()
        except Answered as no:
            return Refusal(no.status, str(no.problem.get("code")), json.dumps(no.problem, ensure_ascii=False))
        raise AssertionError(f"It was not refused: {done}")

    def until(self, moment: str | datetime) -> None:
        """Move the clock; all that falls due on the way happens in order."""
        text = moment if isinstance(moment, str) else moment.isoformat()
        self.api(ADMIN).post("/clock", {"to": text})
        self.rest()

    def rest(self) -> None:
        """Let the messages between cases and all that is due now come to an end."""
        now = self.api(ADMIN).get("/clock")["now"]
        for _ in range(200):
            if not any(self.api(ADMIN).post("/clock", {"to": now})["happened"].values()):
                return
        raise AssertionError("It never comes to rest.")

    # ---- looking ----

    def case(self, process: str, **filters: Any) -> dict[str, Any]:
        """The newest case of a process."""
        found = self.api("henrik.lund").get("/instances", process=process, limit=50, **filters)["items"]
        assert found, f"There is no case of {process} {filters}."
        return dict(max(found, key=lambda one: str(one["started_at"])))

    def cases(self, process: str, **filters: Any) -> list[dict[str, Any]]:
        """All cases of a process, oldest first."""
        found = self.api("henrik.lund").get("/instances", process=process, limit=200, **filters)["items"]
        return sorted(found, key=lambda one: str(one["started_at"]))

    def tasks(self, case: str, element: str | None = None, status: str = "live", by: str = "henrik.lund") -> list[Any]:
        """The tasks of a case."""
        told = {"view": "all", "status": status, "instance": case, "element": element, "limit": 200}
        return list(self.api(by).get("/tasks", **told)["items"])

    def open(self, case: str, by: str = "henrik.lund") -> list[str]:
        """The elements of its open tasks."""
        return sorted(one["element"] for one in self.tasks(case, by=by))

    def task(self, case: str, element: str, by: str = "henrik.lund", **which: Any) -> dict[str, Any]:
        """The one open task at an element, by its local variables where there are several."""
        found = [self.api(by).get(f"/tasks/{one['id']}") for one in self.tasks(case, element, by=by)]
        fitting = [one for one in found if all(str(value) in json.dumps(one) for value in which.values())]
        assert len(fitting) == 1, (element, which, self.open(case, by=by))
        return dict(fitting[0])

    def variables(self, case: str, by: str = "henrik.lund") -> dict[str, Any]:
        """The data of a case."""
        return dict(self.api(by).get(f"/instances/{case}/variables")["variables"])

    def trail(self, chain: str, by: str = "henrik.lund") -> list[dict[str, Any]]:
        """What happened, entry by entry."""
        path = "/platform/trail" if chain == "platform" else f"/instances/{chain}/trail"
        items: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = self.api(by).get(path, limit=200, cursor=cursor)
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items

    def begins(self) -> None:
        """An event begins: what has arrived until now is of those before it."""
        self.before = (len(self.post.letters), len(self.chat.got))

    def told(self, person: str, words: str) -> set[str]:
        """By which channels a person was told something with these words in this event: mail, chat."""
        name, address = self.api(ADMIN).get(f"/people/{person}")["name"], f"{person}@northwind.example"
        letters = [one for one in self.post.letters[self.before[0] :] if addresses(one) == {address}]
        cards = [got.body.decode() for got in self.chat.got[self.before[1] :]]
        by_mail = any(words in text_of(letter) for letter in letters)
        by_chat = any(name in card and words in card for card in cards)
        return ({"mail"} if by_mail else set()) | ({"chat"} if by_chat else set())

    # ---- doing ----

    def does(self, person: str, task: dict[str, Any], answers: dict[str, Any], *, sign: bool = False) -> dict[str, Any]:
        """Take a task on, give the evidence that its slots want, and hand in the answers."""
        voice, path = self.api(person), f"/tasks/{task['id']}"
        if task["holder"] is None:
            voice.post(f"{path}/claim")
        for slot in voice.get(path)["slots"]:
            if slot["required"]:
                about = ["--version", "as asked for", "--effective", "2027-01-04"] if slot["says"] else []
                self.served.run("--as", person, "attach", task["id"], slot["name"], PROOF, *about)
        body: dict[str, Any] = {"answers": answers}
        if sign:
            body["sign"] = {"password": self.passwords[person], "meaning": task["rules"]["sign"]}
        try:
            return dict(voice.post(f"{path}/complete", body))
        except Answered as no:
            no.add_note(json.dumps(no.problem, ensure_ascii=False))
            raise


def addresses(letter: EmailMessage) -> set[str]:
    """To whom a letter goes."""
    return {parseaddr(str(one))[1] for one in letter.get_all("To", [])}


def text_of(letter: EmailMessage) -> str:
    """What a letter says, its subject first."""
    body = letter.get_body(("plain",))
    return f"{letter['Subject']}\n{body.get_content() if body else ''}"


def local(text: str | None) -> str | None:
    """A moment as people at Northwind read it: `Tue 2027-01-26 17:00`."""
    return None if text is None else f"{datetime.fromisoformat(text).astimezone(ZONE):%a %Y-%m-%d %H:%M}"


def configuration(folder: Path) -> Path:
    """The shipped configuration with Northwind's calendar."""
    made = folder / "config"
    shutil.copytree(ROOT / "config", made)
    told = SPRING["calendar"]
    week = "".join(f'{day} = ["{told["open"]}-{told["close"]}"]\n' for day in told["week"])
    closed = "".join(f'"{day}" = "Closed"\n' for day in told["holidays"])
    (made / "calendar.toml").write_text(f'zone = "{told["zone"]}"\n\n[week]\n{week}\n[closed]\n{closed}')
    return made

"""
Corrective action from registration to close, as people live it.

A server of its own, commands and API, a clock that is set, refusals, two
kills with SIGKILL on the way, and the proof at the end.
"""

import json
import re
import sqlite3
import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Any

import pytest

from steward.cli.server import Unreachable
from tests.acceptance.program import answers
from tests.acceptance.program.served import Served

BEGINNING = "2027-01-04T09:00+01:00"
WORKERS = ["hannah.vogel", "henrik.lund", "sofia.rossi", "priya.raman", "jonas.weber", "tomas.ferreira"]
EVERYBODY = [*WORKERS, "amara.okafor", "marek.novak", "elif.kaya", "samuel.adeyemi", "ben.carter", "deniz.aydin"]
CONFLICT, FORBIDDEN = 4, 5


class Story:
    """One case, and the people who work on it."""

    def __init__(self, served: Served, case: str) -> None:
        self.served = served
        self.case = case

    def open(self, element: str | None = None, case: str | None = None) -> list[dict[str, Any]]:
        """The tasks that are to be done now."""
        found = self.served.voice("henrik.lund").get(
            "/tasks", view="all", status="live", instance=case or self.case, element=element, limit=50
        )
        return list(found["items"])

    def elements(self) -> list[str]:
        """Ids of the open tasks."""
        return sorted(one["element"] for one in self.open())

    def task(self, element: str, who: str | None = None, case: str | None = None) -> dict[str, Any]:
        """The one open task at `element`, of `who` where several are open."""
        found = [one for one in self.open(element, case) if who is None or one["holder"] == who]
        assert len(found) == 1, (element, who, self.elements())
        return found[0]

    def does(
        self,
        person: str,
        element: str,
        given: dict[str, Any],
        *,
        task: dict[str, Any] | None = None,
        proof: str | None = None,
        signs: bool = False,
        expect: int = 0,
    ) -> str:
        """Take a task on, give its evidence, hand in its answers; the id of the task."""
        one = task or self.task(element)
        if one["holder"] is None:
            self.served.run("--as", person, "claim", one["id"], expect=expect)
        if expect:
            return str(one["id"])
        if proof:
            self.served.run("--as", person, "attach", one["id"], proof, "https://example.org/proof.pdf")
        words = ["--as", person, "sign" if signs else "complete", one["id"]]
        words += [word for name, value in given.items() for word in ("-a", f"{name}={json.dumps(value)}")]
        secret = {"STEWARD_PASSWORD": self.served.people[person]} if signs else {}
        self.served.run(*words, **secret)
        return str(one["id"])

    def variables(self) -> dict[str, Any]:
        """The data of the case."""
        return dict(self.served.voice("henrik.lund").get(f"/instances/{self.case}/variables")["variables"])

    def verbs(self) -> list[str]:
        """What happened, by the trail."""
        return [entry["verb"] for entry in self.served.json("--as", "henrik.lund", "trail", self.case)]

    def let_pass(self, span: str) -> dict[str, Any]:
        """Move the clock."""
        return dict(self.served.json("--as", "deniz.aydin", "clock", span))


@pytest.fixture(params=["sqlite", "postgresql"])
def served(request, serving):
    """The demo on a clock that is set: with a worker inside, and grown up, with a worker beside it."""
    options = ["--demo", "--simulated-clock", BEGINNING]
    if request.param == "sqlite":
        one = serving(options=options).start()
    else:
        url = request.getfixturevalue("postgres_url")
        one = serving(options=[*options, "--no-worker"], database_url=url).start()
        one.work(*options[1:])
    for person in EVERYBODY:
        one.run("login", person, "--days", "365", STEWARD_PASSWORD=one.people[person])
    return one


def registered(served):
    """A finding of hannah's, by true commands in processes of their own."""
    started = served.shell("--as", "hannah.vogel", "start", "corrective_action", "--at", "S_form", "--json")
    assert started.returncode == 0, started.stderr
    story = Story(served, json.loads(started.stdout)["id"])
    task = story.task("T_register")["id"]
    assert served.shell("--as", "hannah.vogel", "claim", task).stdout == "Register nonconformity is yours.\n"
    given = json.dumps(answers.REGISTER)
    done = served.shell("--as", "hannah.vogel", "complete", task, "--from", "-", given=given)
    assert "Register nonconformity: completed." in done.stdout
    assert "Confirm and classify" in done.stdout
    return story


def test_a_nonconformity_lives_from_registration_to_close(served):
    story = registered(served)
    assert story.variables()["provisional_class"] == "major"  # by the decision table
    is_contained_late_and_survives_a_kill(served, story)
    is_planned_twice_and_signed_by_two(served, story)
    is_carried_out_while_the_server_is_killed(served, story)
    is_found_ineffective_and_goes_round_again(served, story)
    is_closed(served, story)
    everything_holds_and_nothing_can_be_changed_unseen(served, story)


def is_contained_late_and_survives_a_kill(served, story):
    story.does("henrik.lund", "T_triage", answers.TRIAGE)
    assert story.variables()["class"] == "major"
    assert story.task("T_contain")["due_at"] == "2027-01-06T16:00:00+00:00"
    story.let_pass("3 bd")
    late = served.json("--as", "priya.raman", "tasks", "--late")
    assert [one["element"] for one in late] == ["T_contain"]
    story.does("priya.raman", "T_contain", answers.CONTAIN, proof="containment_evidence")
    served.kill()
    served.start()
    assert served.people["priya.raman"] in "\n".join(served.greeting)
    assert story.elements() == ["T_consequence"]
    assert story.variables()["disposition"] == ["held"]
    assert served.json("--as", "priya.raman", "clock")["now"] == "2027-01-07T16:00:00+00:00"


def is_planned_twice_and_signed_by_two(served, story):
    story.does("priya.raman", "T_consequence", answers.CONSEQUENCE)
    story.does("sofia.rossi", "T_need", answers.NEED)
    story.does("jonas.weber", "T_cause", answers.cause(1))
    story.does("jonas.weber", "T_elsewhere", answers.ELSEWHERE)
    rows = [
        answers.action(1, "Compare all firmware", "marek.novak", "2027-02-01"),
        answers.action(2, "Change the decimal handling", "elif.kaya", "2027-02-05", ai=True),
        answers.action(3, "Teach the operators", "samuel.adeyemi", "2027-02-05"),
    ]
    story.does("priya.raman", "T_plan", answers.plan(rows[0]))
    by_quality, by_area = approvals(story)
    story.does("henrik.lund", "T_approve_plan", answers.REWORK, task=by_quality, signs=True)
    assert story.elements() == ["T_plan"]
    too_late = served.run("--as", "tomas.ferreira", "claim", by_area["id"], expect=CONFLICT)
    assert "withdrawn" in too_late.output
    story.does("priya.raman", "T_plan", answers.plan(*rows))
    by_quality, by_area = approvals(story)
    own = served.run("--as", "priya.raman", "claim", by_area["id"], expect=FORBIDDEN)
    assert "T_plan" in own.output
    story.does("henrik.lund", "T_approve_plan", answers.APPROVE, task=by_quality, signs=True)
    story.does("tomas.ferreira", "T_approve_plan", answers.APPROVE, task=by_area, signs=True)
    assert "refusal.separation" in story.verbs()


def approvals(story):
    """The open approvals: for quality, and for the area."""
    found = story.open("T_approve_plan")
    voice = story.served.voice("henrik.lund")
    candidates = {one["id"]: voice.get(f"/tasks/{one['id']}")["candidates"] for one in found}
    return [
        next(one for one in found if f"group:{group}" in candidates[one["id"]])
        for group in ("quality_manager", "area_head")
    ]


def is_carried_out_while_the_server_is_killed(served, story):
    is_changed_within_an_envelope(served, story)
    settle(served, lambda: len(story.open("T_do")) == 3)
    tasks = {one["holder"]: one["id"] for one in story.open("T_do")}
    assert sorted(tasks) == ["elif.kaya", "marek.novak", "samuel.adeyemi"]
    for person, task in tasks.items():
        served.run("--as", person, "attach", task, "action_evidence", "https://example.org/done.pdf")
    first = hand_in_at_once(served, tasks, kill=True)
    served.start()
    again = hand_in_at_once(served, tasks, kill=False)
    assert set(again.values()) == {"completed"}
    assert "completed" in first.values()
    assert story.elements() == ["T_impl_check"]
    assert completions(served, story) == sorted(tasks)


def is_changed_within_an_envelope(served, story):
    """The AI change goes its own way: two people have agreed to its kind beforehand, it is deployed and watched."""
    served.voice("priya.raman").post("/registers/reg_envelopes/rows", {"values": answers.ENVELOPE})
    for person in ("henrik.lund", "amara.okafor"):
        secret = {"STEWARD_PASSWORD": served.people[person]}
        served.run("--as", person, "register", "sign", "reg_envelopes", "viewer-texts", **secret)
    change = called_case(served, story)
    steps = [
        ("jonas.weber", "T_request", answers.REQUEST),
        ("priya.raman", "T_screen", answers.SCREEN),
        ("marek.novak", "T_deploy", answers.DEPLOY),
        ("priya.raman", "T_after", answers.AFTER),
        ("henrik.lund", "T_close", answers.END_CHANGE),
    ]
    for person, element, given in steps:
        if element == "T_after":
            story.let_pass("1 bd")
        story.does(person, element, given, task=story.task(element, case=change))


def called_case(served, story):
    """The case that the action with an AI change waits for."""
    called = ("--as", "henrik.lund", "instances", "--process", "ai_change_approval")
    settle(served, lambda: served.json(*called))
    found = served.json(*called)
    assert [one["caller_id"] for one in found] == [story.case]
    return found[0]["id"]


def settle(served, reached):
    """Let everything happen that is due now; a worker beside may be in the middle of it."""
    now = served.json("--as", "deniz.aydin", "clock")["now"]
    for _ in range(500):
        served.run("--as", "deniz.aydin", "clock", now)
        if reached():
            return
    raise AssertionError("It does not happen.")


def hand_in_at_once(served, tasks, *, kill):
    """Everybody hands in at the same moment, under a key of his own; with `kill` the server dies meanwhile."""
    begin = threading.Barrier(len(tasks))

    def hand_in(person: str, task: str) -> str:
        voice, begun = served.voice(person), begin.wait()
        assert begun >= 0
        body = {"answers": answers.DO}
        try:
            return str(voice.post(f"/tasks/{task}/complete", body, **{"Idempotency-Key": f"done-{task}"})["status"])
        except Unreachable:
            return "no answer"

    with ThreadPoolExecutor(len(tasks)) as pool:
        running = {pool.submit(hand_in, person, task): person for person, task in tasks.items()}
        if kill:
            wait(running, return_when=FIRST_COMPLETED)
            served.kill()
        return {person: one.result() for one, person in running.items()}


def completions(served, story):
    """Who is in the trail as having carried out an action, as often as he is."""
    voice = served.voice("henrik.lund")
    done = voice.get("/tasks", view="all", status="completed", instance=story.case, element="T_do", limit=50)["items"]
    entries = [
        one for one in served.json("--as", "henrik.lund", "trail", story.case) if one["verb"] == "task.completed"
    ]
    return sorted(entry["actor"] for entry in entries if any(one["id"] in entry["subject"] for one in done))


def is_found_ineffective_and_goes_round_again(served, story):
    check = story.task("T_impl_check")
    served.run(
        "--as", "henrik.lund", "assign", check["id"], "jonas.weber", "--reason", "He has time.", expect=FORBIDDEN
    )
    story.does("ben.carter", "T_impl_check", answers.CHECKED, signs=True)
    assert story.elements() == []
    happened = story.let_pass("P60D")["happened"]
    assert happened["timers"] >= 1
    story.does("ben.carter", "T_effect", answers.effect("not", "2027-03-10"), proof="effect_evidence", signs=True)
    assert story.variables()["round"] == 2
    story.does("jonas.weber", "T_cause", answers.cause(2))
    story.does("jonas.weber", "T_elsewhere", answers.ELSEWHERE)
    row = answers.action(1, "Compare firmware each quarter", "marek.novak", "2027-04-01")
    story.does("priya.raman", "T_plan", answers.plan(row))
    by_quality, by_area = approvals(story)
    story.does("sofia.rossi", "T_approve_plan", answers.APPROVE, task=by_quality, signs=True)
    story.does("tomas.ferreira", "T_approve_plan", answers.APPROVE, task=by_area, signs=True)
    story.does("marek.novak", "T_do", answers.DO, proof="action_evidence")
    story.does("ben.carter", "T_impl_check", answers.CHECKED, signs=True)
    story.let_pass("P60D")
    story.does("ben.carter", "T_effect", answers.effect("effective", "2027-05-12"), proof="effect_evidence", signs=True)


def is_closed(served, story):
    story.does("priya.raman", "T_update", answers.UPDATE)
    story.does("sofia.rossi", "T_close", answers.CLOSE, signs=True)
    shown = served.json("--as", "henrik.lund", "show", story.case)
    assert (shown["status"], shown["variables"]["round"]) == ("completed", 2)
    assert [one["element"] for one in shown["tasks"] if one["status"] in ("open", "claimed")] == []


def everything_holds_and_nothing_can_be_changed_unseen(served, story):
    served.stop()
    verified = served.shell("verify", "--json")
    assert json.loads(verified.stdout)["holds"], verified.stdout
    replayed = served.shell("replay", "--all")
    assert replayed.returncode == 0
    assert re.fullmatch(r"(\d+) of \1 cases come out equal, byte by byte\.\n", replayed.stdout), replayed.stdout
    if served.database_url is None:
        with sqlite3.connect(served.home / "steward.sqlite") as raw:
            raw.execute("UPDATE audit_entries SET actor = 'sofia.rossi' WHERE chain = ? AND number = 7", [story.case])
        named = served.shell("verify")
        assert named.returncode == 1
        assert f"{story.case}" in named.stdout
        assert "7" in named.stdout

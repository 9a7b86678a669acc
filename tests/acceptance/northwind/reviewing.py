"""The annual management review: from its beginning to decisions that start."""

from typing import Any

from tests.acceptance.northwind.world import ADMIN, SYSTEMS, Northwind, local

OWNERS = {
    "MR-I-01": "henrik.lund",
    "MR-I-02": "amara.okafor",
    "MR-I-03": "hannah.vogel",
    "MR-I-04": "hannah.vogel",
    "MR-I-05": "henrik.lund",
    "MR-I-06": "priya.raman",
    "MR-I-07": "henrik.lund",
    "MR-I-08": "priya.raman",
    "MR-I-09": "henrik.lund",
    "MR-I-10": "samuel.adeyemi",
    "MR-I-11": "henrik.lund",
    "MR-I-12": "amara.okafor",
    "MR-I-13": "priya.raman",
    "MR-X-14": "amara.okafor",
    "MR-X-15": "lucia.navarro",
    "MR-X-16": "samuel.adeyemi",
}
SETUP = {
    "held_on": "2027-02-09",
    "held_at": "14:00",
    "standards": ["iso9001", "iso42001"],
    "chair": "ingrid.solberg",
    "quality_member": "henrik.lund",
    "ai_member": "amara.okafor",
    "members": ["ingrid.solberg", "amara.okafor", "henrik.lund", "tomas.ferreira", "priya.raman"],
    "deputies": [],
    "input_owners": [{"owner": owner} for owner in OWNERS.values()],
}
DISCUSSED = {"discussion": "Looked at the numbers and the trend.", "conclusion": "No action needed."}
DECISIONS = [
    (
        "MR-I-11",
        "Hire a bias analyst",
        "resources",
        "amara.okafor",
        "marek.novak",
        "2027-04-30",
        "iso42001:7.1",
        "action",
    ),
    (
        "MR-I-05",
        "Nine of ten urgent scans within the hour",
        "objective",
        "ingrid.solberg",
        "hannah.vogel",
        "2027-12-31",
        "iso9001:6.2.1",
        "action",
    ),
    (
        "MR-I-10",
        "Suppliers deliver their figures in time",
        "improve",
        "ingrid.solberg",
        "samuel.adeyemi",
        "2027-06-30",
        "iso9001:8.4.1",
        "action",
    ),
    (
        "MR-I-13",
        "TriageLens for ages 12 to 17",
        "improve",
        "ingrid.solberg",
        "jonas.weber",
        "2027-03-31",
        "iso42001:8.1",
        "ai_change_approval",
    ),
    (
        "MR-I-02",
        "Edit the AI policy",
        "policy",
        "ingrid.solberg",
        "henrik.lund",
        "2027-03-31",
        "iso42001:5.2",
        "action",
    ),
]
YES = "It does what it is for."


def review(world: Northwind) -> str:
    """The annual review; items for the next one are cases of the process, too."""
    if "MR-2027-A" not in world.remember:
        world.remember["MR-2027-A"] = str(world.case("management_review")["id"])
    return str(world.remember["MR-2027-A"])


def event_3(world: Northwind, _expect: list[str]) -> None:
    """It begins twenty business days ahead; sixteen inputs for named owners, due 26 January, each drafted."""
    case = review(world)
    setup = world.task(case, "T_setup")
    world.does("henrik.lund", setup, SETUP)
    world.rest()
    inputs = [world.api("henrik.lund").get(f"/tasks/{one['id']}") for one in world.tasks(case, "T_input")]
    assert len(inputs) == 16
    codes = {one["locals"]["input"]["code"]: one for one in inputs}
    assert {code: one["holder"] for code, one in codes.items()} == OWNERS
    assert sum(code.startswith("MR-I") for code in codes) == 13
    assert {local(one["due_at"]) for one in inputs} == {"Tue 2027-01-26 17:00"}
    assert all(one["locals"]["input"]["lines"] for one in inputs)


def event_5(world: Northwind, _expect: list[str]) -> None:
    """MR-I-10 is not in: its owner is reminded by mail and chat, and the task is shown overdue."""
    case = review(world)
    late = inputs(world, case)
    assert list(late) == ["MR-I-10"]
    assert world.told("samuel.adeyemi", f"/tasks/{late['MR-I-10']['id']}") == {"mail", "chat"}
    [due] = [one for one in ladder(world, late["MR-I-10"]["id"]) if local(one["at"]) == "Tue 2027-01-26 17:00"]
    sent = {(one["person"], one["channel"], one["status"]) for one in due["deliveries"]}
    assert {("samuel.adeyemi", "mail", "sent"), ("samuel.adeyemi", "chat:team", "sent")} <= sent
    overdue = world.api("samuel.adeyemi").get("/tasks", view="mine", late="true", limit=50)["items"]
    assert late["MR-I-10"]["id"] in [one["id"] for one in overdue]


def event_6(world: Northwind, _expect: list[str]) -> None:
    """On the next business morning henrik is told; the owner delivers at eleven; both stay in the record."""
    case = review(world)
    late = inputs(world, case)["MR-I-10"]
    [climbed] = [one for one in ladder(world, late["id"]) if local(one["at"]) == "Wed 2027-01-27 09:00"]
    assert "henrik.lund" in [one["person"] for one in climbed["deliveries"]]
    world.until("2027-01-27T11:00+01:00")
    give(world, late)
    assert world.open(case) == ["T_complete"]
    assert local(world.api("henrik.lund").get(f"/tasks/{late['id']}")["closed_at"]) == "Wed 2027-01-27 11:00"
    assert climbed["rung"] in [one["rung"] for one in ladder(world, late["id"]) if one["outcome"] == "sent"]


def ladder(world: Northwind, task: str) -> list[dict[str, Any]]:
    """The rungs of a task, climbed and to come."""
    return list(world.api("henrik.lund").get(f"/tasks/{task}/ladder")["lines"])


def before_event_5(world: Northwind) -> None:
    """All owners but one deliver in time."""
    for code, task in inputs(world, review(world)).items():
        if code != "MR-I-10":
            give(world, task)


def event_8(world: Northwind, _expect: list[str]) -> None:
    """The pack is frozen and hashed ahead; later data cannot change it; members are asked to confirm reading."""
    case = review(world)
    world.does("henrik.lund", world.task(case, "T_complete"), {"completeness": [{"gap": False}] * 16})
    world.does("henrik.lund", world.task(case, "T_pack"), {"foreword": "Suppliers and resources first."})
    world.rest()
    told = world.variables(case)
    frozen = document(world, case, told["pack_document"])
    assert frozen["digest"] == told["pack_digest"]
    world.api(ADMIN)
    row = {
        "id": "late",
        "title": "Written after the pack",
        "what": "It came later.",
        "source": "staff",
        "status": "proposed",
    }
    world.api("henrik.lund").post("/registers/reg_improvements/rows", {"values": row})
    again = document(world, case, told["pack_document"])
    assert again == frozen
    assert {one["holder"] for one in world.tasks(case, "T_read")} == set(SETUP["members"])
    for task in world.tasks(case, "T_read"):
        world.does(task["holder"], task, {"has_read": True})


def event_9(world: Northwind, _expect: list[str]) -> None:
    """It cannot move on without a note on each required input; five decisions; a conclusion for each standard."""
    case = review(world)
    meeting = world.task(case, "T_meet")
    decisions = [
        dict(zip(("input", "text", "kind", "approved_by", "owner", "by", "clause", "starts"), one, strict=True))
        | {"no": no}
        for no, one in enumerate(DECISIONS, start=1)
    ]
    decisions[3]["system"] = f"{SYSTEMS}:triagelens"
    present = ["ingrid.solberg", "amara.okafor", "henrik.lund", "priya.raman"]
    held = {"present": present, "decisions": decisions}
    gap = [DISCUSSED if code != "MR-I-09" else {} for code in OWNERS]
    refused = world.refused(lambda: world.does("ingrid.solberg", meeting, {**held, "discussed": gap}))
    assert refused.status == 422
    world.does("ingrid.solberg", world.task(case, "T_meet"), {**held, "discussed": [DISCUSSED] * 16})
    world.rest()
    told = world.variables(case)
    assert told["quorum"] is True
    assert [(one["owner"], one["by"]) for one in told["decisions"]] == [(one[4], one[5]) for one in DECISIONS]
    world.does("ingrid.solberg", world.task(case, "T_conclude"), conclusions())
    told = world.variables(case)
    assert told["quality_conclusion"]
    assert told["ai_conclusion"]


def event_10(world: Northwind, _expect: list[str]) -> None:
    """The author may not sign; the chair signs in time; decisions start; the project becomes a change."""
    case = review(world)
    sign = world.task(case, "T_sign")
    refused = world.refused(lambda: world.does("henrik.lund", {**sign, "holder": None}, {"verdict": "sign"}, sign=True))
    assert refused.status in (403, 409)
    assert local(sign["due_at"]) == "Tue 2027-02-16 17:00"
    world.does("ingrid.solberg", sign, {"verdict": "sign"}, sign=True)
    world.rest()
    [signature] = [
        one
        for one in world.api("henrik.lund").get(f"/instances/{case}/signatures")["items"]
        if one["task_id"] == sign["id"]
    ]
    assert (signature["by"], signature["meaning"]) == ("ingrid.solberg", "approved")
    starts = {one["holder"]: one for one in world.tasks(case, "T_start")}
    assert set(starts) == {one[4] for one in DECISIONS}
    for owner, task in starts.items():
        world.does(owner, task, {"accepted": "yes"})
    world.rest()
    rows = world.api("henrik.lund").get("/registers/reg_actions/rows", limit=50)["items"]
    assert len(rows) >= 4
    change = world.case("ai_change_approval")
    links = world.api("henrik.lund").get(f"/instances/{case}/links")["items"]
    assert change["id"] in str(links)


def before_event_10(world: Northwind) -> None:
    """Henrik writes the minutes."""
    case = review(world)
    world.does("henrik.lund", world.task(case, "T_minutes"), {"minutes": "The review was held in full."})


def inputs(world: Northwind, case: str) -> dict[str, Any]:
    """The open inputs by their code."""
    found = [world.api("henrik.lund").get(f"/tasks/{one['id']}") for one in world.tasks(case, "T_input")]
    return {one["locals"]["input"]["code"]: one for one in found}


def give(world: Northwind, task: dict[str, Any]) -> None:
    """An owner says what the numbers mean."""
    world.does(task["holder"], task, {"input_text": "As last year; the list says which ones.", "attention": "none"})


def document(world: Northwind, case: str, document_id: str) -> dict[str, Any]:
    """A frozen document."""
    return dict(world.api("henrik.lund").get(f"/instances/{case}/documents/{document_id}"))


def conclusions() -> dict[str, Any]:
    """One conclusion for each standard."""
    asked = {
        "quality": ("suitable", "adequate", "effective", "fits_strategy"),
        "ai": ("suitable", "adequate", "effective"),
    }
    answers: dict[str, Any] = {}
    for standard, questions in asked.items():
        answers[standard] = dict.fromkeys(questions, "yes") | {f"{one}_reason": YES for one in questions}
        answers[f"{standard}_conclusion"] = "It is suitable, adequate and effective."
    return answers

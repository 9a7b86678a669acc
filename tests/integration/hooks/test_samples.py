"""Samples of metrics: kept with every measurement, read by whoever may, and the subject of the case of a breach."""

from collections.abc import Callable
from typing import Any

from tests.integration.api.conftest import Client
from tests.integration.hooks.conftest import Outside, sample
from tests.integration.registers.conftest import FORM, MACHINES, PRESS


def keep_machines(login: Callable[..., Client], **more: Any) -> None:
    adam = login("adam")
    body = {"register": {**MACHINES, **more}, "form": FORM}
    adam.expect(200, adam.send("PUT", "/registers/reg_machines", json=body))


def take(outside: Outside, *values: float, subject: str = "AIS-7", limit: float | None = 0.1) -> None:
    for minute, value in enumerate(values):
        one = sample(value, at=f"2027-01-04T07:0{minute}:00Z", group="women", limit=limit) | {"subject": subject}
        taken = outside.signed("metrics", one, id_=f"{subject}{minute}")
        assert taken.status_code == 200, taken.text


def test_samples_are_listed_newest_first_and_by_what_they_are(outside: Outside, login: Callable[..., Client]) -> None:
    take(outside, 0.05, 0.2)
    take(outside, 3, subject="AIS-8", limit=None)
    anna = login("anna")

    found = anna.get("/samples", subject="AIS-7")["items"]
    assert [(one["value"], one["limit"], one["breach"]) for one in found] == [(0.2, 0.1, True), (0.05, 0.1, False)]
    assert found[0] | {"id": "", "at": "", "instance_id": ""} == {
        "id": "",
        "at": "",
        "instance_id": "",
        "hook": "metrics",
        "subject": "AIS-7",
        "name": "bias",
        "group": "women",
        "model_version": None,
        "value": 0.2,
        "limit": 0.1,
        "breach": True,
    }
    assert len(anna.get("/samples")["items"]) == 3
    assert len(anna.get("/samples", breach="true")["items"]) == 1
    assert anna.get("/samples", name="accuracy")["items"] == []
    assert len(anna.get("/samples", since="2027-01-04T07:01:00Z")["items"]) == 1
    page = anna.get("/samples", limit="2")
    assert len(anna.get("/samples", limit="2", cursor=page["next"])["items"]) == 1


def test_the_case_of_a_breach_is_shown_to_who_may_know_of_it(outside: Outside, login: Callable[..., Client]) -> None:
    take(outside, 0.2)
    (case,) = outside.cases()
    assert login("anna").get("/samples")["items"][0]["instance_id"] == str(case.id)
    assert login("fred").get("/samples")["items"][0]["instance_id"] is None


def test_samples_about_a_register_are_for_who_may_look_into_it(outside: Outside, login: Callable[..., Client]) -> None:
    keep_machines(login, may_read=["staff"])
    take(outside, 0.05, subject="reg_machines:press")
    assert len(login("anna").get("/samples")["items"]) == 1
    assert login("fred").get("/samples")["items"] == []


def test_the_case_of_a_breach_is_about_the_row_that_was_measured(
    outside: Outside, login: Callable[..., Client]
) -> None:
    keep_machines(login)
    anna = login("anna")
    anna.post("/registers/reg_machines/rows", {"values": PRESS})
    outside.set("metrics", variables={"subject": "subject", "measured": "value"})
    take(outside, 0.2, subject="reg_machines:press")
    gone = sample(0.2, at="2027-01-04T07:00:00Z") | {"subject": "reg_machines:saw"}
    assert outside.signed("metrics", gone, id_="gone").status_code == 422

    (case,) = outside.cases()
    assert (case.subject_register, case.subject_row) == ("reg_machines", "press")
    [refused] = [one["events"][0] for one in login("adam").get("/hooks/metrics/receipts")["items"][:1]]
    assert refused["outcome"] == "refused"
    assert "There is no reg_machines:saw" in refused["why"]
    assert outside.verified().holds

"""Everything recomputed over the API: who starts it, how far it is, and what was found."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from engine.store.running import Task
from engine.transactions import Database
from engine.verifications.walking import Verifier
from tests.integration.api.conftest import MORNING, Client, make_auditor
from web.services import Services

Login = Callable[..., Client]
ENDS = "2027-02-01T00:00:00Z"


@pytest.fixture
def work(services: Services) -> Callable[[], None]:
    """Let a worker do all that is to be done."""
    key = services.seal_key
    verifier = Verifier(services.database, services.evidence.path, lambda: key.public_key() if key else None)

    def work() -> None:
        while verifier.drain(now=MORNING, machine_now=MORNING):
            pass

    return work


def test_an_administrator_has_everything_recomputed_and_reads_what_does_not_hold(
    login: Login, three: str, database: Database, work: Callable[[], None]
) -> None:
    case, adam = login("anna").post("/instances", {"process": "three"})["id"], login("adam")
    made = adam.send("POST", "/verifications", headers={"Idempotency-Key": "only-once"})
    begun = adam.expect(201, made)
    assert made.headers["Location"] == f"/api/v1/verifications/{begun['id']}"
    assert (begun["status"], begun["whole"], begun["holds"], begun["chains"]) == ("running", True, None, 0)
    again = adam.send("POST", "/verifications", headers={"Idempotency-Key": "only-once"})
    assert adam.expect(201, again)["id"] == begun["id"]
    refused = adam.send("POST", "/verifications")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "conflict")
    work()
    done = adam.get(f"/verifications/{begun['id']}")
    assert (done["status"], done["holds"], done["findings"]) == ("done", True, 0)
    assert done["chains"] == done["in_all"] > 1
    assert adam.get(f"/verifications/{begun['id']}/findings")["items"] == []

    with database.writing() as session:
        session.execute(update(Task).values(name="Something else"))
    later = adam.post("/verifications")["id"]
    work()
    assert [one["holds"] for one in adam.get("/verifications")["items"]] == [False, True]
    first, *others = adam.get(f"/verifications/{later}/findings")["items"]
    assert (first["kind"], first["chain"], first["case_id"], first["record"]) == ("altered", case, case, "tasks")
    assert {one["chain"] for one in others} <= {case}
    assert adam.get(f"/verifications/{later}")["findings"] == 1 + len(others)


def test_who_may_read_no_platform_starts_nothing_and_sees_nothing(login: Login) -> None:
    begun, anna = login("adam").post("/verifications")["id"], login("anna")
    for method, path in (
        ("POST", "/verifications"),
        ("GET", "/verifications"),
        ("GET", f"/verifications/{begun}"),
        ("GET", f"/verifications/{begun}/findings"),
    ):
        refused = anna.send(method, path)
        assert (refused.status_code, refused.get_json()["code"]) == (403, "forbidden")


def test_an_auditor_sees_what_he_started_within_his_mandate_and_no_other(
    login: Login, three: str, work: Callable[[], None]
) -> None:
    login("anna").post("/instances", {"process": "three"})
    adam = login("adam")
    whole = adam.post("/verifications")["id"]
    make_auditor(adam, "carl", ends_at=ENDS, processes=["three"])
    make_auditor(adam, "fred", ends_at=ENDS)
    carl = login("carl")
    assert carl.send("POST", "/verifications").status_code == 409
    assert carl.send("GET", f"/verifications/{whole}").status_code == 404
    work()
    mine = carl.post("/verifications")["id"]
    work()
    (seen,) = carl.get("/verifications")["items"]
    assert (seen["id"], seen["whole"], seen["chains"], seen["holds"]) == (mine, False, 1, True)
    assert [one["id"] for one in login("fred").get("/verifications")["items"]] == [mine, whole]

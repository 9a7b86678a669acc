"""The same request under one key has one effect, whatever happens in between."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from tests.integration.api.conftest import Client, Clock
from web.idempotency import forget
from web.services import Services

Login = Callable[..., Client]
KEY = {"Idempotency-Key": "start-the-leak-1"}


def cases(client: Client) -> int:
    """How many cases the client sees."""
    return len(client.get("/instances")["items"])


def test_the_same_request_gets_the_same_answer_and_has_one_effect(login: Login, three: str):
    anna = login("anna")
    body = {"process": "three", "title": "A leak"}

    first = anna.send("POST", "/instances", json=body, headers=KEY)
    second = anna.send("POST", "/instances", json=body, headers=KEY)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_data() == second.get_data()
    assert second.headers["Location"] == first.headers["Location"]
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert cases(anna) == 1


def test_another_request_under_the_same_key_is_refused(login: Login, three: str):
    anna = login("anna")
    anna.post("/instances", {"process": "three"}, headers=KEY)

    other = anna.send("POST", "/instances", json={"process": "three", "title": "Other"}, headers=KEY)

    assert (other.status_code, other.get_json()["code"]) == (422, "idempotency-key-reused")
    assert cases(anna) == 1


def test_two_people_may_use_the_same_key(login: Login, three: str):
    for person in ("anna", "bert"):
        login(person).post("/instances", {"process": "three"}, headers=KEY)

    assert cases(login("olga")) == 2


def test_a_refusal_leaves_the_key_free(login: Login, three: str):
    anna = login("anna")
    refused = anna.send("POST", "/instances", json={"process": "nobody-knows-it"}, headers=KEY)
    assert refused.status_code == 404

    anna.post("/instances", {"process": "three"}, headers=KEY)

    assert cases(anna) == 1


def test_eight_at_once_have_one_effect_and_hear_one_answer(login: Login, three: str):
    anna = login("anna")

    def start(_: int) -> bytes:
        answer = anna.send("POST", "/instances", json={"process": "three"}, headers=KEY)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.get_data()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(start, range(8)))

    assert len(answers) == 1
    assert cases(anna) == 1


def test_a_key_that_is_too_short_is_refused(login: Login):
    answer = login("anna").send("POST", "/instances", json={"process": "three"}, headers={"Idempotency-Key": "short"})

    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["Idempotency-Key"])


def test_a_dry_run_says_what_would_be_and_keeps_nothing(login: Login, three: str):
    anna = login("anna")

    answer = anna.send("POST", "/instances", json={"process": "three"}, query_string={"dry_run": "true"})

    assert (answer.status_code, answer.headers["Steward-Dry-Run"]) == (201, "true")
    assert answer.get_json()["status"] == "running"
    assert cases(anna) == 0


def test_an_answer_is_forgotten_after_a_while_and_its_key_is_free_again(
    login: Login, three: str, services: Services, clock: Clock
):
    anna = login("anna")
    anna.post("/instances", {"process": "three"}, headers=KEY)
    clock.forward(days=7)

    with services.database.writing() as session:
        assert forget(session, before=clock() - timedelta(days=7)) == 0
        assert forget(session, before=clock() - timedelta(days=6)) == 1

    anna.post("/instances", {"process": "three", "title": "Another"}, headers=KEY)
    assert cases(anna) == 2

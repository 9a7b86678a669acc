"""Standards over HTTP: what stands under a clause, and what applies."""

from typing import Any

import pytest

from tests.integration.api.conftest import Client
from tests.integration.api.test_traffic import Login


@pytest.fixture
def standard(login: Login) -> dict[str, Any]:
    clause = [{"ref": "10", "title": "Improvement"}, {"ref": "10.2", "title": "React", "parent": "10"}]
    said = {"id": "iso9001-2015", "family": "iso9001", "name": "ISO 9001", "edition": "2015", "subject": "quality"}
    body = {"standard": said | {"stated_by": ["staff"], "clause": clause}}
    made: dict[str, Any] = login("adam").post("/standards", body)
    return made


PERIOD = {"since": "2027-01-01T00:00:00+01:00", "until": "2028-01-01T00:00:00+01:00"}


def refused(client: Client, method: str, path: str, **given: Any) -> tuple[int, str]:
    answer = client.send(method, path, **given)
    return answer.status_code, answer.get_json()["code"]


def test_a_standard_is_adopted_by_who_manages_the_platform_and_read_by_all(login: Login, standard: dict[str, Any]):
    assert standard["in_force"] is True
    anna = login("anna")
    assert [one["id"] for one in anna.get("/standards")["items"]] == ["iso9001-2015"]
    assert [one["key"] for one in anna.get("/standards/iso9001-2015")["clauses"]] == ["iso9001:10", "iso9001:10.2"]
    assert refused(anna, "POST", "/standards", json={"standard": {}})[0] == 403
    assert refused(login("adam"), "POST", "/standards", json={"standard": {}})[0] == 422
    assert refused(anna, "GET", "/standards/iso1-1900") == (404, "not-found")
    assert refused(anna, "POST", "/standards/iso9001-2015/choose", json={"since": "2027-01-01"})[0] == 403


def test_what_stands_under_a_clause_in_a_period(login: Login, standard: dict[str, Any], three: str):
    anna = login("anna")
    found = anna.get("/standards/iso9001-2015/coverage", **PERIOD)
    assert [(one["ref"], one["state"], one["records"]) for one in found["items"]] == [
        ("10", "not", 0),
        ("10.2", "not", 0),
    ]
    assert anna.get("/standards/iso9001-2015/clauses/10.2/records", **PERIOD)["items"] == []
    backwards = {"since": PERIOD["until"], "until": PERIOD["since"]}
    status, _ = refused(anna, "GET", "/standards/iso9001-2015/coverage", query_string=backwards)
    assert status == 422


def test_what_applies_is_stated_by_the_groups_that_the_standard_names(login: Login, standard: dict[str, Any]):
    anna, path = login("anna"), "/standards/iso9001-2015/applicability"
    said = anna.expect(200, anna.send("PUT", f"{path}/10.2", json={"applies": False, "reason": "Nothing goes wrong."}))
    assert [(one["ref"], one["applies"], one["by"]) for one in said["items"]] == [
        ("10", True, None),
        ("10.2", False, "anna"),
    ]
    assert anna.get(path, at="2026-01-01T00:00:00Z")["items"][1]["applies"] is True
    body = {"applies": False, "reason": ""}
    assert refused(anna, "PUT", f"{path}/10.2", json=body)[0] == 422
    assert refused(login("fred"), "PUT", f"{path}/10.2", json=body) == (403, "forbidden")

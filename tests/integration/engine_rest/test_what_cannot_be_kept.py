"""What a database has no room for is refused in words, on the database that is stricter about it."""

from collections.abc import Callable

import pytest

from tests.factories import three_tasks
from tests.integration.api.conftest import organised_slate, postgres_url
from tests.integration.engine_rest.conftest import FORM, Modeler

__all__ = ["organised_slate", "postgres_url"]


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """PostgreSQL: it takes no sign U+0000 and no endless text in an index."""
    return postgres_url


@pytest.mark.parametrize("text", [r"a\u0000b", r"a\ud800b"])
def test_a_form_whose_id_no_database_takes_is_refused(modeler: Modeler, text: str):
    answer = modeler.deploy({"found.form": FORM.replace(b'"id": "found"', f'"id": "{text}"'.encode())})

    assert answer.status_code == 400
    assert "found.form" in answer.get_json()["message"]


@pytest.mark.parametrize(
    "query", ["name=%00", "nameLike=%5C", "key=%00", "version=99999999999", "version=-1", "keyLike=%5C"]
)
def test_a_filter_that_finds_nothing_finds_nothing(modeler: Modeler, query: str):
    for path in ("/deployment", "/process-definition"):
        assert modeler.send("GET", f"{path}?{query}").status_code in (200, 400)


def test_values_that_cannot_be_kept_are_refused(modeler: Modeler, in_force: Callable[[bytes], str]):
    in_force(three_tasks())
    for body in [
        {"businessKey": "k" * 301},
        {"variables": {"a\0": {"value": "x"}}},
        {"variables": {"a": {"value": "x\0"}}},
        {"variables": {"a": {"value": "[" * 100_000, "type": "Json"}}},
        {"variables": {"a": {"value": r'"\ud800"', "type": "Json"}}},
        {"variables": {"a": {"value": "NaN", "type": "Json"}}},
    ]:
        answer = modeler.post("/process-definition/key/three/start", body)
        assert (answer.status_code, answer.get_json()["type"]) == (400, "InvalidRequestException")

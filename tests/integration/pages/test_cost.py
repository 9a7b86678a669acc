"""What pages cost: as many statements for a long list as for a short one."""

from collections.abc import Callable

import pytest

from engine.transactions import Database
from tests.factories import END, START, deploy, process, sequence
from tests.integration.api.conftest import MORNING, Client
from tests.integration.pages.conftest import Reader, words
from tests.integration.pages.test_case_proof import LADDER
from tests.integration.pages.test_registers import STANDARD
from tests.integration.registers.conftest import FORM, MACHINES, PRESS
from tests.listening import listening

Read = Callable[[str], Reader]
Login = Callable[..., Client]
MOST = 40
EACH = process(
    "each",
    sequence(
        START,
        '<bpmn:userTask id="T_look" name="Look at it" camunda:candidateGroups="staff" camunda:dueDate="5 bd">'
        '<bpmn:extensionElements><camunda:properties><camunda:property name="clauses" value="iso9001:10.2"/>'
        "</camunda:properties></bpmn:extensionElements><bpmn:multiInstanceLoopCharacteristics>"
        "<bpmn:loopCardinality>${times}</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>",
        END,
    ),
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """These tests are about pages: one database is enough."""
    return sqlite_url


def test_a_pages_statements_do_not_grow_with_what_it_lists(reader: Read, login: Login, database: Database) -> None:
    adam, anna = login("adam"), login("anna")
    adam.expect(200, adam.send("PUT", "/ladders/ordinary", json=LADDER))
    adam.post("/standards", {"standard": STANDARD})
    adam.post("/standards/iso9001-2015/choose", {"since": "2020-01-01"})
    deploy(database, EACH, owner="olga", now=MORNING)
    few, many = (
        anna.post("/instances", {"process": "each", "title": f"{times} leaks", "variables": {"times": times}})["id"]
        for times in (1, 5)
    )
    register(adam, anna, "reg_machines")
    bert = reader("bert")
    clause = cost(bert, database, "/clauses/iso9001-2015/10.2")
    overview = cost(bert, database, "/clauses")
    case = cost(bert, database, f"/cases/{few}")
    for name in ("reg_pumps", "reg_saws", "reg_drills"):
        register(adam, anna, name)

    assert words(bert.open(f"/cases/{many}"), "//section[@aria-labelledby='ladders']").count("Next, if nothing") == 5
    assert cost(bert, database, f"/cases/{many}") == case <= MOST
    assert "reg_saws" in str(bert.fetch("/clauses/iso9001-2015/10.2"))
    assert cost(bert, database, "/clauses/iso9001-2015/10.2") == clause <= MOST
    assert cost(bert, database, "/clauses") == overview <= MOST


def register(adam: Client, anna: Client, key: str) -> None:
    """A register that serves a clause, with a row."""
    body = {"register": {**MACHINES, "key": key, "clauses": ["iso9001:10.2"]}, "form": FORM}
    adam.expect(200, adam.send("PUT", f"/registers/{key}", json=body))
    anna.post(f"/registers/{key}/rows", {"values": PRESS})


def cost(reader: Reader, database: Database, address: str) -> int:
    """How many statements a page costs that somebody has read before."""
    reader.open(address)
    with listening(database.engine) as heard:
        reader.open(address)
    return len(heard.statements)

"""The trail and its proof on pages: what happened, entry by entry, and what an altered record looks like."""

from collections.abc import Callable

from sqlalchemy import text

from engine.transactions import Database
from tests.integration.api.conftest import Client
from tests.integration.pages.conftest import Reader, words
from tests.integration.registers.conftest import FORM, MACHINES, PRESS


def test_whoever_may_see_a_case_reads_its_trail_and_recomputes_it_and_an_altered_record_is_named(
    reader: Callable[[str], Reader], login: Callable[..., Client], three: str, database: Database
) -> None:
    case = login("anna").post("/instances", {"process": "three", "title": "Oil leaks"})["id"]
    anna, fred, adam = reader("anna"), reader("fred"), reader("adam")
    page = anna.open(f"/trail/{case}")
    assert words(page, "//h1") == "Trail: Oil leaks"
    assert "instance.started" in words(page)
    assert page.xpath("//tbody/tr[1]/th/text()") > page.xpath("//tbody/tr[last()]/th/text()")
    assert "instance.started" not in words(anna.open(f"/trail/{case}?verb=task."))
    assert "is no day" in words(anna.open(f"/trail/{case}?since=yesterday", 422))
    assert "Everything holds." in words(anna.open(f"/verification?chain={case}"))
    for address in (f"/trail/{case}", f"/verification?chain={case}", "/trail/no-such-thing"):
        assert fred.sent("GET", address, 403 if "no-such" in address else 404)

    with database.writing() as session:
        session.execute(text("UPDATE tasks SET name = 'Something else' WHERE name = 'T ask'"))
    page = anna.open(f"/verification?chain={case}")
    assert "do not hold" in words(page, "//*[@role='alert']")
    assert "The trail says otherwise of" in words(page, "//tbody")
    anna.open("/trail", 403)
    assert "person.created" in words(adam.open("/trail"))
    assert "The platform" in words(adam.open("/verification"))
    assert not anna.open("/").xpath("//nav[@id='nav']//a[@href='/trail']")


def test_the_trail_of_a_register_leaves_out_what_was_tied_to_a_case_that_its_reader_may_not_see(
    reader: Callable[[str], Reader], login: Callable[..., Client], three: str
) -> None:
    adam, anna = login("adam"), login("anna")
    case = anna.post("/instances", {"process": "three", "title": "Oil leaks"})["id"]
    adam.expect(200, adam.send("PUT", "/registers/reg_machines", json={"register": MACHINES, "form": FORM}))
    anna.post("/registers/reg_machines/rows", {"values": PRESS})
    tied = anna.send("POST", "/registers/reg_machines/rows/press/cases", json={"case": case, "kind": "raises"})
    anna.expect(200, tied)
    assert case in words(reader("adam").open("/trail/register:reg_machines"))
    page = words(reader("fred").open("/trail/register:reg_machines"))
    assert "row.added" in page
    assert case not in page
    assert "row.linked" not in page

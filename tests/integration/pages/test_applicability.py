"""The statement of applicability is read as of a day, taken away, and stated by who may."""

from collections.abc import Callable
from typing import Any

from tests.factories import END, START, process, sequence, user_task
from tests.integration.api.conftest import Client, Clock
from tests.integration.pages.conftest import Reader, words

STANDARD = {
    "id": "ai-2023",
    "family": "ai",
    "name": "AI",
    "edition": "2023",
    "subject": "AI",
    "stated_by": ["staff"],
    "clause": [
        {"ref": "8", "title": "Operation"},
        {"ref": "A.5", "title": "Impacts", "kind": "control-group"},
        {"ref": "A.5.2", "title": "Assessing impacts", "parent": "A.5", "kind": "control"},
        {"ref": "A.5.3", "title": "Keeping assessments", "parent": "A.5", "kind": "control"},
    ],
}
HERE = "/clauses/ai-2023/statement"
PROPERTY = '<camunda:properties><camunda:property name="clauses" value="ai:A.5.2"/></camunda:properties>'


def test_each_control_is_stated_with_its_reason_and_read_as_it_stood(
    reader: Callable[[str], Reader], login: Callable[..., Client], in_force: Callable[[bytes], str], clock: Clock
) -> None:
    login("adam").post("/standards", {"standard": STANDARD})
    named = f"<bpmn:extensionElements>{PROPERTY}</bpmn:extensionElements>"
    in_force(process("assess", named + sequence(START, user_task("T_look", groups="staff"), END)))
    anna, fred = reader("anna"), reader("fred")
    page = fred.open(HERE)
    assert page.xpath("//tbody/tr/@id") == ["c-A.5.2", "c-A.5.3"]
    assert page.xpath("//tr[@id='c-A.5.2']//a[@href='/processes/assess']")
    assert "nothing names it yet" in words(page, "//tr[@id='c-A.5.3']")
    assert not fred.open(f"{HERE}/A.5.3").xpath("//aside//form")
    fred.press(f"{HERE}/A.5.3", 403, applies="no", reason="No.")
    assert anna.open("/clauses/ai-2023").xpath(f"//a[@href='{HERE}']")

    anna.open(f"{HERE}/A.5.3")
    refused = anna.tree(anna.press(f"{HERE}/A.5.3", 422, applies="no", reason=" "))
    assert words(refused, "//*[@class='wrong']") == "Write why it applies, or why not."
    assert refused.xpath("//input[@value='no']/@checked")
    anna.press(f"{HERE}/A.5.3", applies="no", reason="=We keep none.")
    clock.forward(days=1)
    anna = reader("anna")
    anna.press(f"{HERE}/A.5.3", applies="yes", reason="Now we keep them.")
    said = words(anna.open(f"{HERE}/A.5.3"), "//ol")
    assert said.index("Now we keep them.") < said.index("left it out=We keep none.")
    assert "left out" in words(anna.open(f"{HERE}?at=2027-01-04"), "//tr[@id='c-A.5.3']")
    assert "applies Now we keep them." in words(anna.open(HERE), "//tr[@id='c-A.5.3']")
    rows: list[Any] = anna.fetch(f"{HERE}.csv?at=2027-01-04").decode().splitlines()
    assert rows[2].startswith("A.5.3,Keeping assessments,false,'=We keep none.,anna,")
    anna.open(f"{HERE}/A.9", 404)
    anna.open(f"{HERE}?at=soon", 422)

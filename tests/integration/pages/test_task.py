"""The page of a task: all that is needed to do it, and nothing that is typed is lost."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from engine.transactions import Database
from tests import factories
from tests.integration.api.conftest import MORNING, PASSWORD, Client
from tests.integration.pages.conftest import Reader, words

FORM = {
    "type": "default",
    "id": "look",
    "components": [
        {
            "type": "textarea",
            "key": "seen",
            "label": "What you looked at",
            "validate": {"required": True, "minLength": 5},
        },
        {"type": "number", "key": "count", "label": "How many"},
    ],
}
LOOK = factories.process(
    "look",
    factories.sequence(
        factories.START,
        '<bpmn:userTask id="T_look" name="Look at it" camunda:candidateGroups="staff" camunda:formRef="look"'
        ' camunda:formRefBinding="latest"><bpmn:documentation>Look twice.</bpmn:documentation>'
        "<bpmn:extensionElements><camunda:properties>"
        '<camunda:property name="evidence" value="proof:file, link:link?, explanation:link?+version+day"/>'
        '<camunda:property name="sign" value="verified"/><camunda:property name="clauses" value="iso9001:9.1.1"/>'
        "</camunda:properties></bpmn:extensionElements></bpmn:userTask>",
        factories.user_task("T_next", groups="staff", apart="T_look"),
        factories.END,
    ),
)


@pytest.fixture
def task(database: Database, login: Callable[..., Client]) -> str:
    """The id of an open task with a form, slots and a signature."""
    factories.deploy(database, LOOK, owner="olga", forms={"look": json.dumps(FORM).encode()}, now=MORNING)
    login("anna").post("/instances", {"process": "look", "title": "A loose label"})
    (found,) = login("bert").get("/tasks", view="claimable")["items"]
    return str(found["id"])


def test_a_task_is_read_taken_on_filled_in_proven_and_signed(
    reader: Callable[[str], Reader], login: Callable[..., Client], task: str
) -> None:
    bert, at = reader("bert"), f"/tasks/{task}"
    page = bert.open(at)
    assert "Nobody has taken this on yet." in words(page)
    assert "Look twice." in words(page)
    assert not page.xpath("//task-form")
    bert.press(f"{at}/take-on")
    page = bert.open(at)
    assert "I, Bert, have verified “Look at it” in A loose label." in words(page)
    assert "What comes next: T next." in words(page)
    assert words(page, "//aside//ol[1]/li[1]").startswith("Waiting for yousince")
    assert page.xpath("//task-form/@data-rows") == ["few"]
    assert "What you looked at" in words(page, "//task-form")
    assert words(reader("anna").open(at), "//p[@class='refusal']").startswith("Bert has taken this on.")
    reader("fred").open(at, 404)

    refused = refused_page(bert, f"{at}/finish", 422, values='{"seen": "so"}', meaning="verified", password="x")
    assert [words(one, ".") for one in refused.xpath("//ul[@class='errors']/li")] == [
        "Write at least 5 signs in “What you looked at”.",
        "“Proof”: Evidence is missing: file for 'proof'.",
    ]
    assert refused.xpath("//textarea[@name='values']")[0].text == '{"seen": "so"}'
    assert "Write at least 5 signs" in refused.xpath("//task-form/@data-errors")[0]

    refused = refused_page(bert, f"{at}/evidence", 422, slot="proof", url="")
    assert "Choose a file" in words(refused, "//*[@role='alert']")
    file = {"slot": "proof", "file": (BytesIO(b"%PDF-1.7 proof"), "proof.pdf"), "effective_on": "2027-01-02"}
    bert.press(f"{at}/evidence", **file)
    page = bert.open(at)
    assert "proof.pdf" in words(page, "//ul[@data-slot='proof']")
    assert "from Sat 2 Jan · added by Bert" in words(page, "//ul[@data-slot='proof']")
    assert bert.fetch(page.xpath("//ul[@data-slot='proof']//a/@href")[0]) == b"%PDF-1.7 proof"
    explained = {"slot": "explanation", "url": "https://example.org/why", "effective_on": "2027-01-02"}
    refused = refused_page(bert, f"{at}/evidence", 422, **explained)
    assert "Say for which version it is." in words(refused, "//*[@role='alert']")
    bert.press(f"{at}/evidence", **explained, version="triage 4.2")
    assert "for version triage 4.2 · from Sat 2 Jan" in words(bert.open(at), "//ul[@data-slot='explanation']")

    values = json.dumps({"seen": "every page", "count": 3})
    wrong = refused_page(bert, f"{at}/finish", 403, values=values, meaning="verified", password="wrong")
    assert wrong.xpath("//textarea[@name='values']")[0].text == values
    assert not wrong.xpath("//input[@type='password']/@value")
    bert.press(f"{at}/finish", values=values, meaning="verified", password=PASSWORD.format("bert"))
    page = bert.open(at)
    assert "signed: verified" in words(page, "//section[@aria-labelledby='signed']")
    assert "finished “Look at it” and signed: verified" in words(page, "//aside")
    bert.press(f"{at}/amend", values=json.dumps({"seen": "every page but one", "count": 3}), reason="Miscounted")
    page = bert.open(at)
    assert "every page but one" in words(page)
    assert "Miscounted" in words(page)
    assert "Bert signed an earlier version" in words(page)


def test_what_is_typed_is_kept_and_two_tabs_overwrite_nothing(reader: Callable[[str], Reader], task: str) -> None:
    bert, at = reader("bert"), f"/tasks/{task}"
    bert.press(f"{at}/take-on")
    first = typed(bert, f"{at}/draft", {"seen": "one"}, "")
    assert first["at"] == "09:00"
    assert typed(bert, f"{at}/draft", {"seen": "one, two"}, first["version"])["version"]
    other = typed(bert, f"{at}/draft", {"seen": "three"}, first["version"], 409)
    assert other["draft"] == {"seen": "one, two"}
    form = json.loads(bert.fetch(f"{at}/form.json"))
    assert (form["draft"], form["open"]) == ({"seen": "one, two"}, True)
    assert form["wrong"]["Field is required."] == "Fill in “{label}”."
    assert "Draft saved" in words(bert.open(at), "//*[@data-draft]")
    assert typed(reader("anna"), f"{at}/draft", {}, None, 410)["said"] == "Bert has taken this on."


def test_a_task_goes_back_or_to_somebody_else_and_is_talked_about(reader: Callable[[str], Reader], task: str) -> None:
    anna, bert, at = reader("anna"), reader("bert"), f"/tasks/{task}"
    bert.press(f"{at}/take-on")
    bert.press(f"{at}/comment", text="Ask @carl first")
    assert "Ask @Carl first" in words(bert.open(at), "//section[@aria-labelledby='comments']")
    assert json.loads(bert.fetch("/mentions?q=ca"))["people"] == [{"id": "carl", "name": "Carl"}]
    assert bert.open(at).xpath("//select[@name='to']/option/@value") == ["", "anna", "carl"]
    bert.press(f"{at}/hand-over", to="carl", reason="On leave")
    assert "handed “Look at it” over to CarlOn leave" in words(bert.open(at), "//aside")
    anna.press(f"{at}/hand-over", to="bert")
    assert words(bert.open(at), "//aside//ol[1]/li[1]").startswith("Waiting for you")
    bert.press(f"{at}/give-back")
    assert "Nobody has taken this on yet." in words(bert.open(at))


def refused_page(who: Reader, address: str, status: int, **fields: Any) -> Any:
    """The page that a form comes back to."""
    return who.tree(who.press(address, status, **fields))


def typed(who: Reader, address: str, answers: dict[str, Any], over: str | None, status: int = 200) -> Any:
    """What comes of sending a draft, as the page's script does."""
    who.proof = who.proof or who.open("/").xpath("//meta[@name='csrf-token']/@content")[0]
    body, headers = {"answers": answers, "over": over}, {"X-CSRFToken": who.proof}
    return who.sent("POST", address, status, json=body, headers=headers).get_json()

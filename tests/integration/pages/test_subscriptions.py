"""Other programs that are told, on pages: made, tried, changed and let rest by administrators."""

from collections.abc import Callable

from tests.integration.api.conftest import Client
from tests.integration.pages.conftest import Reader, words

DESK = {"key": "desk", "name": "Duty desk", "address": "https://desk.example.org/steward", "types": "instance.*"}


def test_a_program_is_told_tried_given_another_secret_and_left_alone(
    reader: Callable[[str], Reader], login: Callable[..., Client]
) -> None:
    adam, api, anna = reader("adam"), login("adam"), reader("anna")
    assert "No other program is told yet." in words(adam.open("/subscriptions"))
    anna.open("/subscriptions", 403)
    anna.press("/subscriptions", 403, **DESK)
    refused = adam.tree(adam.press("/subscriptions", 422, **DESK | {"address": "desk"}))
    assert words(refused, "//*[@id='subscribe-address-wrong']")
    assert refused.xpath("//input[@name='types']/@value") == ["instance.*"]
    made = words(adam.tree(adam.press("/subscriptions", 200, **DESK)), "//main//code")
    assert made.startswith("whsec_")
    assert made not in adam.fetch("/subscriptions/desk").decode()
    again = adam.tree(adam.press("/subscriptions", 422, **DESK))
    assert "with this key already" in words(again, "//*[@id='subscribe-key-wrong']")
    other = words(adam.tree(adam.press("/subscriptions/desk/secret", 200)), "//main//code")
    assert other != made

    delivery = adam.press("/subscriptions/desk/test").headers["Location"]
    assert "Nobody has tried to send it yet." in words(adam.open(delivery))
    assert adam.open("/subscriptions/desk").xpath(f"//a[@href='{delivery}']")
    adam.press("/subscriptions/desk/pause")
    adam.press("/subscriptions/desk", **DESK | {"types": "task.completed, step.stuck"})
    kept = api.get("/subscriptions/desk")
    assert (kept["number"], kept["active"], kept["types"]) == (3, False, ["task.completed", "step.stuck"])
    assert "Tell it again" in words(adam.open("/subscriptions/desk"), "//aside")
    adam.press("/subscriptions/desk/resume")
    assert api.get("/subscriptions/desk")["active"]
    adam.open("/subscriptions/none", 404)
    adam.press("/subscriptions/none/secret", 404)

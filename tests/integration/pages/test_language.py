"""Pages speak the language that a reader's browser asks for, as far as a catalogue goes."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.integration.api.conftest import Client
from tests.integration.pages.conftest import signed_in
from tools import catalogue
from web.app import create_app
from web.services import Services

MARKED = re.compile(r"«[^«»]*»")
DATA = {"Steward", "Anna", "anna", "Olga", "Staff", "Three", "three", "ask", "do", "check", "Ctrl", "Enter", "Esc"}
"""Names and keys, which no catalogue has."""
PAGES = (
    "/",
    "/cases",
    "/calendar",
    "/dashboard",
    "/deliveries",
    "/stuck",
    "/substitutes",
    "/account",
    "/search?q=nothing",
    "/nowhere",
    "/start",
    "/processes",
    "/on-call",
    "/registers",
    "/my-work/duties",
)


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue in which every sentence stands between marks."""
    folder = tmp_path_factory.mktemp("catalogues")
    lies = folder / "eo" / "LC_MESSAGES"
    lies.mkdir(parents=True)
    known = catalogue.sentences()
    for one in known:
        one.string = tuple(f"«{said}»" for said in one.id) if isinstance(one.id, tuple) else f"«{one.id}»"
    catalogue.write(known, lies)
    return folder


def left_in_english(page: Any) -> set[str]:
    """Words of a page that stand in no sentence of the catalogue; what one chooses from is data, and so are tokens."""
    texts = "//body//text()[not(ancestor::option or ancestor::section[@aria-labelledby='tokens'])]"
    said = " ".join(page.xpath(f"{texts} | //body//@aria-label | //body//@placeholder"))
    while (outside := MARKED.sub(" ", said)) != said:
        said = outside
    return set(re.findall(r"[A-Za-z]{2,}", said)) - DATA


def test_every_sentence_of_a_page_is_said_in_the_language_of_its_reader(
    marked: Path, services: Services, login: Callable[..., Client], three: str
) -> None:
    case = login("anna").post("/instances", {"process": "three"})["id"]
    client = create_app(replace(services, catalogues=marked)).test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "eo, en;q=0.5"
    anna = signed_in(client, "anna")
    task = anna.open("/").xpath("//a[@class='row-link']/@href")[0]
    found = {address: left_in_english(anna.tree(client.get(address))) for address in (*PAGES, f"/cases/{case}", task)}
    assert {address: words for address, words in found.items() if words} == {}
    assert anna.open("/").xpath("/html/@lang") == ["eo"]

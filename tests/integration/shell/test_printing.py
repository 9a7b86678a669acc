"""Documents on paper: by the template that the process brings along, and with the content inside."""

import re
import zlib
from uuid import UUID

import pytest
from sqlalchemy import update

from engine import printing
from engine.errors import NotFound
from engine.store.people import PersonRow
from engine.store.records import FrozenDocument
from tests.integration.shell.conftest import House
from tests.integration.shell.test_freezing import freezing, frozen

PAPER = b"""
#import "paper.typ": *
#let doc = json("document.json")
#let about = json("about.json")
#page-of(about)[#doc.what, by #about.people.at(doc.what, default: "nobody") in #about.case.title]
#pdf.attach("document.json", relationship: "source", mime-type: "application/json", description: "The content")
"""
SHARED = b'#let page-of(about, body) = { set document(title: about.name); set text(lang: "en"); body }'
TEMPLATES = {"forms/Pack.typ": PAPER, "paper.typ": SHARED}


def begun(house: House, beside: dict[str, bytes], what: str = "model") -> FrozenDocument:
    house.deploy(freezing(), beside=beside)
    case = house.start("freezer", {"what": what, "score": 0.5})
    house.do(case, "T_say")
    return frozen(house)[-1]


def pdf(house: House, document: UUID, *, by: str = "anna") -> bytes:
    return house.read(lambda session: printing.sheet(session, document, by=house.who[by])).printed()


def streams(printed: bytes) -> list[bytes]:
    """What a PDF holds, unpacked where it is packed."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", printed, re.S)
    return [zlib.decompress(one) if one[:1] == b"x" else one for one in found]


def test_a_document_is_printed_as_pdf_a_with_its_content_inside(house: House):
    document = begun(house, TEMPLATES)

    printed = pdf(house, document.id)

    assert printed.startswith(b"%PDF-")
    assert b"<pdfaid:part>3</pdfaid:part>" in printed
    assert document.content in streams(printed)
    assert pdf(house, document.id) == printed


def test_the_name_of_somebody_in_the_content_is_told_to_the_template(house: House):
    document = begun(house, TEMPLATES, what="bert")
    before = pdf(house, document.id)
    with house.database.writing() as session:
        session.execute(update(PersonRow).where(PersonRow.id == "bert").values(name="Bert the Second"))

    assert pdf(house, document.id) != before


def test_a_case_is_printed_by_the_templates_of_its_own_version(house: House):
    document = begun(house, TEMPLATES)
    before = pdf(house, document.id)
    house.deploy(freezing(), beside={"Pack.typ": b"= Another"})

    assert pdf(house, document.id) == before


def test_without_a_template_there_is_nothing_to_print(house: House):
    document = begun(house, {"other.typ": PAPER})

    with pytest.raises(NotFound, match=r"no template Pack\.typ"):
        pdf(house, document.id)


def test_who_may_not_see_the_case_knows_of_no_document(house: House):
    document = begun(house, TEMPLATES)
    stranger = house.who["anna"].__class__(id="fred", name="Fred")

    with pytest.raises(NotFound, match="no document"):
        house.read(lambda session: printing.sheet(session, document.id, by=stranger))

"""Files from strangers: whatever they hold, the answer is a list of problems."""

import pytest

from engine.core.profile import check
from engine.core.safe_xml import UnsafeXml, parse, read

BPMN = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
MANY = " ".join(f'a{n}="1"' for n in range(101))
LAUGHS = "".join(f"<!ENTITY l{n} '" + f"&l{n - 1};" * 10 + "'>" for n in range(1, 10))
START = '<process id="p" isExecutable="true">'

BATTERY = {
    "billion laughs": (f'<!DOCTYPE d [<!ENTITY l0 "ha">{LAUGHS}]><d>&l9;</d>', "xml-doctype"),
    "external entity": ('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>', "xml-doctype"),
    "parameter entity": ('<!DOCTYPE d [<!ENTITY % x SYSTEM "http://x.example/a.dtd"> %x;]><d/>', "xml-doctype"),
    "external document type": ('<!DOCTYPE d SYSTEM "http://x.example/a.dtd"><d/>', "xml-doctype"),
    "empty document type": ("<!DOCTYPE d><d/>", "xml-doctype"),
    "undeclared entity": (f"<definitions {BPMN}>&nbsp;</definitions>", "xml-malformed"),
    "nested without end": ("<a>" * 100_000, "xml-too-deep"),
    "nested and closed": ("<a>" * 5_000 + "</a>" * 5_000, "xml-too-deep"),
    "very many elements": (f"<a>{'<b/>' * 100_001}</a>", "xml-too-large"),
    "very many attributes": (f"<a {MANY}/>", "xml-too-large"),
    "a huge attribute": (f'<a b="{"x" * 100_001}"/>', "xml-too-large"),
    "a huge text": (f"<a>{'x' * 100_001}</a>", "xml-too-large"),
    "a huge file": (f"<a>{'<b>xxxxxxxxxx</b>' * 300_000}</a>", "xml-too-large"),
    "nothing": ("", "xml-empty"),
    "blanks": ("  \n ", "xml-empty"),
    "a byte order mark and nothing": ("\ufeff", "xml-empty"),
    "no XML": ("Dear admin,", "xml-malformed"),
    "half a file": (f"<definitions {BPMN}>{START}", "xml-malformed"),
    "two roots": ("<a/><a/>", "xml-malformed"),
    "an undeclared prefix": ("<b:definitions/>", "xml-malformed"),
    "the same attribute twice": ('<a b="1" b="2"/>', "xml-malformed"),
    "an unknown encoding": ('<?xml version="1.0" encoding="klingon"?><a/>', "xml-malformed"),
    "a control sign": ("<a>\x00</a>", "xml-malformed"),
    "other XML": ("<html/>", "not-bpmn"),
    "BPMN of no namespace": ("<definitions/>", "not-bpmn"),
}


@pytest.mark.parametrize(("text", "code"), BATTERY.values(), ids=BATTERY)
def test_a_hostile_file_gets_one_problem_with_a_place_and_a_remedy(text, code):
    (problem,) = check({"p.bpmn": text.encode()})

    assert (problem.code, problem.severity, problem.file) == (code, "error", "p.bpmn")
    assert problem.line is not None
    assert problem.line >= 1
    assert problem.column is not None
    assert problem.column >= 1
    assert problem.remedy.endswith((".", "?"))


@pytest.mark.parametrize("text", [text for text, code in BATTERY.values() if code != "not-bpmn"])
def test_a_hostile_table_is_answered_as_well(text):
    assert check({"t.dmn": text.encode()})[0].severity == "error"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{",
        b"null",
        b'{"components": 3}',
        b'{"components": [3, {"components": 4}]}',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_a_hostile_form_raises_nothing(data):
    assert isinstance(check({"f.form": data}), tuple)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings_that_xml_knows_are_read(encoding):
    xml = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>\n<definitions {BPMN} name="Größe"/>'

    assert parse(xml.encode(encoding), "p.bpmn").get("name") == "Größe"


def test_wrong_bytes_for_the_encoding_are_refused():
    with pytest.raises(UnsafeXml) as caught:
        parse('<?xml version="1.0" encoding="utf-8"?>\n<a b="ö"/>'.encode("latin-1"), "p.bpmn")

    assert (caught.value.problem.code, caught.value.problem.line) == ("xml-malformed", 2)


def test_places_are_those_of_the_authors_file():
    document = read(b'<?xml version="1.0"?>\n<!-- a\n b --><a>\n   <b\n  c="1"><?pi?><d/></b>\n</a>', "p.xml")
    places = {str(element.tag): document.place(element) for element in document.root.iter()}

    assert places == {"a": (3, 7), "b": (4, 4), "d": (5, 15)}


def test_a_byte_order_mark_moves_no_place():
    document = read("\ufeff<a>\n<b/></a>".encode(), "p.xml")

    assert [document.place(element) for element in document.root.iter()] == [(1, 1), (2, 1)]


def test_comments_and_instructions_leave_no_trace():
    root = parse(b"<a><!-- x --><?php run ?><b/></a>", "p.xml")

    assert [child.tag for child in root] == ["b"]

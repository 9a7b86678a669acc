"""What a case has frozen, from the command line: listed, shown, printed."""

from tests.integration.shell.test_freezing import freezing

PAPER = '#set document(title: "Pack")\n#set text(lang: "en")\n#json("document.json").what\n'
HENRIK = ("--as", "henrik.lund")


def test_a_document_is_listed_shown_and_printed_by_the_template_that_was_deployed_with_it(house, tmp_path):
    folder = tmp_path / "freezer"
    folder.mkdir()
    (folder / "freezer.bpmn").write_bytes(freezing().replace(b"staff", b"quality_manager"))
    (folder / "Pack.typ").write_text(PAPER)
    house.login("deniz.aydin", "henrik.lund")
    made = house.json("--as", "deniz.aydin", "deploy", str(folder))
    house.run(*HENRIK, "release", made["id"], "--owner", "henrik.lund")
    case = house.json(*HENRIK, "start", "freezer", "-a", "what=model", "-a", "score=0.5")["id"]
    [task] = house.json(*HENRIK, "tasks", "--claimable")
    house.run(*HENRIK, "claim", task["id"])
    house.run(*HENRIK, "complete", task["id"])

    [document] = house.json(*HENRIK, "document", "list", case)
    target = tmp_path / "pack.pdf"
    said = house.says(*HENRIK, "document", "pdf", document["id"], "--to", str(target))

    assert target.read_bytes().startswith(b"%PDF-")
    assert said.strip() == f"{target}: {target.stat().st_size} bytes"

"""An admin takes a process along, changes it, and brings it back."""

from tests.acceptance.program.served import ROOT

PROCESS = "corrective_action"


def test_a_kit_holds_what_is_deployed_and_goes_back_as_it_was(serving, tmp_path):
    served = serving().start()
    served.run("login", "deniz.aydin", STEWARD_PASSWORD=served.people["deniz.aydin"])
    place = tmp_path / "kit"

    served.run("--as", "deniz.aydin", "kit", PROCESS, "--to", str(place))

    shipped = [path for path in (ROOT / "processes" / PROCESS).iterdir() if path.suffix in (".bpmn", ".dmn", ".form")]
    assert {path.name: path.read_bytes() for path in place.iterdir() if path.is_file()} == {
        path.name: path.read_bytes() for path in shipped
    }
    templates = place / ".camunda" / "element-templates"
    assert (templates / "human_task.json").is_file()

    diagram = place / f"{PROCESS}.bpmn"
    diagram.write_bytes(diagram.read_bytes().replace(b'name="Register nonconformity"', b'name="Register it"'))
    refused = served.run("--as", "deniz.aydin", "kit", PROCESS, "--to", str(place), expect=2)
    assert "is there already and differs" in refused.output
    made = served.json("--as", "deniz.aydin", "deploy", str(place), "--name", PROCESS)
    assert [(one["key"], one["version"], one["status"]) for one in made["definitions"]] == [(PROCESS, 2, "waiting")]

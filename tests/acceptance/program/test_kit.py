"""An admin takes a process along, changes it, and brings it back: by command, and by the modeler's own button."""

import json
import urllib.error
import urllib.request
from base64 import b64encode
from io import BytesIO
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.test import stream_encode_multipart

from tests.acceptance.program.served import ROOT, Served

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

    files = {path.name: path.read_bytes() for path in place.iterdir() if path.is_file()}
    broken = files | {diagram.name: files[diagram.name].replace(b'sourceRef="T_register"', b'sourceRef="T_gone"', 1)}
    status, said = pressed(served, "deniz.aydin", broken)
    assert (status, said["type"]) == (400, "ParseException")
    assert any(f"{diagram.name}, line " in line and "T_gone" in line for line in said["message"].split("\n"))
    status, said = pressed(served, "deniz.aydin", files)
    assert (status, [one.rpartition(":")[0] for one in said["deployedProcessDefinitions"]]) == (200, [f"{PROCESS}:3"])


def pressed(served: Served, person: str, files: dict[str, bytes]) -> tuple[int, Any]:
    """Deploy over the network as a modeler does, which gives up after five seconds; status and what was said."""
    told = {"deployment-name": PROCESS, "deployment-source": "Camunda Modeler", "enable-duplicate-filtering": "true"}
    parts = {name: FileStorage(BytesIO(data), filename=name) for name, data in files.items()}
    body, _, edge = stream_encode_multipart(told | parts)
    login = b64encode(f"{person}:{served.people[person]}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Content-Type": f"multipart/form-data; boundary={edge}"}
    asked = urllib.request.Request(f"{served.address}/rest/deployment/create", body.read(), headers)
    try:
        with urllib.request.urlopen(asked, timeout=5) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())

"""Packs: picked records in one file, checked offline, without anything confidential."""

import json
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from engine import registers
from engine.identity.people import SETUP
from engine.transactions import Database
from tests.factories import END, START, process, sequence, user_task
from tests.integration.api.conftest import MORNING, Client
from tests.integration.api.test_records import PROVE, Login, hand_in
from tests.integration.deliveries.test_mail import CONFIDENTIAL
from tests.integration.registers.conftest import FORM, MACHINES, PRESS
from web import packing

PERIOD = {"since": "2027-01-01T00:00:00+01:00", "until": "2028-01-01T00:00:00+01:00"}


def packed(client: Client, **query: Any) -> bytes:
    answer = client.send("GET", "/pack", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.get_data()


def read(data: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def keep(database: Database, **more: Any) -> None:
    with database.writing() as session:
        registers.define(session, MACHINES | more, json.dumps(FORM).encode(), by=SETUP, now=MORNING)


def prove(client: Client, proof: bytes) -> str:
    """A case whose task has a file as evidence."""
    case = client.post("/instances", {"process": "prove"})["id"]
    [task] = client.get(f"/instances/{case}/tasks")["items"]
    client.post(f"/tasks/{task['id']}/claim")
    client.expect(201, hand_in(client, task, slot="report", file=(BytesIO(proof), "../certificate.pdf")))
    return str(case)


def test_ten_records_are_packed_with_their_evidence_and_checked_without_a_server(
    login: Login, in_force: Any, database: Database
) -> None:
    in_force(process("prove", sequence(START, PROVE, END)))
    keep(database)
    anna = login("anna")
    anna.post("/registers/reg_machines/rows", {"values": PRESS})
    ids = [prove(anna, f"%PDF certificate {number}".encode()) for number in range(9)]

    data = packed(anna, cases=",".join(ids), rows="reg_machines:press", **PERIOD)

    files = read(data)
    assert sorted({name.split("/")[0] for name in files}) == ["cases", "figures.json", "manifest.json", "rows"]
    assert sum(name.endswith("/case.json") for name in files) == 9
    assert {content for name, content in files.items() if "/evidence/" in name} == {
        f"%PDF certificate {number}".encode() for number in range(9)
    }
    assert not any(".." in name.split("/") for name in files)
    assert json.loads(files["rows/reg_machines/press.json"])["values"]["name"] == PRESS["name"]
    trail = json.loads(files[f"cases/{ids[0]}/trail.json"])
    shown = anna.get(f"/instances/{ids[0]}/trail")["items"]
    assert [(one["number"], one["hash"]) for one in trail] == [(one["number"], one["hash"]) for one in shown]
    assert packing.faults(data) == []
    assert packed(anna, cases=",".join(ids), rows="reg_machines:press", **PERIOD) == data
    with ZipFile(changed := BytesIO(), "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content.replace(b"certificate 3", b"certificate 4"))
    [fault] = packing.faults(changed.getvalue())
    assert fault.endswith("certificate.pdf was changed.")


def test_two_cases_under_one_key_are_both_in_a_pack_and_no_key_is_a_path(login: Login, in_force: Any) -> None:
    in_force(process("prove", sequence(START, PROVE, END)))
    anna = login("anna")
    keys = ["../../NC 1", "../../NC 1", ".."]
    ids = [anna.post("/instances", {"process": "prove", "business_key": key})["id"] for key in keys]

    files = read(packed(anna, cases=",".join(ids)))

    assert {json.loads(data)["id"] for name, data in files.items() if name.endswith("/case.json")} == set(ids)
    assert all(len(name.split("/")) == 3 and ".." not in name.split("/") for name in files if name != "manifest.json")


def test_nothing_confidential_leaves_the_house_in_a_pack(login: Login, in_force: Any, database: Database) -> None:
    in_force(process("prove", sequence(START, PROVE, END)))
    secret = process("secret", sequence(START, user_task("T_secret", groups="staff"), END))
    in_force(secret.replace(b'isExecutable="true">', CONFIDENTIAL.encode()))
    keep(database, may_read=["staff"])
    anna, fred = login("anna"), login("fred")
    anna.post("/registers/reg_machines/rows", {"values": PRESS})
    case, hidden = prove(anna, b"%PDF"), anna.post("/instances", {"process": "secret"})["id"]

    def refused(client: Client, **query: Any) -> int:
        return client.send("GET", "/pack", query_string=query).status_code

    assert refused(anna, cases=f"{case},{hidden}") == 422
    assert refused(fred, cases=hidden) == refused(fred, cases=case) == 404
    assert refused(anna, rows="reg_machines:press") == 422
    assert refused(fred, rows="reg_machines:press") == 404
    assert refused(anna) == refused(anna, cases="one") == refused(anna, cases=case, since=PERIOD["since"]) == 422
    assert hidden not in str(read(packed(anna, cases=case, **PERIOD)))

"""Everything is recomputed outside of requests: one at a time, whoever dies, and by the same rules as the command."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import evidence, seals, tasks
from engine.errors import Conflict, Forbidden
from engine.identity import mandates
from engine.identity.person import Mandate, Person
from engine.ids import new_id
from engine.store import Table
from engine.store.base import table_of
from engine.store.records import AuditEntry
from engine.store.records import Chain as ChainRow
from engine.store.running import Instance, Task
from engine.store.verifications import FindingRow, VerificationRow
from engine.vault import Store
from engine.verifications import sight, starting, walking
from engine.verifications.walking import MOST_TRIES, Verifier
from engine.verify import Report, verify
from tests.factories import END, NOW, START, process, sequence, three_tasks
from tests.integration.shell.conftest import House

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
MACHINE, LEASE = NOW, timedelta(hours=1)
"""The machine's moment, which stands still until a lease has to run out; and when any has."""
PROVE = (
    '<bpmn:userTask id="T_prove" name="Prove it" camunda:candidateGroups="staff"><bpmn:extensionElements>'
    '<camunda:properties><camunda:property name="evidence" value="photos:file*?"/></camunda:properties>'
    "</bpmn:extensionElements></bpmn:userTask>"
)
SECRET = (
    three_tasks()
    .replace(b'id="three"', b'id="secret"')
    .replace(
        b'isExecutable="true">',
        b'isExecutable="true"><bpmn:extensionElements><camunda:properties><camunda:property name="confidential"'
        b' value="true"/></camunda:properties></bpmn:extensionElements>',
    )
)


@pytest.fixture
def verifier(house: House, tmp_path: Path) -> Verifier:
    """Recomputes what olga starts, who manages the platform."""
    house.who["olga"] = replace(house.who["olga"], platform_admin=True)
    return Verifier(house.database, tmp_path / "evidence", KEY.public_key)


def drained(house: House, verifier: Verifier, *, machine_now: datetime = MACHINE) -> int:
    """Let a worker do all that is to be done; how many pieces that was."""
    done = 0
    while pieces := verifier.drain(now=house.now, machine_now=machine_now):
        done += pieces
    return done


def run(house: House, verification: UUID) -> VerificationRow:
    return house.read(lambda session: session.get_one(VerificationRow, verification))


def found(house: House, verification: UUID, by: str | None = None) -> list[tuple[Any, ...]]:
    """What was found; as far as `by` is told."""
    columns = (FindingRow.kind, FindingRow.chain, FindingRow.entry, FindingRow.record, FindingRow.why)
    query = select(*columns).where(FindingRow.verification_id == verification).order_by(FindingRow.id)

    def look(session: Session) -> list[tuple[Any, ...]]:
        told = [sight.told(session, house.who[by])] if by else []
        return [tuple(row) for row in session.execute(query.where(*told))]

    return house.read(look)


def commanded(house: House, verifier: Verifier) -> Report:
    """What the command says."""
    return house.read(lambda session: verify(session, KEY.public_key(), evidence=verifier.evidence))


def as_found(report: Report) -> list[tuple[Any, ...]]:
    return [(one.kind, one.chain, one.number, one.record, one.why) for one in report.findings]


def behind_the_back(house: House, *statements: Any) -> None:
    with house.database.writing() as session:
        for statement in statements:
            session.execute(statement)


def forget(house: House, case: UUID) -> None:
    """Delete a case with all that refers to it; its trail stays."""
    for table in reversed(Table.metadata.sorted_tables):
        own = {key.column.table.name: key.parent for key in table.foreign_keys}
        if "instances" in own:
            behind_the_back(house, delete(table).where(own["instances"] == case))
        elif "tasks" in own:
            tasks = select(Task.id).where(Task.instance_id == case)
            behind_the_back(house, delete(table).where(own["tasks"].in_(tasks)))
    behind_the_back(house, delete(Instance).where(Instance.id == case))


def test_a_verification_finds_what_the_command_finds(house: House, verifier: Verifier) -> None:
    house.deploy(three_tasks())
    altered, beside, gone, sound = (house.start("three", {"what": f"leak {number}"}) for number in range(4))
    house.do(altered, "T_ask")
    house.act(mandates.note_read, "/cases", by="dora")
    with house.database.writing() as session:
        seals.seal(session, KEY, now=house.now)
    entry = (AuditEntry.chain == str(altered)) & (AuditEntry.number == 3)
    behind_the_back(house, update(AuditEntry).where(entry).values(actor="bert"))
    behind_the_back(house, update(Task).where(Task.instance_id == beside).values(name="Other"))
    behind_the_back(house, delete(ChainRow).where(ChainRow.key == "reads:dora"))
    forget(house, gone)

    verification = house.act(starting.start, by="olga")
    assert drained(house, verifier) > 1
    report = commanded(house, verifier)
    assert sorted(found(house, verification)) == sorted(as_found(report))
    assert {finding.chain for finding in report.findings} == {str(altered), str(beside), str(gone), "reads:dora"}
    row = run(house, verification)
    assert (row.status, row.started_by, row.begun_at, row.ended_at) == ("done", "olga", house.now, house.now)
    assert row.chains == row.in_all == report.chains
    assert (row.seals, row.erased, row.files) == (report.seals, report.erased, report.files)
    assert row.entries == report.entries - len(house.said("platform", "verification.ended"))
    assert str(sound) not in {chain for _kind, chain, *_rest in found(house, verification)}


def test_a_file_that_was_altered_and_one_that_is_gone_are_found(house: House, verifier: Verifier) -> None:
    house.deploy(process("proof", sequence(START, PROVE, END)))
    task = house.task(house.start("proof"), "T_prove")
    house.act(lambda session, by, now: _claim_and_prove(session, task, verifier.evidence, by, now), by="anna")
    whole = house.act(starting.start, by="olga")
    drained(house, verifier)
    assert (run(house, whole).files, found(house, whole)) == (3, [])

    one, two, _three = sorted(path for path in verifier.evidence.rglob("*") if path.is_file())
    one.write_bytes(b"something else")
    two.unlink()
    later = house.act(starting.start, by="olga")
    drained(house, verifier)
    assert sorted(kind for kind, *_rest in found(house, later)) == ["altered", "missing"]
    assert found(house, later) == as_found(commanded(house, verifier))


def _claim_and_prove(session: Session, task: UUID, folder: Path, by: Person, now: datetime) -> None:
    tasks.claim(session, task, by=by, now=now)
    for number in range(3):
        data, told = f"photo {number}".encode(), {"name": f"{number}.txt", "media_type": "text/plain", "slot": "photos"}
        evidence.add_file(session, task, store=Store(folder), data=data, **told, by=by, now=now)


def test_of_two_who_start_at_once_one_is_told_that_it_is_under_way(house: House, verifier: Verifier) -> None:
    house.who["dora"] = replace(house.who["dora"], platform_admin=True)
    answers: list[object] = []

    def begin(person: str) -> None:
        try:
            answers.append(house.act(starting.start, by=person))
        except Conflict as refused:
            answers.append(refused.code)

    both = [Thread(target=begin, args=[person]) for person in ("olga", "dora")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(isinstance(one, UUID) for one in answers) == [False, True]
    assert "conflict" in answers
    assert len(house.said("platform", "verification.started")) == 1

    first = run(house, _one(answers))
    row = {column.key: getattr(first, column.key) for column in table_of(VerificationRow).c}
    with pytest.raises(IntegrityError, match=r"verifications_one_at_a_time|verifications\.status"):
        behind_the_back(house, insert(VerificationRow).values(row | {"id": new_id()}))
    drained(house, verifier)
    assert house.act(starting.start, by="dora") != _one(answers)


def _one(answers: list[object]) -> UUID:
    return next(one for one in answers if isinstance(one, UUID))


def test_what_a_worker_left_behind_when_it_died_another_one_takes_up(
    house: House, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "A_PIECE", 1)
    house.deploy(three_tasks())
    for _number in range(6):
        house.start("three")
    verification = house.act(starting.start, by="olga")
    assert [verifier.drain(now=house.now, machine_now=MACHINE) for _piece in range(3)] == [1, 1, 1]
    come = run(house, verification)
    assert 0 < come.chains < come.in_all
    assert house.act(walking.take, machine_now=MACHINE, by="olga") is not None  # And with that it dies.
    another = Verifier(house.database, verifier.evidence, KEY.public_key)
    assert another.drain(now=house.now, machine_now=MACHINE + walking.LEASE) == 0
    assert drained(house, another, machine_now=MACHINE + LEASE) > 1
    done = run(house, verification)
    assert (done.status, done.chains, done.in_all) == ("done", come.in_all, come.in_all)
    assert commanded(house, verifier).holds


def test_what_two_workers_looked_at_counts_once(house: House, verifier: Verifier) -> None:
    house.deploy(three_tasks())
    house.start("three")
    verification = house.act(starting.start, by="olga")
    slow = house.act(walking.take, machine_now=MACHINE, by="olga")
    assert slow is not None
    piece = verifier.looked_at(slow)
    drained(house, Verifier(house.database, verifier.evidence, KEY.public_key), machine_now=MACHINE + LEASE)
    before = run(house, verification)
    kept = {"verification": verification, "piece": piece}
    assert house.act(walking.keep, **kept, by="olga") is False
    assert run(house, verification).chains == before.chains == before.in_all


def test_a_verification_on_which_no_worker_gets_on_is_broken_off_and_can_be_started_again(
    house: House, verifier: Verifier
) -> None:
    verification = house.act(starting.start, by="olga")
    for again in range(MOST_TRIES):
        assert house.act(walking.take, machine_now=MACHINE + again * LEASE, by="olga") is not None
    house.later(hours=1)
    assert verifier.drain(now=house.now, machine_now=MACHINE + MOST_TRIES * LEASE) == 0
    row = run(house, verification)
    assert (row.status, row.ended_at, row.chains) == ("broken_off", house.now, 0)
    assert house.said("platform", "verification.ended")[0]["status"] == "broken_off"

    again = house.act(starting.start, by="olga")
    drained(house, verifier)
    assert run(house, again).status == "done"
    assert commanded(house, verifier).holds


def test_a_worker_knows_since_when_there_is_something_to_do(house: House, verifier: Verifier) -> None:
    before = house.now - timedelta(days=1)
    assert house.read(lambda session: walking.next_due(session, before)) is None
    house.act(starting.start, by="olga")
    assert house.read(lambda session: walking.next_due(session, before)) == house.now
    drained(house, verifier)
    assert house.read(lambda session: walking.next_due(session, before)) is None


def test_an_auditor_verifies_what_his_mandate_covers_and_others_nothing(house: House, verifier: Verifier) -> None:
    house.deploy(three_tasks(), three_tasks().replace(b'id="three"', b'id="other"'))
    mine, others = house.start("three"), house.start("other")
    behind_the_back(house, update(Task).values(name="Other"))
    mandate = Mandate(ends_at=house.now + timedelta(days=9), processes=frozenset({"three"}))
    dora = house.who["dora"]
    house.who["dora"] = replace(dora, auditor=True, mandate=mandate)
    house.who["carl"] = replace(house.who["carl"], auditor=True, mandate=replace(mandate, processes=frozenset()))
    for person in ("anna", "bert"):
        house.who["bert"] = replace(house.who["bert"], auditor=True)
        with pytest.raises(Forbidden):
            house.act(starting.start, by=person)

    verification = house.act(starting.start, by="dora")
    drained(house, verifier)
    row = run(house, verification)
    assert (row.status, row.chains, row.in_all) == ("done", 1, 1)
    assert {chain for _kind, chain, *_rest in found(house, verification)} == {str(mine)}
    whole = house.act(starting.start, by="carl")
    drained(house, verifier)
    assert {chain for _kind, chain, *_rest in found(house, whole, "carl")} == {str(mine), str(others)}
    ids = select(VerificationRow.id).order_by(VerificationRow.id)
    seen = {
        one: house.read(lambda s, one=one: list(s.scalars(ids.where(sight.seen(house.who[one]))))) for one in house.who
    }
    assert seen["dora"] == [verification]
    assert seen["carl"] == seen["olga"] == [verification, whole]


def test_what_is_found_of_a_confidential_case_is_told_to_its_own_people_and_counted_nowhere(
    house: House, verifier: Verifier
) -> None:
    house.deploy(SECRET)
    house.deploy(three_tasks())
    house.start("three")
    before = house.act(starting.start, by="olga")
    drained(house, verifier)
    secret = house.start("secret")
    house.do(secret, "T_ask")
    behind_the_back(house, update(Task).where(Task.instance_id == secret).values(name="Other"))
    house.who["anna"] = replace(house.who["anna"], platform_admin=True)

    verification = house.act(starting.start, by="olga")
    drained(house, verifier)
    assert (run(house, verification).chains, found(house, verification, "olga")) == (run(house, before).chains, [])
    told = found(house, verification, "anna")
    assert {chain for _kind, chain, *_rest in told} == {str(secret)}
    assert told == as_found(commanded(house, verifier))
    first, second = house.said("platform", "verification.ended")
    assert first["digest"] == second["digest"]

    forget(house, secret)
    after = house.act(starting.start, by="olga")
    drained(house, verifier)
    assert found(house, after, "olga") == []
    assert {chain for _kind, chain, *_rest in found(house, after)} == {str(secret)}


def test_what_is_kept_of_a_verification_is_held_against_the_trail_itself(house: House, verifier: Verifier) -> None:
    house.deploy(three_tasks())
    case = house.start("three")
    behind_the_back(house, update(Task).where(Task.instance_id == case).values(name="Other"))
    house.act(starting.start, by="olga")
    drained(house, verifier)
    of_it = [one for one in commanded(house, verifier).findings if one.record == "verifications"]
    assert of_it == []
    for change in (update(VerificationRow).values(entries=1), delete(FindingRow)):
        behind_the_back(house, change)
        (one,) = [one for one in commanded(house, verifier).findings if one.record == "verifications"]
        assert (one.kind, one.chain) == ("altered", "platform")

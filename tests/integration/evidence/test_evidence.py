"""Evidence lies in slots, byte for byte under its digest; newer versions keep the older."""

import os
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select, update

from engine import evidence, instances, tasks
from engine.core.model import grammar
from engine.errors import Broken, Conflict, Forbidden, Invalid, NotFound, TaskClosed
from engine.evidence import Store
from engine.store.records import AuditEntry, Evidence
from engine.store.running import Task
from engine.transactions import Database
from engine.verify import verify
from tests.factories import NOW, START, deploy, people, process, sequence

END = '<bpmn:endEvent id="end"/>'
SLOTS = "report:file, link:file|link?, photos:file*?, explanation:file|link?+version+day"
TASK = (
    '<bpmn:userTask id="T_prove" name="Prove it" camunda:candidateGroups="staff"><bpmn:extensionElements>'
    f'<camunda:properties><camunda:property name="evidence" value="{SLOTS}"/></camunda:properties>'
    "</bpmn:extensionElements></bpmn:userTask>"
)
PDF = b"%PDF-1.7 what was found"


class World:
    """One case with one task that anna holds."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.store = database, Store(folder, max_bytes=1_000)
        self.who = people(database, "olga", "zoe", staff=["anna", "bert"])
        deploy(database, process("proof", sequence(START, TASK, END)), owner="olga")
        self.case = self.act("anna", lambda s, by, now: instances.start(s, "proof", by=by, now=now))
        with database.reading() as session:
            self.task = session.scalars(select(Task.id)).one()
        self.act("anna", lambda s, by, now: tasks.claim(s, self.task, by=by, now=now))

    def act(self, who: str, verb, *, minutes: int = 0):
        now, by = NOW + timedelta(minutes=minutes), self.who[who]
        return self.database.perform(lambda session: verb(session, by, now), by=by, now=now)

    def file(self, data: bytes = PDF, *, who: str = "anna", minutes: int = 0, **given):
        told = {"name": "report.pdf", "media_type": "application/pdf", "slot": "report"} | given
        return self.act(
            who,
            lambda s, by, now: evidence.add_file(s, self.task, store=self.store, data=data, **told, by=by, now=now),
            minutes=minutes,
        )

    def link(self, url: str = "https://example.org/a", *, who: str = "anna", **given):
        told = {"name": "a page", "slot": "link"} | given
        return self.act(who, lambda s, by, now: evidence.add_link(s, self.task, url=url, **told, by=by, now=now))

    def complete(self, *, minutes: int = 1):
        return self.act(
            "anna", lambda s, by, now: tasks.complete(s, self.task, answers={}, by=by, now=now), minutes=minutes
        )


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    return World(database, tmp_path / "evidence")


def test_a_file_is_kept_under_its_digest_with_the_day_it_speaks_of(world):
    row = world.file(effective_on=date(2026, 12, 30), minutes=5)

    assert (row.kind, row.name, row.media_type, row.size) == ("file", "report.pdf", "application/pdf", len(PDF))
    assert (row.effective_on, row.received_at, row.by) == (date(2026, 12, 30), NOW + timedelta(minutes=5), "anna")
    assert world.store.read(row.sha256) == PDF


def test_a_required_slot_must_be_filled_and_text_fills_none(world):
    with pytest.raises(Invalid) as refusal:
        world.complete()
    assert refusal.value.problems == {"report": ["Evidence is missing: file for 'report'."]}

    world.file()
    world.complete()
    with world.database.reading() as session:
        assert session.get_one(Task, world.task).status == "completed"


def test_a_link_goes_where_links_may(world):
    row = world.link()
    assert (row.kind, row.url, row.sha256) == ("link", "https://example.org/a", None)
    with pytest.raises(Invalid, match="takes files only"):
        world.link(slot="report")
    with pytest.raises(NotFound):
        world.store.read(row.sha256)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "ftp://example.org",
        "https://",
        "https://me:secret@example.org",
        "javascript:alert(1)",
        "https://example.org/a b",
        "https://[",
        "https://example.org/" + "x" * 2_000,
    ],
)
def test_addresses_that_are_none_are_refused(world, url):
    with pytest.raises(Invalid) as refusal:
        world.link(url)
    assert list(refusal.value.problems) == ["url"]


@pytest.mark.parametrize(
    ("data", "given"),
    [
        (b"", {}),
        (b"x" * 1_001, {}),
        (b"MZ\x90\x00", {}),
        (b"\x7fELF", {"name": "photo.jpg", "media_type": "image/jpeg"}),
        (b"#!/bin/sh", {"name": "notes.txt", "media_type": "text/plain"}),
        (PDF, {"name": "report.pdf.exe"}),
        (PDF, {"media_type": "application/x-msdownload"}),
        (PDF, {"media_type": "nonsense"}),
        (PDF, {"name": " "}),
        (PDF, {"name": "a\nb.pdf"}),
    ],
)
def test_what_is_no_evidence_is_refused_and_leaves_no_row(world, data, given):
    with pytest.raises(Invalid):
        world.file(data, **given)
    with world.database.reading() as session:
        assert session.scalars(select(Evidence)).all() == []


def test_a_name_sheds_the_folders_some_browsers_send(world):
    assert world.file(name=r"C:\Users\anna\report.pdf").name == "report.pdf"


def test_a_slot_that_is_not_there_is_refused_with_what_was_perhaps_meant(world):
    with pytest.raises(Invalid, match="Did you mean report"):
        world.file(slot="raport")


def test_a_slot_of_one_holds_one_and_a_slot_of_many_holds_many(world):
    world.file()
    with pytest.raises(Conflict, match=r"holds 'report\.pdf'"):
        world.file(b"another")
    world.file(b"one", slot="photos", name="1.jpg", media_type="image/jpeg")
    world.file(b"two", slot="photos", name="2.jpg", media_type="image/jpeg")
    with world.database.reading() as session:
        assert [row.name for row in evidence.in_force(session, world.task)] == ["report.pdf", "1.jpg", "2.jpg"]


def test_a_newer_version_keeps_the_older(world):
    first = world.file()
    second = world.file(b"corrected", replaces_id=first.id)

    with world.database.reading() as session:
        assert [row.id for row in evidence.in_force(session, world.task)] == [second.id]
        assert len(session.scalars(select(Evidence)).all()) == 2
    assert world.store.read(first.sha256) == PDF
    with pytest.raises(Conflict, match="newer version"):
        world.file(b"again", replaces_id=first.id)
    with pytest.raises(NotFound):
        world.file(b"again", slot="photos", replaces_id=second.id)


def test_only_the_holder_gives_evidence_and_strangers_know_of_nothing(world):
    with pytest.raises(Forbidden, match="Claim it first"):
        world.file(who="bert")
    with pytest.raises(NotFound):
        world.file(who="zoe")


def test_a_finished_record_takes_newer_versions_only_from_who_did_it_or_the_owner(world):
    first = world.file()
    world.complete()

    with pytest.raises(TaskClosed, match="replaced by a newer version"):
        world.file(b"more", slot="photos", name="1.jpg", media_type="image/jpeg")
    with pytest.raises(Forbidden, match="Ask anna, or the owner, olga"):
        world.file(b"other", who="bert", replaces_id=first.id)
    second = world.file(b"newer", who="olga", replaces_id=first.id)
    assert second.replaces_id == first.id


def test_the_trail_names_the_digest(world):
    row = world.file()
    with world.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "evidence.added")).one()
    assert (entry.chain, entry.subject) == (str(world.case), str(row.id))
    assert row.sha256.encode() in entry.body


def test_the_same_content_twice_is_kept_once(tmp_path):
    store = Store(tmp_path)
    assert store.put(PDF).sha256 == store.put(BytesIO(PDF)).sha256
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [store.put(PDF).sha256]


def test_a_stream_is_read_from_its_beginning_however_often(tmp_path):
    stream = BytesIO(PDF)
    store = Store(tmp_path)
    assert store.put(stream).size == store.put(stream).size == len(PDF)


def test_an_altered_or_lost_file_is_found_when_it_is_read(tmp_path):
    store = Store(tmp_path)
    digest = store.put(PDF).sha256
    store.place(digest).write_bytes(b"something else")
    with pytest.raises(Broken, match="was altered"):
        store.read(digest)
    store.place(digest).unlink()
    with pytest.raises(Broken, match="is missing"):
        store.read(digest)


def test_nothing_is_left_of_a_file_that_was_too_large(tmp_path):
    store = Store(tmp_path, max_bytes=10)
    with pytest.raises(Invalid, match="larger than 10 bytes"):
        store.put(b"x" * 11)
    assert [name for _, _, names in os.walk(tmp_path) for name in names] == []


def test_a_file_whose_transaction_was_undone_harms_nobody(world):
    def undone(session, by, now):
        evidence.add_file(
            session,
            world.task,
            store=world.store,
            data=PDF,
            name="a.pdf",
            media_type="application/pdf",
            slot="report",
            by=by,
            now=now,
        )
        raise Conflict("Somebody was faster.")

    with pytest.raises(Conflict):
        world.act("anna", undone)
    with world.database.reading() as session:
        assert session.scalars(select(Evidence)).all() == []
    assert world.store.read(world.file().sha256) == PDF


def test_a_report_of_explanation_names_the_version_of_the_model_and_its_day(world):
    with pytest.raises(Invalid) as refusal:
        world.file(slot="explanation", effective_on=date(2026, 12, 30))
    assert refusal.value.problems == {"explanation": ["Say for which version it is."]}
    with pytest.raises(Invalid, match=r"Say for which version it is\. Say of which day it is\."):
        world.link(slot="explanation", version="  ")

    row = world.file(slot="explanation", effective_on=date(2026, 12, 30), version=" triage 4.2 ")
    with pytest.raises(Invalid, match=r"Say of which day it is\."):
        world.file(b"more", slot="explanation", version="triage 4.3", replaces_id=row.id)
    newer = world.file(b"more", slot="explanation", version="4.3", effective_on=date(2027, 1, 2), replaces_id=row.id)

    assert (row.version, row.effective_on) == ("triage 4.2", date(2026, 12, 30))
    with world.database.reading() as session:
        told = session.scalars(select(AuditEntry.body).where(AuditEntry.subject == str(newer.id))).one()
        assert [one for one in verify(session, None).findings if one.record == "evidence"] == []
    assert b'"version":"4.3"' in told


def test_a_version_that_was_altered_afterwards_is_found(world):
    row = world.file(version="4.2")
    with world.database.writing() as session:
        session.execute(update(Evidence).where(Evidence.id == row.id).values(version="4.3"))

    with world.database.reading() as session:
        assert [one.kind for one in verify(session, None).findings if one.record == "evidence"] == ["altered"]


def test_evidence_says_more_only_where_the_condition_of_its_slot_holds():
    (slot,) = grammar.slots("report:file*+version+day if ${topic == 'explainability'}")

    assert evidence.must_say(slot, {"topic": "explainability"}, now=NOW) == ("version", "day")
    assert evidence.must_say(slot, {"topic": "bias"}, now=NOW) == ()
    assert evidence.must_say(slot, {}, now=NOW) == ()

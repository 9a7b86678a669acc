"""Whatever is changed behind the product's back is found, and the first record of it is named."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from engine import audit, seals
from engine.core.chain import hash_of
from engine.replay import replay
from engine.store.records import AuditEntry, Seal
from engine.store.records import Chain as ChainRow
from engine.store.running import Answer, Event, Instance, Task, Variable
from engine.verify import Report, ends, verify
from tests.factories import three_tasks
from tests.integration.shell.conftest import House

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
ENTRY = AuditEntry.__table__


@pytest.fixture
def case(house: House) -> UUID:
    """A finished case of eleven entries, all sound."""
    house.deploy(three_tasks())
    case = house.start("three", {"what": "leak"})
    for element, person in (("T_ask", "anna"), ("T_do", "bert"), ("T_check", "anna")):
        house.do(case, element, {element: 1}, by=person)
    assert len(house.verbs(case)) == 11
    assert checked(house).holds
    return case


def test_whoever_verifies_sees_one_moment_while_people_work_on(house, case):
    with house.database.still() as session:
        before = ends(session)
        house.start("three", {"what": "another leak"})
        assert ends(session) == before
        report = verify(session, KEY.public_key())
        assert report.holds
    assert checked(house).entries > report.entries


def checked(house: House) -> Report:
    return house.read(lambda session: verify(session, KEY.public_key()))


def sealed(house: House) -> None:
    with house.database.writing() as session:
        seals.seal(session, KEY, now=house.now)


def behind_the_back(house: House, act: Callable[[Session], object]) -> None:
    with house.database.writing() as session:
        act(session)


def entries(session: Session, case: UUID) -> list[dict[str, Any]]:
    found = session.execute(select(ENTRY).where(ENTRY.c.chain == str(case)).order_by(ENTRY.c.number))
    return [dict(row._mapping) for row in found]


def rewrite(session: Session, case: UUID, rows: list[dict[str, Any]]) -> None:
    session.execute(delete(AuditEntry).where(AuditEntry.chain == str(case)))
    session.execute(insert(ENTRY), rows)


def at(case: UUID, number: int) -> Any:
    return (AuditEntry.chain == str(case)) & (AuditEntry.number == number)


def first(house: House) -> tuple[str, str, int]:
    finding = checked(house).first
    assert finding is not None
    return finding.kind, finding.chain, finding.number


@pytest.mark.parametrize(
    "change", [{"actor": "bert"}, {"verb": "task.given_back"}, {"body": b"{}"}, {"subject": "x"}, {"digest": b"d"}]
)
def test_an_altered_entry_is_named(house: House, case: UUID, change: dict[str, Any]):
    behind_the_back(house, lambda s: s.execute(update(AuditEntry).where(at(case, 4)).values(**change)))

    assert first(house) == ("altered", str(case), 4)


def test_a_moved_moment_is_found(house: House, case: UUID):
    earlier = house.now.replace(hour=1)
    behind_the_back(house, lambda s: s.execute(update(AuditEntry).where(at(case, 5)).values(happened_at=earlier)))

    assert first(house) == ("altered", str(case), 5)


def test_a_deleted_entry_is_named(house: House, case: UUID):
    behind_the_back(house, lambda s: s.execute(delete(AuditEntry).where(at(case, 3))))

    assert first(house) == ("missing", str(case), 3)


def test_an_inserted_entry_is_named(house: House, case: UUID):
    def insert_one(session: Session) -> None:
        rows = entries(session, case)
        forged = rows[4] | {"actor": "bert"}
        rows = [*rows[:4], forged, *rows[4:]]
        rewrite(session, case, [row | {"number": number} for number, row in enumerate(rows, 1)])

    behind_the_back(house, insert_one)

    assert first(house) == ("inserted", str(case), 5)


def test_reordered_entries_are_named(house: House, case: UUID):
    def swap(session: Session) -> None:
        rows = entries(session, case)
        rows[5], rows[6] = rows[6], rows[5]
        rewrite(session, case, [row | {"number": number} for number, row in enumerate(rows, 1)])

    behind_the_back(house, swap)

    assert first(house) == ("reordered", str(case), 6)


def test_a_cut_tail_is_named(house: House, case: UUID):
    behind_the_back(
        house,
        lambda s: s.execute(delete(AuditEntry).where(AuditEntry.chain == str(case), AuditEntry.number > 8)),
    )

    assert first(house) == ("missing", str(case), 9)


def test_a_tail_cut_with_its_owners_knowledge_is_found_by_the_seal(house: House, case: UUID):
    sealed(house)

    def cut(session: Session) -> None:
        head = entries(session, case)[7]["hash"]
        session.execute(delete(AuditEntry).where(AuditEntry.chain == str(case), AuditEntry.number > 8))
        session.execute(update(Instance).where(Instance.id == case).values(chain_length=8, chain_head=head))

    behind_the_back(house, cut)

    assert first(house) == ("missing", str(case), 9)


def rehash(session: Session, case: UUID, number: int, **change: Any) -> None:
    """What somebody with the database and the program, but without the key, can do."""
    rows, before = entries(session, case), b""
    rows[number - 1] |= change
    for row in rows:
        said = {name: row[name] for name in row if name not in ("hash", "salt", "body", "erased_at")}
        row["hash"] = before = hash_of(before, **said)
    rewrite(session, case, rows)
    session.execute(update(Instance).where(Instance.id == case).values(chain_head=before))


def test_a_chain_that_was_hashed_anew_is_found_by_the_seal(house: House, case: UUID):
    sealed(house)
    behind_the_back(house, lambda s: rehash(s, case, 2, subject="other"))

    assert first(house)[:2] == ("altered", str(case))
    assert "hashed anew" in str(checked(house).first)


def test_between_two_seals_the_first_doubtful_record_is_named(house: House, case: UUID):
    house.deploy(three_tasks())
    other = house.start("three")
    sealed(house)
    house.do(other, "T_ask")
    sealed(house)
    behind_the_back(house, lambda s: rehash(s, other, 4, subject="other"))

    assert first(house) == ("altered", str(other), 3)


def test_a_deleted_case_is_missed(house: House, case: UUID):
    sealed(house)
    behind_the_back(house, lambda s: s.execute(delete(AuditEntry).where(AuditEntry.chain == "platform")))
    behind_the_back(house, lambda s: s.execute(delete(ChainRow)))

    assert first(house)[:2] == ("missing", "platform")


def test_seals_hold_each_other(house: House, case: UUID):
    for _ in range(3):
        sealed(house)
        house.later(hours=1)
    assert checked(house).seals == 3
    behind_the_back(house, lambda s: s.execute(delete(Seal).where(Seal.number == 2)))
    assert first(house) == ("missing", "seals", 2)


def test_newest_seals_that_are_gone_are_missed_where_the_newest_is_known_outside(house: House, case: UUID):
    sealed(house)
    house.later(hours=1)
    sealed(house)
    newest = house.read(lambda s: (2, seals.digest_of(s.get_one(Seal, 2))))
    assert house.read(lambda s: verify(s, KEY.public_key(), newest=newest)).holds
    behind_the_back(house, lambda s: s.execute(delete(Seal).where(Seal.number == 2)))
    found = house.read(lambda s: verify(s, KEY.public_key(), newest=newest)).first
    assert found is not None
    assert (found.kind, found.chain, found.number) == ("missing", "seals", 2)
    house.later(hours=1)
    sealed(house)
    found = house.read(lambda s: verify(s, KEY.public_key(), newest=newest)).first
    assert found is not None
    assert "not the one that was made" in found.why


def test_an_altered_seal_and_a_strangers_seal_are_found(house: House, case: UUID):
    sealed(house)
    stranger = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
    report = house.read(lambda s: verify(s, stranger.public_key()))
    assert [(one.kind, one.number) for one in report.findings] == [("seal", 1)]
    behind_the_back(house, lambda s: s.execute(update(Seal).values(heads=[])))

    assert first(house) == ("seal", "seals", 1)


def test_the_platforms_own_chain_is_held_to_the_same(house: House, case: UUID):
    house.work()
    number = len(house.verbs("platform"))
    last = (AuditEntry.chain == "platform") & (AuditEntry.number == number)
    behind_the_back(house, lambda s: s.execute(update(AuditEntry).where(last).values(actor="bert")))

    assert first(house) == ("altered", "platform", number)


def test_what_was_erased_is_told_as_erased_and_not_as_altered(house: House, case: UUID):
    erased = {"salt": None, "body": None, "erased_at": house.now}
    behind_the_back(house, lambda s: s.execute(update(AuditEntry).where(at(case, 4)).values(**erased)))
    assert first(house) == ("missing", str(case), 4)
    erasing = ("platform", "trail.erased", case, {"number": 4, "reason": "Asked for by whom it names."})
    house.act(audit.append, *erasing, by="olga")
    report = checked(house)

    assert (report.holds, report.erased) == (True, 1)
    assert "1 erased" in report.lines()[0]


def test_an_altered_answer_is_found(house: House, case: UUID):
    task = house.task(case, "T_do")
    behind_the_back(
        house, lambda s: s.execute(update(Answer).where(Answer.task_id == task).values(answers={"T_do": 2}))
    )
    finding = checked(house).first

    assert finding is not None
    assert (finding.kind, finding.record, finding.number) == ("altered", "answers", 7)


def test_an_altered_answer_with_its_digest_is_found(house: House, case: UUID):
    task = house.task(case, "T_do")
    forged = {"answers": {}, "digest": b"\x44" * 32}
    behind_the_back(house, lambda s: s.execute(update(Answer).where(Answer.task_id == task).values(**forged)))

    assert first(house) == ("altered", str(case), 7)


def test_deleted_answers_are_missed(house: House, case: UUID):
    behind_the_back(house, lambda s: s.execute(delete(Answer).where(Answer.task_id == house.task(case, "T_do"))))

    assert first(house) == ("missing", str(case), 7)


def test_whoever_is_named_for_a_task_cannot_be_exchanged(house: House, case: UUID):
    task = house.task(case, "T_do")
    behind_the_back(house, lambda s: s.execute(update(Task).where(Task.id == task).values(completed_by="carl")))

    assert checked(house).first is not None
    assert "task T do" in str(checked(house).first)


def test_an_altered_event_state_and_variable_are_found(house: House, case: UUID):
    def finding() -> str:
        found = checked(house).first
        assert found is not None
        return found.record or ""

    behind_the_back(house, lambda s: s.execute(update(Variable).where(Variable.name == "what").values(value='"spill"')))
    assert finding() == "variables"
    state = house.read(lambda s: s.get_one(Instance, case).state)
    behind_the_back(house, lambda s: s.execute(update(Instance).values(state=state.replace(b"leak", b"spill"))))
    assert finding() == "instances"
    body = house.read(lambda s: s.get_one(Event, (case, 1)).body)
    changed = {"body": body.replace(b"leak", b"spill")}
    behind_the_back(house, lambda s: s.execute(update(Event).where(Event.number == 1).values(**changed)))
    assert finding() == "events"


def test_a_replay_says_where_it_goes_apart(house: House, case: UUID):
    assert house.read(lambda s: replay(s, case)).equal
    behind_the_back(house, lambda s: s.execute(delete(Event).where(Event.number == 4)))
    replayed = house.read(lambda s: replay(s, case))

    assert (replayed.equal, replayed.why) == (False, "There are 3 events; there were 4.")

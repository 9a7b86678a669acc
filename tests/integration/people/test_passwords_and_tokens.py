"""A password gives a token; the token speaks for its person, for a while and for some things only."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine.errors import Forbidden, Invalid, NotFound
from engine.identity import attempts, groups, passwords, people, proving, tokens
from engine.identity.attempts import FAILURES, PERIOD
from engine.identity.passwords import Hashing
from engine.identity.people import SETUP
from engine.store.people import PersonRow, SignIn
from engine.store.people import Token as TokenRow
from engine.store.records import AuditEntry
from engine.transactions import Database
from tests.integration.organisation import NOW, group, person

PASSWORD = "correct horse battery"


@pytest.fixture
def database(database: Database) -> Database:
    with database.writing() as session:
        person(session, "ada", admin=True)
        person(session, "anna")
        passwords.set_password(session, "anna", PASSWORD, by=SETUP, now=NOW)
    return database


def sign_in(database: Database, password: str = PASSWORD, *, who: str = "anna", minutes: float = 0, **more):
    """Trade a password for a token, as the front door does."""
    now = NOW + timedelta(minutes=minutes)
    given = {"name": "laptop"} | more

    def verb(session):
        proving.prove(session, who, password, now=now)
        return tokens.issue(session, **given, by=people.person(session, who), now=now)

    return database.perform(verb, by=SETUP, now=now)


def speaks(database: Database, secret: str, *, minutes: float = 0):
    with database.writing() as session:
        return tokens.verify(session, secret, now=NOW + timedelta(minutes=minutes))


def test_a_password_is_kept_as_argon2id_and_never_as_itself(database):
    with database.reading() as session:
        kept = session.execute(select(PersonRow.password).where(PersonRow.id == "anna")).scalar_one()
        trail = b"".join(session.execute(select(AuditEntry.body)).scalars())

    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept
    assert PASSWORD.encode() not in trail


def test_the_usual_work_of_a_hash_is_that_of_rfc_9106(monkeypatch):
    fresh = type(Hashing.hasher)()

    assert (fresh.time_cost, fresh.memory_cost, fresh.parallelism) == (3, 65536, 4)


def test_signs_that_look_the_same_are_the_same_password():
    assert passwords.matches("café au lait", passwords.hashed("cafe\u0301 au lait"))


@pytest.mark.parametrize("password", ["short", "x" * 201, "hannah.vogel", "Hannah.Vogel"])
def test_passwords_that_are_too_easy_are_refused(database, password):
    with database.writing() as session:
        person(session, "hannah.vogel")
        with pytest.raises(Invalid):
            passwords.set_password(session, "hannah.vogel", password, by=SETUP, now=NOW)


def test_everybody_changes_his_own_password_and_only_an_administrator_another_ones(database):
    with database.writing() as session:
        anna = people.person(session, "anna")
        passwords.set_password(session, "anna", "a new password", by=anna, now=NOW)
        with pytest.raises(Forbidden, match="no password but his own"):
            passwords.set_password(session, "ada", "a new password", by=anna, now=NOW)
        with pytest.raises(NotFound):
            passwords.set_password(session, "nobody", "a new password", by=SETUP, now=NOW)
    assert sign_in(database, "a new password")


def test_a_secret_is_shown_once_and_kept_as_a_digest(database):
    issued = sign_in(database)

    first, prefix, chance = issued.secret.split("_")
    assert (first, f"stw_{prefix}", len(chance)) == ("stw", issued.prefix, 64)
    with database.reading() as session:
        row = session.execute(select(TokenRow)).scalar_one()
        trail = b"".join(session.execute(select(AuditEntry.body)).scalars())
    assert chance not in repr(vars(row))
    assert chance.encode() not in trail
    assert len(row.digest) == 32


def test_a_token_speaks_for_its_person_within_its_scopes_and_time(database):
    issued = sign_in(database, scopes=["read", "work"], expires_at=NOW + timedelta(minutes=60))

    who, scopes = speaks(database, issued.secret, minutes=59)
    assert (who.id, scopes) == ("anna", {"read", "work"})
    assert speaks(database, issued.secret, minutes=60) is None
    assert speaks(database, issued.secret + "0") is None
    assert speaks(database, "Grüße") is None


def test_a_token_without_scopes_may_what_its_person_may(database):
    assert sign_in(database).scopes == ("read", "work", "deploy")
    with database.writing() as session:
        ada = people.person(session, "ada")
        assert tokens.issue(session, name="ci", by=ada, now=NOW).scopes == ("read", "work", "deploy", "admin")
        group(session, "auditors", "anna", grants="read")
    assert sign_in(database, minutes=1).scopes == ("read",)


def test_a_scope_falls_with_the_right_it_needs(database):
    with database.writing() as session:
        group(session, "admins", "anna", grants="platform")
    issued = sign_in(database, scopes=["admin"])
    assert speaks(database, issued.secret)[1] == {"admin"}

    with database.writing() as session:
        groups.leave(session, "admins", "anna", by=SETUP, now=NOW)
    assert speaks(database, issued.secret)[1] == frozenset()


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"scopes": ["fly"]}, Invalid),
        ({"scopes": ["admin"]}, Forbidden),
        ({"name": " "}, Invalid),
        ({"expires_at": NOW}, Invalid),
        ({"expires_at": NOW + timedelta(days=400)}, Invalid),
    ],
)
def test_tokens_that_cannot_be_are_refused(database, given, error):
    with pytest.raises(error):
        sign_in(database, **given)


def test_when_a_token_was_last_used_is_kept_to_the_minute(database):
    issued = sign_in(database)
    moments = []
    for minutes in (0, 0.5, 3):
        speaks(database, issued.secret, minutes=minutes)
        with database.reading() as session:
            moments.append((session.execute(select(TokenRow.last_used_at)).scalar_one() - NOW).total_seconds())
    assert moments == [0, 0, 180]


def test_a_revoked_token_and_those_of_people_who_left_are_void(database):
    first, second = sign_in(database), sign_in(database)
    with database.writing() as session:
        person(session, "carl")
        with pytest.raises(NotFound):
            tokens.revoke(session, first.id, by=people.person(session, "carl"), now=NOW)
        tokens.revoke(session, first.id, by=people.person(session, "anna"), now=NOW)
    assert speaks(database, first.secret) is None
    assert speaks(database, second.secret)

    with database.writing() as session:
        people.end(session, "anna", by=SETUP, now=NOW)
    assert speaks(database, second.secret) is None


def test_wrong_passwords_and_unknown_names_read_the_same(database):
    with pytest.raises(Forbidden) as wrong:
        sign_in(database, "guess")
    with pytest.raises(Forbidden) as unknown:
        sign_in(database, "guess", who="nobody")
    assert str(wrong.value) == str(unknown.value) == "The name or the password is wrong."


def test_too_many_wrong_passwords_lock_an_account_for_a_while(database):
    for number in range(FAILURES):
        with pytest.raises(Forbidden, match="is wrong"):
            sign_in(database, "guess", minutes=number / 10)

    with pytest.raises(Forbidden, match="Try again after 2027-01-04T08:15"):
        sign_in(database, minutes=5)
    assert sign_in(database, minutes=PERIOD / timedelta(minutes=1) + 2)


def test_a_right_password_wipes_out_the_wrong_ones_before(database):
    for minutes in (1, 2):
        for _ in range(FAILURES - 1):
            with pytest.raises(Forbidden, match="is wrong"):
                sign_in(database, "guess", minutes=minutes)
        assert sign_in(database, minutes=minutes + 0.5)


def test_attempts_are_forgotten_after_a_month(database):
    with pytest.raises(Forbidden):
        sign_in(database, "guess", who="made up")
    for days, left in ((30, 1), (31, 0)):
        with database.writing() as session:
            attempts.forget(session, now=NOW + timedelta(days=days), machine_now=NOW)
            assert session.scalar(select(func.count()).select_from(SignIn)) == left


def test_failures_stand_in_the_trail(database):
    with pytest.raises(Forbidden):
        sign_in(database, "guess")
    with database.reading() as session:
        entry = session.execute(select(AuditEntry).where(AuditEntry.verb == "person.sign_in_failed")).scalar_one()
    assert (entry.chain, entry.subject) == ("platform", "anna")


def test_a_hash_of_less_work_is_renewed_when_its_password_is_given(database):
    Hashing.use(time_cost=2, memory_cost=8)
    try:
        sign_in(database)
    finally:
        Hashing.use(time_cost=1, memory_cost=8)
    with database.reading() as session:
        assert "t=2" in session.execute(select(PersonRow.password).where(PersonRow.id == "anna")).scalar_one()

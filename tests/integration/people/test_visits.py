"""A visit lasts while its person is at the browser, and is over with his password."""

from datetime import timedelta

import pytest

from engine.errors import NotFound
from engine.identity import passwords, people, visits
from engine.identity.people import SETUP
from engine.transactions import Database
from tests.integration.organisation import NOW, person

LASTING = visits.Lasting(idle=timedelta(hours=2), life=timedelta(hours=12))


def test_a_visit_lasts_while_its_person_is_there_and_no_longer(database: Database) -> None:
    def whose(visit, **later):
        at = NOW + timedelta(**later)
        found = visits.verify(session, visit, lasting=LASTING, machine_now=at)
        return found.id if found else None

    with database.writing() as session:
        anna, bert = person(session, "anna", email="anna@example.org"), person(session, "bert")
        begun = [visits.begin(session, browser=name, by=anna, now=NOW, machine_now=NOW) for name in ("x", "y", "z")]
        assert whose(begun[0], minutes=119) == "anna"
        assert whose(begun[0], minutes=238) == "anna"
        assert whose(begun[1], hours=2) is None
        listed = visits.of(session, "anna", lasting=LASTING, machine_now=NOW + timedelta(hours=3))
        assert [(row.browser, row.seen_at - NOW) for row in listed] == [("x", timedelta(minutes=238))]

        with pytest.raises(NotFound):
            visits.end(session, begun[2], by=bert, now=NOW, machine_now=NOW)
        visits.end(session, begun[2], by=anna, now=NOW, machine_now=NOW)
        visits.end(session, begun[2], by=anna, now=NOW, machine_now=NOW)
        assert whose(begun[2]) is None

        passwords.set_password(session, "anna", "a new password", visit=begun[0], by=anna, now=NOW)
        assert (whose(begun[0]), whose(begun[1])) == ("anna", None)
        passwords.set_password(session, "anna", "another password", by=SETUP, now=NOW)
        assert whose(begun[0]) is None

        last = visits.begin(session, browser="x", by=anna, now=NOW, machine_now=NOW)
        people.end(session, "anna", by=SETUP, now=NOW)
        assert whose(last) is None
        visits.forget(session, lasting=LASTING, machine_now=NOW + timedelta(days=31))
        assert whose(last) is None


def test_somebody_is_found_by_name_or_mail_and_the_name_counts_first(database: Database) -> None:
    with database.writing() as session:
        person(session, "anna", email="Anna@example.org")
        person(session, "bert@example.org")
        person(session, "carl", email="bert@example.org")
        said = ("anna", "anna@EXAMPLE.org", "bert@example.org", "nobody")
        assert [visits.person_called(session, one) for one in said] == ["anna", "anna", "bert@example.org", "nobody"]

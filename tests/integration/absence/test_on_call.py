"""Who is on call, kept with its history."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from engine import oncall, verify
from engine.core.oncall import Gap
from engine.errors import Forbidden, Invalid, NotFound
from engine.identity import people
from engine.identity.person import Person
from engine.store.absence import RotationRow
from tests.integration.absence.test_standing_in import away
from tests.integration.shell.conftest import House

ADMIN = Person(id="olga", name="Olga", platform_admin=True)


@pytest.fixture
def rota(house: House) -> House:
    """Two levels of a service: anna and bert take turns from today on, and carl is above them."""
    house.who["olga"] = ADMIN
    define(house, 1, "anna", "bert")
    define(house, 2, "carl")
    return house


def define(house: House, level: int, *who: str, **more: Any) -> None:
    more = {"zone": "Europe/Berlin", "starts_on": date(2027, 1, 4)} | more
    house.act(oncall.define, "web-shop", level, people=who, by="olga", **more)


def now(house: House, level: int, at: datetime | None = None) -> tuple[str, ...]:
    return house.read(partial(oncall.now_on_call, subject="web-shop", level=level, at=at or house.now))


def test_turns_go_round_and_an_override_counts_before_them(rota: House):
    assert now(rota, 1) == ("anna",)
    assert now(rota, 1, rota.now + timedelta(days=7)) == ("bert",)
    begins = rota.now + timedelta(days=1)
    made = rota.act(
        oncall.override, "web-shop", 1, person="dora", begins_at=begins, ends_at=begins + timedelta(days=1), by="anna"
    )
    assert now(rota, 1, begins) == ("dora",)
    rota.act(oncall.cancel, made, by="dora")
    assert now(rota, 1, begins) == ("anna",)
    with pytest.raises(Forbidden):
        rota.act(
            oncall.override, "web-shop", 2, person="dora", begins_at=begins, ends_at=begins + timedelta(1), by="bert"
        )


def test_a_new_rotation_leaves_the_answer_for_the_past_as_it_was(rota: House):
    rota.later(days=1)
    define(rota, 1, "dora")

    assert now(rota, 1) == ("dora",)
    assert now(rota, 1, rota.now - timedelta(hours=1)) == ("anna",)
    assert rota.read(lambda session: verify.verify(session, None)).holds


def test_who_is_away_is_replaced_and_an_empty_level_falls_to_the_next(rota: House):
    away(rota, "anna", "dora")
    assert now(rota, 1) == ("dora",)
    away(rota, "dora", "bert")
    assert now(rota, 1) == ()

    ask = partial(oncall.reached, subject="web-shop", at=rota.now)
    assert rota.read(partial(ask, level=1)) == ("carl",)
    assert rota.read(partial(ask, level=3)) == ()
    gaps = rota.read(partial(oncall.gaps_of, subject="web-shop", days=30, now=rota.now))
    assert gaps == (Gap(1, rota.now, rota.now + timedelta(days=3)),)


def test_who_has_left_is_skipped_and_shown(rota: House):
    with rota.database.writing() as session:
        session.execute(update(people.PersonRow).where(people.PersonRow.id == "anna").values(active=False))

    first, second = rota.read(partial(oncall.who, subject="web-shop", at=rota.now))
    assert (first.person, first.skipped, first.until) == ("bert", ("anna",), rota.now.replace(hour=8) + timedelta(7))
    assert (second.person, second.skipped) == ("carl", ())


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"level": 5}, Invalid),
        ({"zone": "Europe/Nowhere"}, Invalid),
        ({"days": 0}, Invalid),
        ({"people": ("anna", "anna")}, Invalid),
        ({"people": ("nobody",)}, NotFound),
        ({"by": "bert"}, Forbidden),
    ],
)
def test_what_cannot_be_is_refused(rota: House, given: dict[str, Any], error: type[Exception]):
    whole = {"level": 1, "people": ("anna",), "zone": "UTC", "starts_on": date(2027, 1, 4), "by": "olga"} | given
    with pytest.raises(error):
        rota.act(oncall.define, "web-shop", whole.pop("level"), **whole)


def test_an_altered_rotation_is_found(rota: House):
    with rota.database.writing() as session:
        session.execute(update(RotationRow).where(RotationRow.level == 2).values(people=["dora"]))

    findings = rota.read(lambda session: verify.verify(session, None)).findings
    assert [(one.record, one.kind) for one in findings] == [("rotations", "altered")]

"""Guessing from one address is counted over all processes that serve the same database, and no address is kept."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from engine.identity import attempts
from engine.store.people import WrongFrom
from engine.transactions import Database
from tests.integration.api.conftest import MORNING, PASSWORD, Clock
from web.app import create_app
from web.services import Limits, Services

GUESSER, OFFICE = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def machine_clock() -> Clock:
    """The clock of the machine."""
    return Clock()


@pytest.fixture
def processes(services: Services, machine_clock: Clock) -> list[Flask]:
    """Three front doors over one database, each with a memory of its own."""
    few = replace(services, limits=Limits(sign_ins="5 per hour"), machine_clock=machine_clock)
    return [create_app(few) for _ in range(3)]


def tries(app: Flask, password: str, address: str = GUESSER) -> int:
    body = {"person": "anna", "password": password, "name": "laptop"}
    return app.test_client().post("/api/v1/tokens", json=body, environ_base={"REMOTE_ADDR": address}).status_code


def kept(database: Database) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(WrongFrom)).scalar_one()


def test_an_address_has_one_budget_of_wrong_ones_over_all_processes(processes: list[Flask], database: Database):
    first, second, third = processes
    assert [tries(first, "a guess") for _ in range(3)] == [401] * 3
    assert [tries(second, "a guess") for _ in range(3)] == [401, 401, 429]
    assert [tries(first, "a guess") for _ in range(2)] == [401, 429]
    assert [tries(third, "a guess") for _ in range(2)] == [401, 429]
    assert kept(database) == 7
    assert tries(second, PASSWORD.format("anna"), OFFICE) == 201


def test_who_is_right_writes_nothing_and_no_address_is_kept(processes: list[Flask], database: Database):
    assert [tries(processes[0], PASSWORD.format("anna")) for _ in range(7)] == [201] * 7
    assert kept(database) == 0
    tries(processes[0], "a guess")
    with database.reading() as session:
        (source,) = session.execute(select(WrongFrom.source)).scalars()
    assert GUESSER.encode() not in source
    assert len(source) == 32


def test_what_counts_no_more_is_deleted_within_the_hour(
    processes: list[Flask], database: Database, machine_clock: Clock
):
    tries(processes[0], "a guess")
    for minutes, left in ((50, 1), (11, 0)):
        machine_clock.forward(minutes=minutes)
        with database.writing() as session:
            attempts.forget(session, now=MORNING, machine_now=machine_clock())
        assert kept(database) == left
    with database.writing() as session:
        for expected in (1, 2):
            found = attempts.wrong_from(session, b"x", within=timedelta(minutes=1), machine_now=machine_clock())
            assert found == expected
        later = machine_clock() + timedelta(minutes=2)
        assert attempts.wrong_from(session, b"x", within=timedelta(minutes=1), machine_now=later) == 1

"""What auditors read is said, listed and ended at the command line."""

import pytest

from steward.cli.output import CONFLICT, FORBIDDEN, NOT_FOUND, REFUSED, USAGE
from tests.integration.program.conftest import House


@pytest.fixture
def house(house: House) -> House:
    """An administrator, an auditor and a quality manager at terminals."""
    house.login("deniz.aydin", "hannah.vogel")
    return house


def state_of(house: House, person: str) -> tuple[str, list[str] | None]:
    (found,) = (one for one in house.json("--as", "deniz.aydin", "mandate", "list") if one["person"] == person)
    return found["state"], found["processes"]


def test_a_mandate_is_given_listed_and_ended(house: House):
    admin, ruth = ("--as", "deniz.aydin"), "ruth.osei"
    given = ("mandate", "give", ruth, "--until", "2027-03-31", "--process", "corrective_action")
    before = state_of(house, ruth)

    tried = house.says(*admin, *given, "--dry-run")
    assert "Nothing was changed" in tried
    assert state_of(house, ruth) == before
    said = house.says(*admin, *given, "--cases-since", "2026-01-01")
    assert f"{ruth} reads corrective_action until 2027-03-31" in said
    assert state_of(house, ruth) == ("runs", ["corrective_action"])
    listed = house.says(*admin, "mandate", "list")
    assert "corrective_action" in listed
    assert "2026-01-01" in listed

    house.login(ruth)
    house.json("--as", ruth, "instances")
    assert f"{ruth} reads nothing any more." in house.says(*admin, "mandate", "end", ruth)
    assert state_of(house, ruth) == ("ended", ["corrective_action"])
    assert house.json("--as", ruth, "instances", expect=FORBIDDEN)["code"] == "no-mandate"
    assert "no mandate that could be ended" in house.says(*admin, "mandate", "end", ruth, expect=CONFLICT)
    assert "all processes" in house.says(*admin, "mandate", "give", ruth, "--until", "2027-03-31")


def test_only_administrators_give_and_see_mandates_and_only_auditors_get_one(house: House):
    admin, other = ("--as", "deniz.aydin"), ("--as", "hannah.vogel")
    until = ("--until", "2027-03-31")
    for words in (["list"], ["give", "ruth.osei", *until], ["end", "ruth.osei"]):
        house.run(*other, "mandate", *words, expect=FORBIDDEN)
    assert "is no auditor" in house.says(*admin, "mandate", "give", "hannah.vogel", *until, expect=REFUSED)
    assert "There is no process no_such" in house.says(
        *admin, "mandate", "give", "ruth.osei", *until, "--process", "no_such", expect=REFUSED
    )
    house.run(*admin, "mandate", "give", "nobody.here", *until, expect=NOT_FOUND)
    house.run(*admin, "mandate", "end", "nobody.here", expect=NOT_FOUND)
    house.run(*admin, "mandate", "give", "ruth.osei", "--until", "someday", expect=USAGE)

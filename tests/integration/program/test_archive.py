"""A backup taken while people work, brought back elsewhere, on the other kind of database too."""

import json
from dataclasses import replace

import pytest

from tests.integration.program.conftest import Terminal, environment_of

CONFLICT, REFUSED = 4, 1
FINDING = {
    "title": "Doses read one place too high",
    "finding": "The reader of line 2 shows doses with a decimal place too many.",
    "requirement_broken": False,
    "where_found": "Line 2",
    "found_on": "2027-01-04",
    "how_found": "During the audit",
    "objective_evidence": "Photos",
    "harm_or_rights": False,
    "source": "internal_audit",
}


@pytest.fixture
def working(house, tmp_path):
    """A house with a case, a piece of evidence and something in each kind of column."""
    house.login("hannah.vogel", "henrik.lund", "deniz.aydin")
    house.run("--as", "hannah.vogel", "start", "corrective_action", "--at", "S_form")
    (task,) = house.json("--as", "hannah.vogel", "tasks")
    (tmp_path / "photo.txt").write_text("seen")
    house.run("--as", "hannah.vogel", "attach", task["id"], "finding_evidence", str(tmp_path / "photo.txt"))
    house.run("--as", "deniz.aydin", "clock", "PT1H")
    return house


@pytest.fixture
def elsewhere(settings, tmp_path, empty_url):
    """Settings of an empty working folder on another database."""
    return replace(settings, home=str(tmp_path / "elsewhere"), database_url=empty_url)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request):
    """No rows are there; on PostgreSQL the tables are."""
    return request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""


def test_a_folder_comes_back_elsewhere_and_its_cases_go_on(working, elsewhere, serve, tmp_path):
    file = str(tmp_path / "all.tar.gz")
    made = working.json("backup", file)
    assert made["files"] >= 3
    assert (tmp_path / "all.tar.gz").stat().st_mode & 0o777 == 0o600
    there = Terminal(environment_of(elsewhere))
    assert there.json("restore", file, "--dry-run") == made
    assert not elsewhere.folder.exists()
    assert there.json("restore", file) == made
    assert there.json("verify")["holds"]
    assert there.says("replay", "--all") == "1 of 1 cases come out equal, byte by byte.\n"
    house = serve(elsewhere)
    token = working.voice("hannah.vogel").credentials.token(working.address, "hannah.vogel")
    (task,) = house.json("--token", token, "tasks")
    house.run("--token", token, "complete", task["id"], "--from", "-", given=json.dumps(FINDING))
    assert there.json("verify")["holds"]


def test_a_backup_brought_to_postgres_comes_home_again(working, elsewhere, tmp_path):
    there, home = Terminal(environment_of(elsewhere)), tmp_path / "home-again"
    working.run("backup", str(tmp_path / "one.tar.gz"))
    there.run("restore", str(tmp_path / "one.tar.gz"))
    there.run("backup", str(tmp_path / "two.tar.gz"))
    again = Terminal(environment_of(replace(elsewhere, home=str(home), database_url="")))
    again.run("restore", str(tmp_path / "two.tar.gz"))
    assert again.json("verify") == there.json("verify")


def test_nothing_is_overwritten(working, tmp_path):
    working.run("backup", str(tmp_path / "all.tar.gz"))
    assert "there already" in working.says("backup", str(tmp_path / "all.tar.gz"), expect=CONFLICT)
    assert "not empty" in working.says("restore", str(tmp_path / "all.tar.gz"), expect=CONFLICT)


def test_what_is_no_backup_is_refused(terminal, tmp_path):
    (tmp_path / "other.tar.gz").write_text("Something else.")
    assert "no backup" in terminal.says("restore", str(tmp_path / "other.tar.gz"), expect=REFUSED)
    terminal.run("restore", str(tmp_path / "missing.tar.gz"), expect=2)


@pytest.mark.parametrize("words", [["verify"], ["replay", "--all"], ["backup", "all.tar.gz"]], ids=" ".join)
def test_where_there_is_no_steward_a_command_on_the_spot_says_so_and_makes_nothing(terminal, tmp_path, words):
    assert "There is no Steward in" in terminal.says(*words, expect=CONFLICT)
    assert not (tmp_path / "home").exists()
    other = f"sqlite:///{tmp_path / 'other.sqlite'}"
    assert "no tables of Steward" in terminal.says(*words, "--database-url", other, expect=CONFLICT)
    gone = f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite'}"
    assert "does not answer" in terminal.says(*words, "--database-url", gone, expect=REFUSED)

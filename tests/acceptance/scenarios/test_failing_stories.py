"""A story that is not true fails, and says in which file, at which step, what was expected and what was found."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from steward.cli.scenarios import test as command
from steward.scenarios.player import Played, Stage
from steward.scenarios.story import read_story

FOLDER = Path(__file__).parents[2] / "fixtures" / "two_tasks"
STARTED = """title = "A change is wanted"
at = 2027-03-24T09:00:00

[[step]]
by = "jonas"
start = "S_form"
"""
DESCRIBED = """
[[step]]
by = "jonas"
does = "C_request"
answers = { change_title = "Threshold", change_ai_system = "SYS-3", change_why = "False alarms" }
"""
Play = Callable[[str], Played]


@pytest.fixture
def play(stage_of: Callable[[Path], Stage], tmp_path: Path) -> Play:
    """Plays a story that is written here."""

    def played(text: str) -> Played:
        path = tmp_path / "here.toml"
        path.write_text(text)
        return stage_of(FOLDER).play(read_story(path))

    return played


@pytest.mark.parametrize(
    ("expects", "said"),
    [
        ('open = ["C_gate"]', "open is [C_request], not [C_gate]"),
        ("open = []", "open is [C_request], not []"),
        (
            "due = { C_request = 2027-03-29T17:00:00 }",
            "due is {C_request = 2027-03-30 17:00+02:00}, not {C_request = 2027-03-29 17:00+02:00}",
        ),
        ('due = { C_request = "none" }', "due is {C_request = 2027-03-30 17:00+02:00}, not {C_request = None}"),
        (
            "due = { C_gate = 2027-03-30T17:00:00 }",
            "due is {C_gate = not open}, not {C_gate = 2027-03-30 17:00+02:00}",
        ),
        ('held = { C_request = "jonas" }', "held is {C_request = nobody}, not {C_request = jonas}"),
        ('accountable = { C_request = "amara" }', "accountable is {C_request = jonas}, not {C_request = amara}"),
        ("variables = { gate = 1 }", "variables is {gate = not there}, not {gate = 1}"),
        ('recorded = ["task.claimed"]', "recorded is {task.claimed = False}, not {task.claimed = True}"),
        ('stuck = ["C_gate"]', "stuck is [], not [C_gate]"),
        ('ended = "completed"', "ended is running, not completed"),
        ('passed = ["C_request"]', "passed is {C_request = False}, not {C_request = True}"),
        ('not_passed = ["S_form"]', "not_passed is {S_form = False}, not {S_form = True}"),
        ('signed = { C_gate = "approved" }', "signed is {C_gate = not signed}, not {C_gate = approved}"),
        ('waits = ["stop"]', "waits is [], not [stop]"),
        ("started = []", "started is [two_tasks], not []"),
        ('refused = "forbidden"', "was not refused; the story says forbidden"),
    ],
)
def test_what_is_not_so_is_said(play: Play, expects: str, said: str) -> None:
    assert play(STARTED + expects).faults == (f"here.toml, step 1 (start S_form): {said}",)


def test_all_that_is_not_so_after_one_step_is_said_together(play: Play) -> None:
    faults = play(STARTED + 'open = []\nended = "completed"\n').faults
    assert [fault.partition(": ")[2].split()[0] for fault in faults] == ["open", "ended"]


def test_a_refusal_that_no_story_tells_of_is_said_with_its_reasons(play: Play) -> None:
    (fault,) = play(STARTED + '\n[[step]]\nby = "jonas"\ndoes = "C_request"\n').faults
    assert fault.startswith("here.toml, step 2 (does C_request): refused (invalid): ")
    assert "change_why" in fault


def test_another_refusal_than_the_story_says_is_a_fault(play: Play) -> None:
    (fault,) = play(STARTED + '\n[[step]]\nby = "tomas"\ndoes = "C_request"\nrefused = "invalid"\n').faults
    assert fault.startswith("here.toml, step 2 (does C_request): refused with not-found: ")
    assert fault.endswith("; the story says invalid")


def test_a_story_stops_at_its_first_fault(play: Play) -> None:
    played = play(STARTED + "open = []\n" + DESCRIBED)
    assert len(played.faults) == 1
    assert ("two_tasks", "C_request") not in played.left


def test_a_task_that_never_was_is_named(play: Play) -> None:
    (fault,) = play(STARTED + '\n[[step]]\nby = "amara"\ndoes = "C_gate"\n').faults
    assert "C_gate is not open, and never was" in fault


def test_a_job_that_nobody_asked_for_is_named(play: Play) -> None:
    (fault,) = play(STARTED + '\n[[step]]\njob = "erp.book"\n').faults
    assert "nothing is to be done on the topic erp.book" in fault


def test_what_blocks_nothing_is_not_lifted(play: Play) -> None:
    (fault,) = play(STARTED + '\n[[step]]\nby = "amara"\nlifts = "corrective_action"\n').faults
    assert "there is no case of corrective_action that could block anything" in fault


def test_the_clock_goes_back_in_no_story(play: Play) -> None:
    (fault,) = play(STARTED + "\n[[step]]\nuntil = 2027-03-23T09:00:00\n").faults
    assert "cannot go back" in fault


def test_a_fault_in_a_beginning_is_a_fault_of_each_story_that_goes_on_from_it(play: Play, tmp_path: Path) -> None:
    (tmp_path / "_wrong.toml").write_text(STARTED + "open = []\n")
    (fault,) = play('title = "Goes on"\nbegins = "_wrong"\n' + DESCRIBED).faults
    assert fault.startswith("_wrong.toml, step 1 (start S_form): open is [C_request], not []")


def test_two_stories_that_share_a_beginning_do_not_meddle_with_each_other(play: Play, tmp_path: Path) -> None:
    (tmp_path / "_wanted.toml").write_text(STARTED)
    begins = 'title = "Goes on"\nbegins = "_wanted"\n'
    assert play(begins + DESCRIBED + 'open = ["C_gate"]\n').faults == ()
    assert play(begins + '\n[[step]]\nopen = ["C_request"]\nstarted = []\n').faults == ()


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A process folder of one's own with one story."""
    folder = shutil.copytree(FOLDER, tmp_path / "processes" / FOLDER.name)
    for path in (folder / "scenarios").glob("*.toml"):
        if path.name != "organisation.toml":
            path.unlink()
    (folder / "scenarios" / "begun.toml").write_text(STARTED)
    return folder


def test_below_all_the_command_fails_and_names_what_no_story_passes(copied: Path) -> None:
    ran = CliRunner().invoke(command, [str(copied.parent), "--coverage"])
    assert ran.exit_code != 0
    assert "passed  two_tasks/begun.toml: A change is wanted" in ran.stdout
    assert "no story passes C_gate, C_request, E_decided, G_gate" in ran.stdout


def test_without_coverage_true_stories_are_enough(copied: Path) -> None:
    assert CliRunner().invoke(command, [str(copied)]).exit_code == 0


def test_a_false_story_fails_the_command_and_says_why(copied: Path) -> None:
    (copied / "scenarios" / "begun.toml").write_text(STARTED + "open = []\n")
    ran = CliRunner().invoke(command, [str(copied)])
    assert ran.exit_code != 0
    assert "failed  two_tasks/begun.toml" in ran.stdout
    assert "begun.toml, step 1 (start S_form): open is [C_request], not []" in ran.stdout


def test_a_folder_without_a_story_is_refused(copied: Path) -> None:
    (copied / "scenarios" / "begun.toml").unlink()
    ran = CliRunner().invoke(command, [str(copied)])
    assert ran.exit_code != 0
    assert "There is no story in" in ran.output

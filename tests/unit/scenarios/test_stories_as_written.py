"""How stories and organisations are read, and what is said of one that cannot be understood."""

from datetime import datetime
from pathlib import Path

import pytest

from engine.errors import Invalid
from steward.scenarios.story import ACTS, read_organisation, read_story

BEGINNING = 'title = "A beginning"\nat = 2027-01-04T09:00:00\n'


def story(folder: Path, text: str, name: str = "one.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_story_is_a_title_a_moment_and_steps_in_order(tmp_path: Path) -> None:
    steps = '[[step]]\nby = "anna"\nstart = "S"\n[[step]]\nby = "ben"\ndoes = "T"\nopen = []\n'
    read = read_story(story(tmp_path, BEGINNING + steps))
    assert (read.title, read.at) == ("A beginning", datetime.fromisoformat("2027-01-04T09:00:00"))
    assert [(step.by, step.act) for step in read.steps] == [("anna", "start"), ("ben", "does")]


def test_a_story_that_says_nothing_of_the_moment_takes_it_from_its_beginning(tmp_path: Path) -> None:
    story(tmp_path, BEGINNING, "_early.toml")
    read = read_story(story(tmp_path, 'title = "Later"\nbegins = "_early"\n'))
    assert read.begins is not None
    assert (read.at, read.begins.title) == (read.begins.at, "A beginning")


@pytest.mark.parametrize(
    ("key", "meant"),
    [("dose", "does"), ("evidense", "evidence"), ("opened", "open"), ("refuse", "refused"), ("not_past", "not_passed")],
)
def test_a_key_that_is_not_understood_is_named_with_the_one_that_was_meant(
    tmp_path: Path, key: str, meant: str
) -> None:
    path = story(tmp_path, BEGINNING + f'[[step]]\nby = "anna"\n[[step]]\nby = "anna"\n{key} = "T"\n')
    with pytest.raises(Invalid) as refusal:
        read_story(path)
    assert f"one.toml, step 2: {key!r} is not understood. Do you mean {meant!r}?" in str(refusal.value)


def test_a_key_like_no_other_is_refused_without_a_guess(tmp_path: Path) -> None:
    path = story(tmp_path, BEGINNING + "[[step]]\nxyzzy = 1\n")
    with pytest.raises(Invalid) as refusal:
        read_story(path)
    assert str(refusal.value).endswith("'xyzzy' is not understood.")


def test_a_word_beside_the_steps_that_no_story_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="'titel' is not understood; a story has title, at, begins"):
        read_story(story(tmp_path, 'titel = "?"\nat = 2027-01-04T09:00:00\n'))


def test_a_step_that_does_two_things_is_refused(tmp_path: Path) -> None:
    path = story(tmp_path, BEGINNING + '[[step]]\nby = "anna"\nclaims = "T"\ndoes = "T"\n')
    with pytest.raises(Invalid, match="step 1 does does and claims; a step does one thing"):
        read_story(path)


def test_a_step_may_only_look(tmp_path: Path) -> None:
    read = read_story(story(tmp_path, BEGINNING + '[[step]]\nopen = ["T"]\n'))
    assert read.steps[0].act is None


@pytest.mark.parametrize("act", ACTS)
def test_a_step_says_where_it_stands_and_what_it_does(tmp_path: Path, act: str) -> None:
    value = {"until": "2027-01-05T09:00:00", "corrects": "{ a = 1 }"}.get(act, '"X"')
    read = read_story(story(tmp_path, BEGINNING + f"[[step]]\n{act} = {value}\n"))
    assert str(read.steps[0]).startswith(f"one.toml, step 1 ({act} ")


def test_a_story_that_begins_with_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"one\.toml begins with itself"):
        read_story(story(tmp_path, 'title = "?"\nbegins = "one"\n'))


def test_stories_that_begin_with_each_other_are_refused(tmp_path: Path) -> None:
    story(tmp_path, 'title = "?"\nbegins = "one"\n', "other.toml")
    with pytest.raises(Invalid, match=r"one\.toml begins with itself"):
        read_story(story(tmp_path, 'title = "?"\nbegins = "other"\n'))


def test_a_beginning_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"There is no .*_early\.toml"):
        read_story(story(tmp_path, 'title = "?"\nbegins = "_early"\n'))


def test_a_story_that_begins_at_no_moment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="`at` must say when the story begins"):
        read_story(story(tmp_path, 'title = "?"\n'))


def test_what_is_not_toml_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"one\.toml is not well-formed TOML: .*line 2"):
        read_story(story(tmp_path, 'title = "?"\nat = \n'))


def test_an_organisation_names_its_people_once_and_its_owner_first(tmp_path: Path) -> None:
    text = 'owner = "olga"\n[groups]\na = ["anna", "ben"]\nb = ["ben", "olga"]\neach = "everybody"\n'
    story(tmp_path, text, "organisation.toml")
    read = read_organisation(tmp_path)
    assert (read.people, read.answerable) == (["olga", "anna", "ben"], "olga")


def test_without_an_owner_the_first_person_is_answerable(tmp_path: Path) -> None:
    story(tmp_path, '[groups]\na = ["anna", "ben"]\n', "organisation.toml")
    assert read_organisation(tmp_path).answerable == "anna"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "it names the people of the stories"),
        ("[groups]\n", "names nobody"),
        ('[grups]\na = ["anna"]\n', "Do you mean 'groups'"),
    ],
)
def test_an_organisation_that_cannot_be_understood_is_refused(tmp_path: Path, text: str | None, said: str) -> None:
    if text is not None:
        story(tmp_path, text, "organisation.toml")
    with pytest.raises(Invalid, match=said):
        read_organisation(tmp_path)

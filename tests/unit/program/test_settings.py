"""Settings: the flag over the environment, the environment over the file, the file over the default."""

import pytest

from engine.errors import Invalid
from steward.settings import Settings, load


@pytest.fixture
def config(tmp_path):
    (tmp_path / "steward.toml").write_text('port = 1111\nthreads = 2\nlog_level = "debug"\n')
    return str(tmp_path)


def test_each_source_wins_over_the_next(config):
    environment = {"STEWARD_CONFIG": config, "STEWARD_PORT": "2222", "STEWARD_THREADS": "3"}
    found = load({"port": 3333, "host": None}, environment)
    assert (found.port, found.threads, found.log_level, found.host) == (3333, 3, "debug", "127.0.0.1")


def test_the_folder_of_the_file_may_itself_be_a_flag(config, tmp_path):
    assert load({"config": config}, {"STEWARD_CONFIG": str(tmp_path / "elsewhere")}).port == 1111


@pytest.mark.parametrize(
    ("word", "meant"), [("true", True), ("YES", True), ("1", True), ("false", False), ("No", False)]
)
def test_words_for_yes_and_no(config, word, meant):
    assert load({"config": config}, {"STEWARD_RELEASE_AT_ONCE": word}).release_at_once is meant


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"STEWARD_PORT": "many"}, "port needs a whole number, not 'many'"),
        ({"STEWARD_RELEASE_AT_ONCE": "perhaps"}, "release_at_once needs true or false, not 'perhaps'"),
        ({"STEWARD_LOG_LEVEL": "loud"}, "log_level needs one of debug, info, warning, error, not 'loud'"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(config, environment, says):
    with pytest.raises(Invalid, match=says):
        load({"config": config}, environment)


def test_an_unknown_setting_in_the_file_is_named(tmp_path):
    (tmp_path / "steward.toml").write_text("prot = 8081\n")
    with pytest.raises(Invalid, match="sets prot"):
        load({"config": str(tmp_path)}, {})


def test_a_file_that_is_no_toml_is_named(tmp_path):
    (tmp_path / "steward.toml").write_text("port =\n")
    with pytest.raises(Invalid, match=r"steward\.toml is not well-formed TOML"):
        load({"config": str(tmp_path)}, {})


def test_without_an_address_the_database_lies_in_the_working_folder(tmp_path):
    assert Settings(home=str(tmp_path)).url == f"sqlite:///{tmp_path / 'steward.sqlite'}"
    assert Settings(database_url="postgresql+psycopg://db").url == "postgresql+psycopg://db"


def test_groups_that_release_are_separated_by_commas():
    assert Settings(release_groups=" quality_manager, ,ai_officer ").releasing == ("quality_manager", "ai_officer")

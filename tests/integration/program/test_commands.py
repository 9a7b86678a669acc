"""Commands as people type them, bad input included."""

import json
from base64 import b32decode

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from engine.identity import factors, people
from engine.identity.factors import Second
from engine.strongbox import Strongbox
from steward.clock import utc_now
from steward.keys import secrets_key
from tests.factories import END, START, process, sequence, user_task

REFUSED, USAGE, NOT_FOUND, CONFLICT, FORBIDDEN, UNREACHABLE = range(1, 7)
NOBODY = "01a20000-0000-7000-8000-000000000000"

SIGNED = (
    '<bpmn:userTask id="T_sign" name="Sign it" camunda:candidateGroups="quality_manager"><bpmn:extensionElements>'
    '<camunda:properties><camunda:property name="sign" value="approved"/></camunda:properties>'
    "</bpmn:extensionElements></bpmn:userTask>"
)
PROVED = (
    '<bpmn:userTask id="T_prove" name="Prove it" camunda:candidateGroups="quality_manager"><bpmn:extensionElements>'
    '<camunda:properties><camunda:property name="evidence" value="report:file|link*"/></camunda:properties>'
    "</bpmn:extensionElements></bpmn:userTask>"
)
ADD = (
    '<bpmn:scriptTask id="X_add" name="Add" scriptFormat="feel" camunda:resultVariable="total">'
    "<bpmn:script>amount + 1</bpmn:script></bpmn:scriptTask>"
)


@pytest.fixture
def started(house):
    """Hannah's case, with its first task."""
    house.login("hannah.vogel")
    case = house.json("start", "corrective_action", "--at", "S_form")["id"]
    return case, house.json("tasks")[0]["id"]


def test_whoever_is_not_logged_in_is_told_how(house):
    assert "Use `steward login PERSON`" in house.says("tasks", expect=FORBIDDEN)
    assert "as mia" in house.says("--as", "mia", "tasks", expect=FORBIDDEN)


def test_a_wrong_password_and_an_unknown_person_sound_alike(house):
    wrong = house.says("login", "hannah.vogel", "--password", "wrong", expect=FORBIDDEN)
    assert house.says("login", "nobody.here", "--password", "wrong", expect=FORBIDDEN) == wrong


def test_whoever_has_a_second_factor_is_asked_for_a_code(house):
    at, box = utc_now(), Strongbox(secrets_key(house.program.settings.folder))
    with house.program.database.writing() as session:
        hannah = people.person(session, "hannah.vogel")
        totp = TOTP(b32decode(factors.begin(session, box, by=hannah)), 6, SHA1(), 30)
        first = Second(code=totp.generate(at.timestamp()).decode(), box=box, at=at)
        factors.confirm(session, first, by=hannah, now=house.program.clock())
    password = house.people["hannah.vogel"]
    code = totp.generate(at.timestamp() + 30).decode()
    asked = house.run("login", "hannah.vogel", "--password", password, given=f"{code}\n").output
    assert "Code of your second factor" in asked
    assert "Logged in" in asked
    words = ("login", "hannah.vogel", "--password", password, "--code", code)
    assert "wrong, or was used" in house.says(*words, expect=FORBIDDEN)

    back = ("let-in", "hannah.vogel", "--reason", "Lost her phone.")
    assert "Nothing was changed" in house.says(*back, "--dry-run", STEWARD_NEW_PASSWORD="a new long one")
    assert "wrong" in house.says("login", "hannah.vogel", "--password", "a new long one", expect=FORBIDDEN)
    assert "second factor is removed" in house.says(*back, STEWARD_NEW_PASSWORD="a new long one")
    assert "Logged in" in house.says("login", "hannah.vogel", "--password", "a new long one")


def test_where_no_server_answers_the_command_says_what_to_do(house):
    house.login("hannah.vogel")
    said = house.says("--server", "http://127.0.0.1:9", "--token", "any", "tasks", expect=UNREACHABLE)
    assert "steward run" in said
    house.run("--server", "no address", "--token", "any", "tasks", expect=UNREACHABLE)


def test_a_working_folder_that_cannot_be_is_said_in_a_sentence(house, tmp_path):
    (tmp_path / "file").write_text("no folder")
    said = house.says("run", "--home", str(tmp_path / "file" / "home"), expect=REFUSED)
    assert "cannot be the working folder" in said


def test_a_token_that_nobody_issued_opens_nothing(house):
    assert "valid token" in house.says("--token", "made-up", "tasks", expect=FORBIDDEN)


def test_tokens_are_kept_for_their_owner_alone(house):
    house.login("hannah.vogel")
    path = house.voice("hannah.vogel").credentials.path
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("{")
    assert "log in again" in house.says("tasks", expect=REFUSED)


@pytest.mark.parametrize(
    "words",
    [
        ["tasks", NOBODY],
        ["claim", NOBODY],
        ["complete", NOBODY],
        ["sign", NOBODY],
        ["show", NOBODY],
        ["trail", NOBODY],
        ["comment", NOBODY, "Hello"],
        ["correct", NOBODY, "--reason", "Because", "-a", "a=1"],
        ["case", "cancel", NOBODY, "--reason", "Because"],
        ["release", NOBODY, "--owner", "henrik.lund"],
        ["retry", NOBODY],
        ["group", "show", "no_such_group"],
        ["start", "no_such_process"],
        ["show", "no-id-at-all"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_what_is_not_there_is_said_to_be_not_there(house, words):
    house.login("henrik.lund", "deniz.aydin")
    who = "deniz.aydin" if words[0] in ("release", "retry") else "henrik.lund"
    house.run("--as", who, *words, expect=NOT_FOUND)


@pytest.mark.parametrize(
    "words",
    [
        ["show", "../people"],
        ["show", "a/b"],
        ["claim", "?dry_run=true"],
        ["complete", NOBODY, "-a", "no-value"],
        ["complete", NOBODY, "--from", "/no/such/file.json"],
        ["attach", NOBODY, "report", "/no/such/file.pdf"],
        ["deploy", "/no/such/folder"],
        ["person", "change", "hannah.vogel"],
        ["instances", "--status", "gone"],
        ["no-such-command"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_words_that_make_no_sense_are_refused_before_anything_is_asked(terminal, words):
    terminal.run("--token", "any", *words, expect=USAGE)


def test_answers_come_from_a_file_from_standard_input_and_from_the_line(house, started, tmp_path):
    _, task = started
    for text, why in (("{", "does not hold JSON"), ("[1]", "does not hold a JSON object")):
        assert why in house.run("complete", task, "--from", "-", given=text, expect=USAGE).output
    said = house.run("complete", task, "--from", "-", "-a", "harm_or_rights=false", given="{}", expect=REFUSED).output
    assert "title: This must be answered." in said
    assert "harm_or_rights" not in said


def test_another_persons_task_is_another_persons(house, started):
    house.login("sofia.rossi", "henrik.lund")
    case, task = started
    given = json.dumps({"source": "external_audit_minor", "title": "A", "finding": "Something that is long enough."})
    more = ["-a", "requirement_broken=true", "-a", "requirement=Clause 8.5", "-a", "where_found=Here"]
    more += ["-a", "found_on=2027-01-04", "-a", "how_found=Seen", "-a", "objective_evidence=Photo"]
    house.run("--as", "hannah.vogel", "complete", task, "--from", "-", *more, "-a", "harm_or_rights=false", given=given)
    (triage,) = house.json("--as", "henrik.lund", "tasks", "--claimable")
    house.run("--as", "henrik.lund", "claim", triage["id"])
    assert "henrik.lund" in house.says("--as", "sofia.rossi", "claim", triage["id"], expect=CONFLICT)
    house.run("--as", "henrik.lund", "give-back", triage["id"], "--reason", "Away.")
    house.run("--as", "sofia.rossi", "claim", triage["id"])
    said = house.says("--as", "hannah.vogel", "case", "cancel", case, "--reason", "No more.", expect=FORBIDDEN)
    assert said.startswith("Error: ")


def test_a_dry_run_says_so_and_leaves_nothing_behind(house, started):
    case, task = started
    before = house.json("trail", case)
    for words in (
        ["claim", task],
        ["give-back", task, "--reason", "Away."],
        ["comment", case, "Hello"],
        ["start", "corrective_action", "--at", "S_form"],
        ["message", "void", "--instance", case],
        ["signal", "site_closed"],
    ):
        assert "this was a dry run" in house.says(*words, "--dry-run")
    assert house.json("trail", case) == before
    assert len(house.json("instances")) == 1


def test_people_and_groups_are_looked_after(house):
    house.login("deniz.aydin", "hannah.vogel")
    admin = ("--as", "deniz.aydin")
    said = house.says(*admin, "person", "add", "mia.berg", "--name", "Mia Berg")
    assert "needs a password" in said
    house.run(*admin, "person", "password", "mia.berg", STEWARD_NEW_PASSWORD="a first long password")
    house.run("login", "mia.berg", STEWARD_PASSWORD="a first long password")
    house.run(
        "person", "password", "mia.berg", STEWARD_NEW_PASSWORD="a second long one", STEWARD_PASSWORD="wrong", expect=5
    )
    house.run(
        *("person", "password", "mia.berg"),
        STEWARD_NEW_PASSWORD="a second long one",
        STEWARD_PASSWORD="a first long password",
    )
    house.run("login", "mia.berg", STEWARD_PASSWORD="a second long one")
    house.run(*admin, "person", "change", "mia.berg", "--name", "Mia Berg-Lund", "--zone", "Europe/Lisbon")
    house.run(*admin, "group", "new", "lab", "--name", "Laboratory")
    house.run(*admin, "group", "add", "lab", "mia.berg", "--as", "lead")
    members = house.json(*admin, "group", "show", "lab")["members"]
    assert [(one["name"], one["standing"]) for one in members] == [("Mia Berg-Lund", "lead")]
    house.run(*admin, "group", "remove", "lab", "mia.berg", expect=CONFLICT)
    house.run("--as", "hannah.vogel", "person", "end", "mia.berg", expect=FORBIDDEN)


def test_a_token_serves_until_it_is_revoked(house):
    house.login("hannah.vogel")
    made = house.json(
        "token", "new", "--name", "pipeline", "--scope", "read", STEWARD_PASSWORD=house.people["hannah.vogel"]
    )
    assert house.says("--token", made["token"], "tasks") == "Nothing to do.\n"
    said = house.says("--token", made["token"], "start", "corrective_action", "--at", "S_form", expect=FORBIDDEN)
    assert "scope work" in said
    (kept,) = (one for one in house.json("token", "list") if one["name"] == "pipeline")
    house.run("token", "revoke", kept["id"])
    house.run("--token", made["token"], "tasks", expect=FORBIDDEN)


def test_the_uploader_does_not_release(house, tmp_path):
    (tmp_path / "mine.bpmn").write_bytes(process("mine", sequence(START, user_task("T_a", groups="reporter"), END)))
    house.login("deniz.aydin", "henrik.lund", "hannah.vogel")
    said = house.says("--as", "deniz.aydin", "deploy", str(tmp_path / "mine.bpmn"))
    assert "steward release" in said
    made = house.json("--as", "henrik.lund", "definitions", "mine")[0]["deployment_id"]
    house.run("--as", "deniz.aydin", "release", made, "--owner", "deniz.aydin", expect=FORBIDDEN)
    house.run("--as", "hannah.vogel", "release", made, "--owner", "hannah.vogel", expect=FORBIDDEN)
    assert "in force" in house.says("--as", "henrik.lund", "release", made, "--owner", "henrik.lund")
    again = house.says("--as", "deniz.aydin", "deploy", str(tmp_path / "mine.bpmn"))
    assert "Nothing has changed." in again


def test_what_cannot_run_is_refused_with_every_problem(house, tmp_path):
    (tmp_path / "bad.bpmn").write_bytes(
        process(
            "bad", sequence(START, user_task("T_a", groups="nobody_knows"), user_task("T_b", groups="nor_this"), END)
        )
    )
    house.login("deniz.aydin")
    said = house.says("--as", "deniz.aydin", "deploy", str(tmp_path / "bad.bpmn"), expect=REFUSED)
    assert "nobody_knows" in said
    assert "nor_this" in said


def test_a_signature_takes_the_password_again(house, put_in_force):
    key = put_in_force("signed", SIGNED)
    house.run("--as", "henrik.lund", "start", key)
    (task,) = house.json("--as", "henrik.lund", "tasks", "--claimable")
    sign = ("--as", "henrik.lund", "sign", task["id"])
    house.run("--as", "henrik.lund", "claim", task["id"])
    house.run("--as", "henrik.lund", "complete", task["id"], expect=REFUSED)
    assert house.run(*sign, STEWARD_PASSWORD="wrong", expect=FORBIDDEN)
    done = house.run(*sign, given=f"{house.people['henrik.lund']}\n").output
    assert "Your signature will say: approved." in done
    assert "Sign it: completed." in done
    assert house.people["henrik.lund"] not in done


def test_evidence_is_a_file_or_a_link(house, put_in_force, tmp_path):
    key = put_in_force("proved", PROVED)
    house.run("--as", "henrik.lund", "start", key)
    (task,) = house.json("--as", "henrik.lund", "tasks", "--claimable")
    house.run("--as", "henrik.lund", "claim", task["id"])
    assert "report" in house.says("--as", "henrik.lund", "complete", task["id"], expect=REFUSED)
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7 seen")
    attach = ("--as", "henrik.lund", "attach", task["id"], "report")
    assert "SHA-256" in house.says(*attach, str(tmp_path / "report.pdf"), "--effective", "2027-01-02")
    assert "is in report." in house.says(*attach, "https://example.org/report")
    house.run(*attach[:-1], "no_such_slot", "https://example.org/report", expect=REFUSED)
    house.run("--as", "henrik.lund", "complete", task["id"])


def test_answers_are_kept_where_a_step_is_stuck(house, put_in_force):
    key = put_in_force("adding", user_task("T_count", groups="quality_manager"), ADD)
    house.run("--as", "henrik.lund", "start", key)
    (task,) = house.json("--as", "henrik.lund", "tasks", "--claimable")
    house.run("--as", "henrik.lund", "claim", task["id"])
    said = house.says("--as", "henrik.lund", "complete", task["id"])
    assert "your answers are kept, but the case cannot go on" in said
    (step,) = house.json("--as", "henrik.lund", "stuck")
    assert step["id"] in said
    assert "Still stuck" in house.says("--as", "henrik.lund", "retry", step["id"])
    house.run("--as", "henrik.lund", "correct", step["instance_id"], "-a", "amount=2", "--reason", "Was left out.")
    assert house.says("--as", "henrik.lund", "retry", step["id"]) == "The step goes on.\n"
    shown = house.json("--as", "henrik.lund", "show", step["instance_id"])
    assert (shown["status"], shown["variables"]["total"]) == ("completed", 3)


@pytest.mark.parametrize(
    "words",
    [["tasks"], ["instances"], ["definitions"], ["person", "list"], ["group", "list"], ["token", "list"], ["stuck"]],
    ids=" ".join,
)
def test_lists_answer_in_json_and_in_tables(house, started, words):
    house.login("deniz.aydin", "hannah.vogel")
    who = ("--as", "hannah.vogel")
    assert isinstance(house.json(*who, *words), list)
    assert house.says(*who, *words)


def test_a_refusal_is_a_problem_document_for_scripts(house):
    house.login("henrik.lund")
    problem = house.json("show", NOBODY, expect=NOT_FOUND)
    assert (problem["status"], problem["code"]) == (404, "not-found")


def test_a_shell_learns_the_commands(terminal):
    assert "_STEWARD_COMPLETE" in terminal.says("completion", "zsh")
    assert "steward" in terminal.says("completion", "fish")
    assert terminal.says("--version").startswith("steward, version ")

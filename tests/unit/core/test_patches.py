"""For each way in which we differ from the library a model that goes wrong without it."""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path

import pytest
from drawing import Drawing, duration, error, errors, many, message, messages
from play import Play, defined

from engine.core.events import Started
from engine.core.spiff import version
from engine.core.spiff.patches import PATCHES, without
from engine.errors import Broken


def equal_bytes() -> None:
    drawing = Drawing().start().user("work").path("start", "work")
    assert Play.of(drawing).state == Play.of(drawing).state


def a_list_of_sub_processes_is_withdrawn_whole() -> None:
    inside = Drawing().start("s1").user("in").end("e1").path("s1", "in", "e1")
    outer = Drawing().start("s2").sub("each", inside, many("items", "item")).end("e2").path("s2", "each", "e2")
    drawing = Drawing().start().sub("part", outer).user("late").path("start", "part")
    play = Play.of(drawing.boundary("stop", "part", duration("PT1H")).path("stop", "late"), items=[1, 2]).after(hours=2)
    assert (play.open, play.withdrawn()) == (["late"], {"in": "stop"})


def race() -> Drawing:
    drawing = Drawing(beside=messages("reply")).start().node("eventBasedGateway", "race").user("late", "answer")
    drawing.catch("wait", duration("PT1H")).catch("soon", duration("PT2H")).catch("reply", message("reply"))
    drawing.path("start", "race").path("race", "wait", "late").path("race", "soon", "late")
    return drawing.path("race", "reply", "answer")


def a_race_has_one_winner() -> None:
    play = Play.of(race()).after(hours=1)
    assert (play.open, play.waiting("timer"), play.waiting("message")) == (["late"], [], [])


def children_that_were_forgotten_are_no_children() -> None:
    drawing = Drawing(beside=messages("ask")).start().user("work", "extra", "late").path("start", "work")
    drawing.boundary("asked", "work", message("ask"), interrupting=False).path("asked", "extra")
    drawing.boundary("due", "work", duration("PT1H")).path("due", "late")
    play = Play.of(drawing).message("asked").do("extra")
    assert play.after(hours=1).open == ["late"]
    case = play.case
    assert all(child is not None for token in case.tokens() for child in token.children)
    memory = play.memory
    assert memory is not None
    assert all(type(child).__name__ == "Token" for token in memory.case.tokens() for child in token.children)
    token = memory.case.tokens()[0]
    token._children.append(999)
    assert None not in token.children


def only_true_flows_are_taken() -> None:
    drawing = Drawing().start().user("work", "yes", "no").path("start", "work")
    drawing.flow("work", "yes", "${n > 1}").flow("work", "no", "${n > 5}")
    assert Play.of(drawing, n=2).do("work").open == ["yes"]


def a_join_in_a_loop_waits_for_both() -> None:
    drawing = (
        Drawing().start().xor("merge").parallel("fork", "join").user("a", "b", "ask").path("start", "merge", "fork")
    )
    drawing.path("fork", "a", "join").path("fork", "b", "join").path("join", "ask", "merge")
    play = Play.of(drawing).do("a").do("b").do("ask").do("a")
    assert play.open == ["b"]


def an_inclusive_join_waits_for_nobody_who_cannot_come() -> None:
    drawing = Drawing().start().inclusive("split").inclusive("meet").user("a", "b", "last").path("start", "split")
    drawing.flow("split", "a", "${n > 0}").flow("split", "b", "${n > 5}").path("a", "meet").path("b", "meet")
    assert Play.of(drawing.path("meet", "last"), n=1).do("a").open == ["last"]


def a_boundary_message_catches_again() -> None:
    drawing = Drawing(beside=messages("ask")).start().user("work", "extra").path("start", "work")
    drawing.boundary("asked", "work", message("ask"), interrupting=False).path("asked", "extra")
    assert Play.of(drawing).message("asked").message("asked").open == ["extra", "extra", "work"]


def an_error_reaches_its_own_activity() -> None:
    drawing = Drawing(beside=errors("red")).start().parallel("fork").service("one", "two").user("mend1", "mend2")
    drawing.path("start", "fork").path("fork", "one").path("fork", "two")
    drawing.boundary("caught1", "one", error("red")).path("caught1", "mend1")
    drawing.boundary("caught2", "two", error("red")).path("caught2", "mend2")
    assert Play.of(drawing).failed("two", "red").open == ["mend2"]


def an_event_sub_process_interrupts() -> None:
    branch = Drawing().start("s1", message("stop")).user("extra").path("s1", "extra")
    drawing = Drawing(beside=messages("stop")).start().user("work").path("start", "work").event_sub("es", branch)
    assert Play.of(drawing).message("s1").open == ["extra"]


def results_come_in_the_order_of_the_list() -> None:
    drawing = Drawing().start().user("work", inner=many("items", "item", results="votes", result="vote"))
    play = Play.of(drawing.path("start", "work"), items=[1, 2])
    assert play.do("work", number=1, vote="b").do("work", vote="a").data["votes"] == ["a", "b"]


def of_two_timers_the_first_ends_the_other() -> None:
    drawing = Drawing().start().user("work", "late1", "late2").path("start", "work")
    drawing.boundary("second", "work", duration("PT2H")).path("second", "late2")
    drawing.boundary("first", "work", duration("PT1H")).path("first", "late1")
    assert Play.of(drawing).after(days=1).open == ["late1"]


def a_loop_leaves_nothing_behind() -> None:
    drawing = Drawing().start().xor("again").user("work").path("start", "again", "work", "again")
    play = Play.of(drawing)
    for _ in range(30):
        play.do("work")
    assert play.size < 500


def a_long_process_can_be_read() -> None:
    names = [f"step{number}" for number in range(500)]
    drawing = Drawing().start().user(*names)
    assert Play.of(drawing.path("start", *names)).open == ["step0"]


MODELS: dict[str, Callable[[], None]] = {
    "identity": equal_bytes,
    "ready": equal_bytes,
    "withdrawal": a_list_of_sub_processes_is_withdrawn_whole,
    "children": children_that_were_forgotten_are_no_children,
    "flows": only_true_flows_are_taken,
    "parallel-join": a_join_in_a_loop_waits_for_both,
    "inclusive-join": an_inclusive_join_waits_for_nobody_who_cannot_come,
    "race": a_race_has_one_winner,
    "re-arm": a_boundary_message_catches_again,
    "errors": an_error_reaches_its_own_activity,
    "event-sub-process": an_event_sub_process_interrupts,
    "results": results_come_in_the_order_of_the_list,
    "catch-up": of_two_timers_the_first_ends_the_other,
    "pruning": a_loop_leaves_nothing_behind,
    "parser": a_long_process_can_be_read,
}


@pytest.mark.parametrize("name", [patch.name for patch in PATCHES])
def test_each_difference_from_the_library_is_needed(name):
    model = MODELS[name]
    model()
    with without(name), pytest.raises(Exception):  # noqa: B017
        model()
    model()


def test_every_model_belongs_to_a_difference():
    assert set(MODELS) == {patch.name for patch in PATCHES}


def test_another_version_of_the_library_is_refused_in_words():
    version.check()
    with pytest.raises(Broken, match=r"SpiffWorkflow 3\.2\.0 only, and 4\.0\.0"):
        version.check("4.0.0")


CLOCKS = ("time.time(", "datetime.now(", "uuid4(", "random.", "localtime(", "utcnow(", "date.today(", "urandom(")
KNOWN = {
    "SpiffWorkflow/bpmn/serializer/migration/version_1_3.py": {"uuid4("},  # We never migrate its own format.
    "SpiffWorkflow/bpmn/specs/event_definitions/timer.py": {"datetime.now(", "localtime("},
    "SpiffWorkflow/task.py": {"time.time(", "uuid4("},
}
USED = ("SpiffWorkflow/*.py", "SpiffWorkflow/specs/*.py", "SpiffWorkflow/util/*.py", "SpiffWorkflow/bpmn/**/*.py")


def test_the_library_reads_no_clock_and_draws_no_id_where_we_do_not_know_it():
    root = Path(str(distribution("spiffworkflow").locate_file("")))
    found: dict[str, set[str]] = {}
    for pattern in USED:
        for file in root.glob(pattern):
            signs = {sign for sign in CLOCKS if sign in file.read_text(encoding="utf-8")}
            if signs:
                found[file.relative_to(root).as_posix()] = signs
    assert found == KNOWN


def test_a_case_knows_no_other_clock_than_its_own():
    play = Play(defined(race()), now=datetime(2028, 5, 2, 9, tzinfo=UTC))
    play.begin(Started(case={}))
    assert {effect.at for effect in play.effects if hasattr(effect, "at")} == {play.now}


def test_one_room_knows_the_library():
    engine = Path(__file__).parents[3] / "engine"
    knowing = {file.relative_to(engine).parts[:2] for file in engine.rglob("*.py") if "SpiffWorkflow" in _imports(file)}
    assert knowing == {("core", "spiff")}


def _imports(file: Path) -> str:
    lines = file.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if line.startswith(("import ", "from ")))

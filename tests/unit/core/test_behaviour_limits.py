"""What an author may rely on where a limit stands still while the case is back with its author."""

from datetime import UTC, datetime

from drawing import Drawing, duration, extension
from play import Play

from engine.core.effects import TaskChanged


def sent_back(limit: str, clock: str = "") -> Play:
    """A request that is decided by a limit; `decide` may send it back to `rework`, and `watch` sees the limit."""
    properties = f'<camunda:property name="limit" value="decision = {limit}"/>{clock}'
    drawing = Drawing().start().user("ask", "rework")
    drawing.user("decide", "watch", camunda__dueDate="${limit.decision}")
    drawing.nodes.insert(0, extension(f"<camunda:properties>{properties}</camunda:properties>"))
    drawing.parallel("fork", "join").xor("again", default="go_on").end().user("late")
    drawing.path("start", "ask", "fork", "decide", "again")
    drawing.flow("again", "rework", "${back}").flow("again", "join", name="go_on").path("rework", "decide")
    drawing.path("fork", "watch", "join", "end")
    drawing.boundary("out_of_time", "watch", duration("${limit.decision}")).path("out_of_time", "late")
    return Play.of(drawing)


def at(day: int, month: int, hour: int = 9) -> datetime:
    return datetime(2027, month, day, hour, tzinfo=UTC)


def to(play: Play, moment: datetime) -> Play:
    play.now = moment
    return play


PAUSED = "20 bd from ${done_at(ask)}, pause rework"


def test_business_days_that_were_left_run_on_after_the_day_the_case_returns():
    play = to(sent_back(PAUSED), at(8, 3)).do("ask")
    assert play.due("watch") == play.due("out_of_time") == at(5, 4, 17)
    to(play, at(18, 3, 16)).do("decide", back=True)
    assert play.due("watch") is None
    assert "out_of_time" not in play.waiting("timer")

    to(play, at(6, 4, 10)).do("rework")  # 12 business days were left after 18 March.
    assert play.due("watch") == play.due("decide") == play.due("out_of_time") == at(22, 4, 17)
    assert play.replays()


def test_nothing_falls_due_while_a_limit_stands_still():
    play = to(sent_back(PAUSED), at(8, 3)).do("ask")
    to(play, at(18, 3)).do("decide", back=True)
    to(play, at(1, 12)).after(hours=0)
    assert play.open == ["rework", "watch"]
    assert play.do("rework").open == ["decide", "watch"]


def test_a_limit_that_was_passed_stays_passed():
    play = to(sent_back("2 bd from ${done_at(ask)}, pause rework"), at(8, 3)).do("ask")
    to(play, at(11, 3)).after(hours=0)
    assert play.open == ["decide", "late"]
    to(play, at(12, 3)).do("decide", back=True)
    assert to(play, at(15, 3)).do("rework").due("decide") == at(10, 3, 17)


def test_each_return_to_the_author_counts():
    play = to(sent_back(PAUSED), at(8, 3)).do("ask")
    for away, back in ((at(9, 3), at(11, 3)), (at(12, 3), at(17, 3))):
        to(play, away).do("decide", back=True)
        to(play, back).do("rework")
    assert play.due("decide") == at(12, 4, 17)  # 5 April, and 2 and 3 days more.
    changed = [effect.due_at for effect in play.effects if isinstance(effect, TaskChanged)]
    assert changed == [None, at(7, 4, 17), None, at(12, 4, 17)]
    assert play.replays()


def test_real_time_stands_still_to_the_minute():
    play = to(sent_back("PT48H from ${done_at(ask)}, pause rework"), at(8, 3)).do("ask")
    to(play, at(8, 3, 12)).do("decide", back=True)
    assert to(play, at(8, 3, 15)).do("rework").due("decide") == at(10, 3, 12)


def test_open_hours_that_were_left_run_on():
    play = to(sent_back("6 bh from ${done_at(ask)}, pause rework"), at(8, 3)).do("ask")
    to(play, at(8, 3, 12)).do("decide", back=True)  # 3 of 6 hours are left.
    assert to(play, at(10, 3, 16)).do("rework").due("decide") == at(11, 3, 11)


def test_the_process_may_name_what_pauses_every_limit():
    clock = '<camunda:property name="pause_clock" value="rework"/>'
    play = to(sent_back("20 bd from ${done_at(ask)}", clock), at(8, 3)).do("ask")
    to(play, at(18, 3)).do("decide", back=True)
    assert to(play, at(6, 4)).do("rework").due("decide") == at(22, 4, 17)


def test_what_was_before_the_fact_of_a_limit_does_not_count():
    play = to(sent_back("20 bd from ${done_at(rework)}, pause ask"), at(8, 3)).do("ask")
    to(play, at(9, 3)).do("decide", back=True)
    assert to(play, at(10, 3)).do("rework").due("decide") == at(7, 4, 17)

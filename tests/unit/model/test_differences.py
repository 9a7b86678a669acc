"""Two versions of a process are told apart by what they say, not by how they are drawn."""

from engine.core.model.differences import Change, differences
from tests.factories import END, START, process, sequence, three_tasks, user_task

KEY = "p"
WAIT = (
    '<bpmn:intermediateCatchEvent id="wait" name="Wait"><bpmn:timerEventDefinition>'
    "<bpmn:timeDuration>{}</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
)


def version(*elements: str) -> bytes:
    """A process of these elements, one after the other."""
    return process(KEY, sequence(START, *elements, END))


def told(before: bytes, after: bytes) -> dict[tuple[str, str], tuple[tuple[str, str | None, str | None], ...]]:
    """What changed, by what became of which element; flows left out."""
    found = differences(before, after, KEY)
    return {(one.what, one.element): one.facts for one in found if one.kind != "sequenceFlow"}


def test_a_file_does_not_differ_from_itself_nor_from_one_that_is_drawn_or_written_otherwise():
    file = three_tasks()
    moved = file.replace(b"</bpmn:definitions>", b"<drawing x='1'/></bpmn:definitions>").replace(
        b'" name=', b'"   name='
    )

    assert differences(file, moved, "three") == ()


def test_what_is_new_what_says_something_else_and_what_is_gone_are_told_apart():
    before = version(user_task("T_a", groups="staff"), WAIT.format("PT1H"), user_task("T_b", groups="staff"))
    after = version(user_task("T_a", groups="board", apart="T_c"), WAIT.format("PT2H"), user_task("T_c"))

    assert told(before, after) == {
        ("added", "T_c"): (),
        ("changed", "T_a"): (("candidateGroups", "staff", "board"), ("separate_from", None, "T_c")),
        ("changed", "wait"): (("timeDuration", "PT1H", "PT2H"),),
        ("removed", "T_b"): (),
    }


def test_a_condition_is_told_at_its_flow_and_what_lies_in_a_part_at_itself():
    part = '<bpmn:subProcess id="part" name="Part">{}</bpmn:subProcess>'
    flow = '<bpmn:sequenceFlow id="f" sourceRef="i" targetRef="o">{}</bpmn:sequenceFlow>'
    ends = '<bpmn:startEvent id="i"/><bpmn:endEvent id="o"/>'
    asked = "<bpmn:conditionExpression>${{{}}}</bpmn:conditionExpression>"
    before, after = (version(part.format(ends + flow.format(asked.format(one)))) for one in ("a", "b"))

    (change,) = differences(before, after, KEY)

    facts = (("conditionExpression", "${a}", "${b}"),)
    assert change == Change(element="f", kind="sequenceFlow", name="f", what="changed", facts=facts)

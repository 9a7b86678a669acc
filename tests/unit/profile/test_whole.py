"""What concerns a diagram as a whole, and files as a set."""

import json

import pytest

from engine.core.profile import Known

PLAIN = '<startEvent id="S"/>\nS -> E\n<endEvent id="E"/>'
DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="{}" name="Class"><literalExpression id="l"><text>1</text></literalExpression></decision></definitions>"""


def form(key: str) -> str:
    return json.dumps({"id": key, "type": "default", "components": []})


def test_a_diagram_for_camunda_8_gets_one_clear_error(told, diagram):
    zeebe = told('<startEvent id="S">\n<extensionElements><z:properties/></extensionElements>\n</startEvent>')

    assert zeebe.errors == ["camunda-8 None"]
    assert len(zeebe.problems) == 1


def test_a_diagram_that_says_it_is_for_camunda_8_gets_one_clear_error(check_files, diagram):
    xml = diagram("<usrTask/>").replace("<definitions ", '<definitions m:executionPlatform="Camunda Cloud" ', 1)

    assert [problem.code for problem in check_files({"p.bpmn": xml}).problems] == ["camunda-8"]


def test_a_diagram_without_an_executable_process_is_refused_with_the_remedy(check_files, diagram):
    xml = diagram(PLAIN).replace('id="p" isExecutable="true" >', 'id="p"> <!-- here -->')
    problem = check_files({"p.bpmn": xml}).refused("no-executable-process", "p")

    assert problem.remedy.startswith("Mark the process as executable")


def test_a_file_that_is_no_diagram_is_refused(check_files):
    check_files({"p.bpmn": "<svg/> <!-- here -->"}).refused("not-bpmn", None)


def test_an_id_that_is_used_twice_is_refused(told):
    told('<startEvent id="S"/>\nS -> E\n<endEvent id="E"/>\n<textAnnotation id="S"/> <!-- here -->').refused(
        "duplicate-id", "S"
    )


def test_a_step_without_an_id_is_refused(told):
    told(f"{PLAIN}\n<userTask/> <!-- here -->").refused("missing-id", "p")


@pytest.mark.parametrize("key", ["T#1", "1T", "T 1"])
def test_an_id_that_is_no_name_is_refused(inside, key):
    found = inside(f'<userTask id="{key}"/> <!-- here -->')

    assert f"invalid-id {key}" in found.errors


def test_a_lane_that_names_a_missing_step_is_refused(told):
    lane = '<laneSet id="ls"><lane id="L">\n<flowNodeRef>gone</flowNodeRef> <!-- here -->\n</lane></laneSet>'
    told(f"{lane}\n{PLAIN}").refused("dead-lane-reference", "L")


def test_a_process_that_is_not_drawn_is_a_warning(told):
    assert told(PLAIN).warnings("missing-drawing") == ["p"]


def test_a_step_that_is_not_drawn_is_a_warning(told):
    di = (
        '<d:BPMNDiagram xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI"><d:BPMNPlane>'
        '<d:BPMNShape bpmnElement="S"/></d:BPMNPlane></d:BPMNDiagram>'
    )
    assert told(PLAIN, around=di).warnings("missing-drawing") == ["E"]


def test_two_files_with_one_process_are_refused(check_files, diagram):
    found = check_files({"a.bpmn": diagram(PLAIN), "b.bpmn": diagram(PLAIN)})

    assert [(problem.file, problem.element) for problem in found.problems if problem.severity == "error"] == [
        ("b.bpmn", "p")
    ]
    assert found.errors == ["duplicate-id p"]


def test_two_forms_or_two_tables_with_one_id_are_refused(check_files):
    found = check_files({"a.form": form("f"), "b.form": form("f"), "a.dmn": DMN.format("c"), "b.dmn": DMN.format("c")})
    assert found.errors == ["duplicate-id c", "duplicate-id f"]


def test_a_cmmn_file_is_refused(check_files):
    check_files({"a.cmmn": "<x/>"}).refused("cmmn", None)


def test_other_files_are_accepted_as_they_are(check_files):
    assert check_files({"a.png": b"\x89PNG", "README.md": "# <", "b.txt": b"\x00"}).problems == ()


REFERENCES = [
    ("form", '<userTask id="T" c:formRef="x"/>'),
    ("decision", '<businessRuleTask id="T" c:decisionRef="x" c:resultVariable="r"/>'),
    ("process", '<callActivity id="T" calledElement="x"/>'),
]


@pytest.mark.parametrize(("kind", "step"), REFERENCES)
def test_a_lone_file_is_only_warned_of_what_it_cannot_see(inside, kind, step):
    inside(f"{step} <!-- here -->").warned(f"{kind}-not-seen", "T")


@pytest.mark.parametrize(("kind", "step"), REFERENCES)
def test_a_dead_reference_among_several_files_is_refused(inside, diagram, kind, step):
    other = diagram(PLAIN).replace('id="p"', 'id="q"')
    inside(f"{step} <!-- here -->", other_bpmn=other).refused(f"{kind}-not-found", "T")


def test_one_diagram_with_its_forms_cannot_see_other_processes(inside):
    inside(f"{REFERENCES[2][1]} <!-- here -->", other_form=form("other")).warned("process-not-seen", "T")


def test_a_call_bound_to_the_deployment_must_come_with_it(inside):
    call = '<callActivity id="T" calledElement="x" c:calledElementBinding="deployment"/> <!-- here -->'
    inside(call, other_form=form("other")).refused("process-not-found", "T")


@pytest.mark.parametrize(("kind", "step"), REFERENCES)
def test_a_dead_reference_is_refused_where_everything_is_known(inside, kind, step):
    known = Known(processes=frozenset(), decisions=frozenset(), forms=frozenset())
    inside(f"{step} <!-- here -->", known=known).refused(f"{kind}-not-found", "T")


@pytest.mark.parametrize(("kind", "step"), REFERENCES)
def test_what_is_known_already_is_found(inside, kind, step):
    known = Known(processes=frozenset("x"), decisions=frozenset("x"), forms=frozenset("x"))

    assert inside(step, known=known).errors == []


def test_a_form_bound_to_the_deployment_must_come_with_it(inside):
    step = '<userTask id="T" c:formRef="x" c:formRefBinding="deployment"/> <!-- here -->'
    inside(step, known=Known(forms=frozenset("x"))).refused("form-not-found", "T")


def test_forms_tables_and_processes_are_found_in_all_files(check_files, diagram):
    caller = diagram(
        '<startEvent id="S"/>\nS -> A\n<userTask id="A" c:formRef="f"/>\nA -> B\n'
        '<userTask id="B" c:formKey="camunda-forms:deployment:f.form"/>\nB -> C\n'
        '<businessRuleTask id="C" c:decisionRef="c" c:resultVariable="r"/>\nC -> D\n'
        '<callActivity id="D" calledElement="q"/>\nD -> E\n<endEvent id="E"/>'
    )
    called = diagram(PLAIN).replace('id="p"', 'id="q"')
    found = check_files({"in/a.bpmn": caller, "in/b.bpmn": called, "in/f.form": form("f"), "in/c.dmn": DMN.format("c")})
    assert found.errors == []


def test_a_computed_reference_is_not_looked_for(inside):
    assert inside('<callActivity id="T" calledElement="${case.key}"/>', other_form=form("x")).errors == []


def test_every_problem_of_every_file_comes_in_one_answer_grouped_by_cause(check_files, diagram):
    one = diagram('<startEvent id="S"/>\nS -> T\n<serviceTask id="T"/>\nT -> E\n<endEvent id="E"/>\nS -> X')
    two = diagram('<startEvent id="S"/>\nS -> T\n<serviceTask id="T"/>\nT -> E\n<endEvent id="E"/>')
    found = check_files({"a.bpmn": one, "b.bpmn": two.replace('id="p"', 'id="q"'), "c.bpmn": "no xml"})

    assert found.errors == ["dead-flow S_X", "no-implementation T", "no-implementation T", "xml-malformed None"]
    assert [problem.file for problem in found.problems][:4] == ["a.bpmn", "a.bpmn", "b.bpmn", "c.bpmn"]


def test_the_answer_does_not_depend_on_the_order_of_the_files(check_files, diagram):
    files = {"a.bpmn": diagram("<x/>"), "b.form": "{", "c.dmn": "<"}

    assert check_files(files).problems == check_files(dict(reversed(files.items()))).problems

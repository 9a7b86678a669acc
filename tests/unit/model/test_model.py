"""What is read from a diagram: roles, rules, starts, lanes."""

import pytest

from engine.core.model import grammar, read_models
from engine.core.vocabulary import Ref, Slot

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:c="http://camunda.org/schema/1.0/bpmn"
  xmlns:o="http://operaton.org/schema/1.0/bpmn" xmlns:a="http://activiti.org/bpmn" targetNamespace="t">"""


def model(inside: str, *, attributes: str = "", around: str = ""):
    process = f'<b:process id="p" isExecutable="true" {attributes}>{inside}</b:process>'
    (found,) = read_models(f"{HEAD}{around}{process}</b:definitions>".encode(), "p.bpmn")
    return found


def properties(**entries: str) -> str:
    inside = "".join(f'<c:property name="{name}" value="{value}"/>' for name, value in entries.items())
    return f"<b:extensionElements><c:properties>{inside}</c:properties></b:extensionElements>"


def rules(attributes: str = "", inside: str = ""):
    return model(f'<b:userTask id="T" {attributes}>{inside}</b:userTask>').nodes["T"].rules


def test_a_comma_inside_an_expression_does_not_part_a_list():
    found = rules('c:candidateGroups="${oncall(subject, 2)}, quality_manager"')

    assert found.candidate_groups == ("${oncall(subject, 2)}", "quality_manager")


def test_a_comma_inside_quotes_of_an_expression_does_not_part_a_list():
    assert grammar.listed("${pick(')', 'a,b')},c") == ("${pick(')', 'a,b')}", "c")


def test_attributes_are_found_by_namespace_whatever_the_prefix():
    assert rules('o:assignee="maria"').assignee == "maria"
    assert rules('a:dueDate="2 bd"').due == "2 bd"


def test_potential_owners_are_groups_unless_they_say_user():
    expression = "user(maria), group(qm), board"
    owner = (
        "<b:potentialOwner><b:resourceAssignmentExpression><b:formalExpression>"
        f"{expression}</b:formalExpression></b:resourceAssignmentExpression></b:potentialOwner>"
    )
    found = rules('c:candidateGroups="qm"', owner)

    assert (found.candidate_users, found.candidate_groups) == (("maria",), ("qm", "board"))


def test_a_human_performer_is_the_assignee():
    performer = (
        "<b:humanPerformer><b:resourceAssignmentExpression><b:formalExpression>${initiator}"
        "</b:formalExpression></b:resourceAssignmentExpression></b:humanPerformer>"
    )
    assert rules("", performer).assignee == "${initiator}"


def test_a_form_is_named_by_reference_or_by_a_file_of_the_deployment():
    bound = rules('c:formRef="plan" c:formRefBinding="version" c:formRefVersion="3"').form
    assert bound == Ref(key="plan", binding="version", version="3")
    assert rules('o:formRef="plan" o:formRefBinding="deployment"').form == Ref(key="plan", binding="deployment")
    assert rules('c:formKey="camunda-forms:deployment:plan.form"').form == Ref(key="plan.form", binding="deployment")
    assert rules('c:formKey="embedded:app:forms/plan.html"').form is None


def test_properties_say_what_bpmn_has_no_word_for():
    found = rules(
        "",
        properties(
            evidence="report:file, link:file|link, photos:file*, note:file?",
            sign="approved",
            sign_covers="verdict, report",
            separate_from="T_plan, self, person:builder, called:CA_change",
            competence="auditor ai_basics",
            clauses="iso9001:10.2.1 iso42001:A.5.2",
            clock="legal",
            escalation="none",
            confidential="true",
        ),
    )
    assert found.evidence == (
        Slot(name="report", kinds=("file",)),
        Slot(name="link", kinds=("file", "link")),
        Slot(name="photos", kinds=("file",), many=True),
        Slot(name="note", kinds=("file",), required=False),
    )
    assert (found.sign, found.sign_covers) == ("approved", ("verdict", "report"))
    assert found.separate_from == ("T_plan", "self", "person:builder", "called:CA_change")
    assert found.competence == ("auditor", "ai_basics")
    assert found.clauses == ("iso9001:10.2.1", "iso42001:A.5.2")
    assert (found.clock, found.escalation, found.confidential) == ("legal", "none", True)


def test_a_node_without_a_clock_takes_that_of_the_process():
    found = model(properties(clock="elapsed") + '<b:userTask id="T"/>')

    assert found.nodes["T"].rules.clock == "elapsed"


def test_the_innermost_lane_counts_and_sub_processes_pass_theirs_on():
    found = model(
        '<b:laneSet><b:lane id="outer" name="Quality"><b:flowNodeRef>T</b:flowNodeRef><b:flowNodeRef>S</b:flowNodeRef>'
        '<b:childLaneSet><b:lane id="inner"><b:flowNodeRef>T</b:flowNodeRef></b:lane></b:childLaneSet>'
        "</b:lane></b:laneSet>"
        '<b:userTask id="T"/><b:subProcess id="S"><b:userTask id="U"/></b:subProcess>'
        '<b:boundaryEvent id="B" attachedToRef="T"/>'
    )
    lanes = {node.id: node.lane for node in found.nodes.values()}

    assert lanes == {"T": "inner", "S": "outer", "U": "outer", "B": "inner"}
    assert found.nodes["U"].scope == "S"
    assert found.lanes == {"outer": "Quality", "inner": ""}


def test_a_lane_that_holds_only_event_sub_processes_is_nobodys_role():
    found = model(
        '<b:laneSet><b:lane id="anytime"><b:flowNodeRef>E</b:flowNodeRef></b:lane></b:laneSet>'
        '<b:subProcess id="E" triggeredByEvent="true"><b:userTask id="U"/></b:subProcess>'
    )
    assert found.nodes["U"].lane is None


def test_starts_say_what_begins_the_process():
    found = model(
        '<b:startEvent id="plain" c:formRef="report"/>'
        f'<b:startEvent id="mail">{properties(duplicate_key="source")}'
        '<b:messageEventDefinition messageRef="m"/></b:startEvent>'
        '<b:startEvent id="yearly"><b:timerEventDefinition><b:timeCycle>R/P1Y</b:timeCycle>'
        "</b:timerEventDefinition></b:startEvent>"
        '<b:subProcess id="S"><b:startEvent id="inner"/></b:subProcess>',
        around='<b:message id="m" name="complaint.${site}"/>',
    )
    plain, mail, yearly = found.starts

    assert (plain.kind, plain.form) == ("none", Ref(key="report"))
    assert (mail.kind, mail.name, mail.duplicate_key) == ("message", "complaint.${site}", "source")
    assert (yearly.kind, yearly.timer, yearly.timer_kind) == ("timer", "R/P1Y", "timeCycle")


def test_a_process_says_who_may_start_it_and_how_long_it_is_kept():
    found = model(
        properties(limit="decision = 10 bd from ${done_at(T)}, pause U", pause_clock="U", title="Case ${n}"),
        attributes='c:versionTag="2.1" c:historyTimeToLive="P10Y" c:candidateStarterGroups="qm, audit"',
    )
    assert found.limits == {"decision": "10 bd from ${done_at(T)}, pause U"}
    assert (found.pause_clock, found.title) == (("U",), "Case ${n}")
    assert (found.version_tag, found.history_time_to_live) == ("2.1", "P10Y")
    assert found.starter_groups == ("qm", "audit")


def test_flows_and_documentation_are_read_in_every_scope():
    found = model(
        '<b:userTask id="T" name=" Plan "><b:documentation>Why.</b:documentation></b:userTask>'
        '<b:subProcess id="S"><b:sequenceFlow id="f" sourceRef="x" targetRef="y"/></b:subProcess>'
    )
    assert (found.nodes["T"].name, found.nodes["T"].documentation) == ("Plan", "Why.")
    assert found.flows == {"f": ("x", "y")}


def test_only_executable_processes_are_read():
    xml = f'{HEAD}<b:process id="p"/><b:process id="q" isExecutable="true"/></b:definitions>'

    assert [found.key for found in read_models(xml.encode(), "p.bpmn")] == ["q"]


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (grammar.slots, "a report"),
        (grammar.slots, "report:paper"),
        (grammar.slots, "report:file??"),
        (grammar.slots, "report:file+author"),
        (grammar.slots, "report:file+day+day"),
        (grammar.slots, "report:file if ${x}"),
        (grammar.slots, "report:file+day if ${x ==}"),
        (grammar.slots, "report:file, report:link"),
        (grammar.separations, "role:qm"),
        (grammar.separations, "person:"),
        (grammar.clauses, "10.2.1"),
        (grammar.clock, "lunar"),
        (grammar.meaning, "liked"),
        (grammar.yes, "perhaps"),
        (grammar.names, "T plan!"),
        (grammar.limit, "10 bd"),
        (grammar.limit, "decision = , pause T"),
    ],
)
def test_a_text_outside_its_grammar_is_answered_with_a_remedy(reader, text):
    with pytest.raises(grammar.GrammarError) as caught:
        reader(text)

    assert caught.value.remedy.endswith(".")


@pytest.mark.parametrize("text", ["CAPA-{year}-{n:03}", "{n}/{year}", "{year}.{n:09}"])
def test_a_text_that_numbers_cases_is_read(text):
    assert grammar.number(text).text == text


@pytest.mark.parametrize(
    "text", ["", "CAPA", "CAPA-{n}", "CAPA-{year}", "{year}-{n}-{n}", "{year}-{n:3}", "{year}{n}{x}"]
)
def test_a_text_that_lacks_year_or_number_numbers_nothing(text):
    with pytest.raises(grammar.GrammarError, match="no way to number"):
        grammar.number(text)

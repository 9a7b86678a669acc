"""Who is named, what the properties say, and what is never read."""

from pathlib import Path

import pytest

from engine.core.profile import Known
from engine.core.profile.extras import PROPERTIES

SOME = Known(people=frozenset({"maria"}), groups=frozenset({"qm"}))


def properties(*entries: str) -> str:
    inside = "\n".join(f"<c:property {entry}/>" for entry in entries)
    return f"<extensionElements><c:properties>\n{inside} <!-- here -->\n</c:properties></extensionElements>"


def task(name: str, value: str) -> str:
    entry = properties(f'name="{name}" value="{value}"')
    return f'<userTask id="T" c:assignee="maria">{entry}</userTask>'


def test_what_a_signature_covers_may_be_an_expression(inside):
    assert inside(task("sign_covers", "= concatenate([], covers)")).errors == []


def test_an_expression_of_what_a_signature_covers_must_parse(inside):
    inside(task("sign_covers", "= concatenate([")).refused("expression-syntax", "T")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("evidence", "a report", "property-evidence"),
        ("evidence", "report:paper", "property-evidence"),
        ("sign", "liked", "property-sign"),
        ("sign_covers", "every thing!", "property-sign-covers"),
        ("clauses", "10.2.1", "property-clauses"),
        ("clause", "10.2.1", "property-clause"),
        ("clock", "lunar", "property-clock"),
        ("competence", "a b!", "property-competence"),
        ("confidential", "perhaps", "property-confidential"),
        ("separate_from", "role:qm", "property-separate-from"),
    ],
)
def test_a_property_outside_its_grammar_is_refused(inside, name, value, code):
    inside(task(name, value)).refused(code, "T")


def of_process(name: str, value: str) -> str:
    entry = properties(f'name="{name}" value="{value}"')
    return f'{entry}\n<startEvent id="S"/>\nS -> T\n<userTask id="T"/>\nT -> E\n<endEvent id="E"/>'


def test_a_limit_without_a_name_is_refused(told):
    told(of_process("limit", "10 bd")).refused("property-limit", "p")


def test_a_limit_whose_due_text_does_not_parse_is_refused(told):
    told(of_process("limit", "decision = soon")).refused("due-syntax", "p")


def test_tasks_that_pause_a_clock_are_names(told):
    told(of_process("pause_clock", "T, !")).refused("property-pause-clock", "p")


@pytest.mark.parametrize(
    ("name", "value"), [("pause_clock", "T, Gone"), ("limit", "decision = 10 bd from ${done_at(T)}, pause Gone")]
)
def test_a_rule_of_the_process_that_names_an_unknown_task_is_refused(told, name, value):
    told(of_process(name, value)).refused("rule-unknown-task", "p")


def test_an_expression_that_asks_about_an_unknown_task_is_refused(inside):
    inside('<userTask id="T" c:assignee="${actor(Gone)}"/> <!-- here -->').refused("rule-unknown-task", "T")


@pytest.mark.parametrize("rule", ["Gone", "called:Gone", "called:T"])
def test_a_separation_rule_that_names_an_unknown_task_is_refused(inside, rule):
    inside(task("separate_from", rule)).refused("separation-unknown-task", "T")


@pytest.mark.parametrize("rule", ["T", "self", "person:builder"])
def test_separation_rules_that_can_be_kept_are_accepted(inside, rule):
    assert inside(task("separate_from", rule)).errors == []


def test_an_unknown_person_is_refused(inside):
    inside('<userTask id="T" c:assignee="mraia"/> <!-- here -->', known=SOME).refused("unknown-person", "T")


def test_an_unknown_group_is_refused(inside):
    inside('<userTask id="T" c:candidateGroups="qm, gm"/> <!-- here -->', known=SOME).refused("unknown-group", "T")


def test_an_unknown_group_of_starters_is_refused(told):
    found = told(
        '<startEvent id="S"/>\nS -> E\n<endEvent id="E"/>', process='c:candidateStarterGroups="gm"', known=SOME
    )
    found.refused("unknown-group", "p")


def test_people_are_checked_only_where_an_organisation_is_at_hand(inside):
    assert inside('<userTask id="T" c:assignee="anybody"/>').errors == []
    assert inside('<userTask id="T" c:assignee="${anybody}"/>', known=SOME).errors == []


def test_a_task_that_names_nobody_is_a_warning(inside):
    inside('<userTask id="T"/> <!-- here -->').warned("nobody-named", "T")


def test_a_lane_names_somebody(inside):
    lane = '<laneSet id="s"><lane id="L"><flowNodeRef>T</flowNodeRef></lane></laneSet>'
    assert inside(f'{lane}<userTask id="T"/>').warnings("nobody-named") == []


def test_a_property_that_nobody_reads_is_a_warning_with_a_suggestion(inside):
    problem = inside(task("seperate_from", "T")).warned("unused-property", "T")

    assert problem.remedy == "Did you mean separate_from?"


def test_a_property_where_it_means_nothing_is_a_warning(inside):
    entry = properties('name="sign" value="approved"')
    problem = inside(f'<manualTask id="T">{entry}</manualTask>').warned("unused-property", "T")

    assert problem.remedy == "Move it to where it belongs: userTask."


def test_every_property_that_means_something_is_in_the_reference():
    reference = (Path(__file__).parents[3] / "docs/reference/vocabulary.md").read_text()

    assert [name for name in PROPERTIES if f"`{name}`" not in reference] == []


def test_a_property_that_is_said_twice_is_refused(inside):
    entries = properties('name="clock" value="legal"', 'name="clock" value="elapsed"')
    found = inside(f'<userTask id="T" c:assignee="maria">{entries}</userTask>')

    assert found.errors == ["property-twice T", "property-twice T"]


def test_an_extension_of_ours_that_is_never_read_is_a_warning(inside):
    inside('<userTask id="T" c:jobPriority="5"/> <!-- here -->').warned("unused-extension", "T")
    inside(
        '<userTask id="T"><extensionElements>\n<c:field name="x"/> <!-- here -->\n</extensionElements></userTask>'
    ).warned("unused-extension", "T")


def test_a_foreign_extension_is_kept_with_a_warning(inside):
    inside('<userTask id="T" o:colour="red"/> <!-- here -->').warned("foreign-extension", "T")
    inside(
        '<userTask id="T"><extensionElements>\n<o:x><o:y/></o:x> <!-- here -->\n</extensionElements></userTask>'
    ).warned("foreign-extension", "T")


def test_a_foreign_form_is_kept_and_never_served(inside):
    inside('<userTask id="T" c:formKey="embedded:app:forms/x.html"/> <!-- here -->').warned("foreign-form", "T")


def test_form_fields_drawn_into_the_diagram_are_a_warning(inside):
    data = '<extensionElements><c:formData><c:formField id="x" type="string"/></c:formData></extensionElements>'
    inside(f'<userTask id="T"> <!-- here -->\n{data}</userTask>').warned("form-fields", "T")


def guarded(**said: str) -> str:
    found = "".join(f'<c:property name="{name}" value="{value}"/>' for name, value in said.items())
    extra = f"<extensionElements><c:properties>{found}</c:properties></extensionElements>"
    return f'<startEvent id="S">{extra}</startEvent>\nS -> E\n<endEvent id="E"/>'


def test_a_group_that_handles_confidential_cases_must_exist(told):
    known = Known(groups=frozenset({"handlers"}))
    assert told(guarded(confidential="true", handlers="handlers"), known=known).errors == []
    told(guarded(confidential="true", handlers="handelrs"), known=known).refused("unknown-group", "S")


def test_a_group_that_handles_cases_which_are_not_confidential_is_refused(told):
    told(guarded(handlers="handlers")).refused("handlers-not-confidential", "S")


def test_people_who_are_shut_out_leave_a_group_that_handles_the_case(told):
    told(guarded(confidential="true", shut_out="concerned")).refused("shut-out-without-handlers", "S")


def test_a_variable_that_shuts_out_is_declared(told):
    wrong = told(guarded(confidential="true", handlers="h", shut_out="concerned"))
    assert wrong.warnings("undeclared-variable") == ["S"]
    right = told(guarded(confidential="true", handlers="h", shut_out="concerned", payload="concerned"))
    assert right.warnings("undeclared-variable") == []


def test_names_that_shut_out_are_names(told):
    told(guarded(confidential="true", handlers="h", shut_out="a b!")).refused("property-shut-out", "S")

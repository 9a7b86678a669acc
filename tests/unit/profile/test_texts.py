"""Expressions, due texts and the variables they read."""

import json

import pytest

from engine.core.profile.texts import FUNCTIONS
from engine.core.spiff.script import _functions

FORM = json.dumps({"id": "f", "type": "default", "components": [{"type": "number", "key": "amount"}]})

EXTRA = "<extensionElements>{}</extensionElements>"
PAYLOAD = '<c:properties><c:property name="payload" value="w, x"/></c:properties>'
OUTPUT = '<c:inputOutput><c:outputParameter name="x">${1}</c:outputParameter></c:inputOutput>'
MAPPED = '<c:out source="y" target="x"/>'


def decided(condition: str, here: str = " <!-- here -->") -> str:
    return f"""
        <startEvent id="S" c:formRef="f"/>
        S -> G
        <exclusiveGateway id="G" default="G_B"/>
        <sequenceFlow id="G_A" sourceRef="G" targetRef="A">
        <conditionExpression>{condition}</conditionExpression>{here}
        </sequenceFlow>
        G -> B
        <endEvent id="A"/>
        <endEvent id="B"/>
        """


@pytest.mark.parametrize("condition", ["${amount >}", "= amount >", "amount > 3", "${amount = 3}", "${}"])
def test_a_condition_with_a_syntax_error_is_refused(told, condition):
    told(decided(condition.replace("<", "&lt;")), f_form=FORM).refused("condition-syntax", "G_A")


def test_a_condition_that_calls_a_method_is_refused(told):
    told(decided("${amount.compareTo(3)}"), f_form=FORM).refused("method-call", "G_A")


def test_methods_of_moments_are_no_method_calls(told):
    assert told(decided("${now() > dateTime().plusDays(3)}"), f_form=FORM).errors == []


def test_a_variable_that_nothing_declares_is_a_warning_with_a_suggestion(told):
    problem = told(decided("${amuont > 3}".replace(">", "&gt;")), f_form=FORM).warned("undeclared-variable", "G_A")

    assert problem.remedy == "Did you mean amount?"


def test_a_variable_that_nothing_declares_is_a_warning_even_where_nothing_is_near(told):
    told(decided("${completely_other}"), f_form=FORM).warned("undeclared-variable", "G_A")


def test_declared_variables_are_read_without_a_word(told):
    assert told(decided("${amount == 3}"), f_form=FORM).warnings("undeclared-variable") == []


def test_where_a_form_cannot_be_seen_only_likely_slips_are_warned_of(told):
    assert told(decided("${completely_other}")).warnings("undeclared-variable") == []


@pytest.mark.parametrize(
    "declaration",
    [
        '<scriptTask id="T" scriptFormat="feel"><script>{ x: 1 }</script></scriptTask>',
        '<scriptTask id="T" scriptFormat="feel" c:resultVariable="x"><script>1</script></scriptTask>',
        f'<callActivity id="T" calledElement="q">{EXTRA.format(MAPPED)}</callActivity>',
        f'<userTask id="T">{EXTRA.format(PAYLOAD)}</userTask>',
        f'<serviceTask id="T" c:type="external" c:topic="t">{EXTRA.format(OUTPUT)}</serviceTask>',
    ],
)
def test_results_mappings_and_payloads_declare_variables(told, declaration):
    lines = f"""
        <startEvent id="S"/>
        S -> T
        {declaration}
        T -> G
        <exclusiveGateway id="G" default="G_B"/>
        G -> A if ${{x == 1}}
        G -> B
        <endEvent id="A"/>
        <endEvent id="B"/>
        """
    assert told(lines).warnings("undeclared-variable") == []


def test_an_expression_with_a_syntax_error_is_refused(inside):
    inside('<userTask id="T" c:assignee="${who"/> <!-- here -->').refused("expression-syntax", "T")


def test_an_unknown_function_is_refused(inside):
    inside('<userTask id="T" c:assignee="${boss_of(case)}"/> <!-- here -->').refused("expression-syntax", "T")


def test_the_functions_that_are_accepted_are_those_that_a_running_case_offers():
    assert frozenset(_functions(None)) == FUNCTIONS


def test_a_feel_script_with_a_syntax_error_is_refused(inside):
    inside('<scriptTask id="T" scriptFormat="feel"> <!-- here -->\n<script>{ a: }</script></scriptTask>').told(
        "error", "expression-syntax", "T"
    )


@pytest.mark.parametrize("due", ["5 days", "2bd", "tomorrow", "P1", "${amount} hours"])
def test_a_due_date_that_does_not_parse_is_refused(inside, due):
    inside(f'<userTask id="T" c:dueDate="{due}"/> <!-- here -->').refused("due-syntax", "T")


@pytest.mark.parametrize("due", ["5 bd", "${due.contain} from ${done_at(T)}", "P30D", "50% of ${a}..${b}", "=due"])
def test_due_dates_of_the_grammar_are_accepted(inside, due):
    assert inside(f'<userTask id="T" c:dueDate="{due}"/>').errors == []


def timer(event: str, kind: str, text: str, more: str = "") -> str:
    definition = f"<timerEventDefinition>\n<{kind}>{text}</{kind}> <!-- here -->\n</timerEventDefinition>"
    if event == "boundary":
        return (
            f'<userTask id="T"/>\n<boundaryEvent id="B" attachedToRef="T" {more}>{definition}</boundaryEvent>\n'
            'B -> F\n<endEvent id="F"/>'
        )
    return f'<intermediateCatchEvent id="T">{definition}</intermediateCatchEvent>'


def test_a_timer_that_does_not_parse_is_refused(inside):
    inside(timer("catch", "timeDuration", "soon")).refused("due-syntax", "T")


def test_cron_is_for_starts_only(inside):
    inside(timer("catch", "timeCycle", "0 0 9 ? * MON")).refused("due-syntax", "T")


def start(cycle: str) -> str:
    definition = f"<timerEventDefinition>\n<timeCycle>{cycle}</timeCycle> <!-- here -->\n</timerEventDefinition>"
    return f'<startEvent id="S">{definition}</startEvent>\nS -> E\n<endEvent id="E"/>'


@pytest.mark.parametrize("cycle", ["0 0 9 ? * MON-FRI", "R/P1M", "R3/PT5M", "R/2027-01-01/P1Y", "R/PT60S"])
def test_timer_starts_repeat_or_follow_cron(told, cycle):
    found = told(start(cycle))
    assert found.errors == []
    assert "comes-round-often" not in {problem.code for problem in found.problems}


@pytest.mark.parametrize("cycle", ["R/PT10S", "R3/PT5S", "R/2027-01-01T09:00:00Z/PT59S", "*/20 * * * * ?"])
def test_what_comes_round_more_than_once_a_minute_is_a_warning(told, cycle):
    told(start(cycle)).warned("comes-round-often", "S")


def test_a_cron_text_that_does_not_parse_is_refused(told):
    told(start("0 0 25 ? * MON")).refused("due-syntax", "S")


def test_an_interrupting_timer_cannot_repeat(inside):
    inside(timer("boundary", "timeCycle", "R3/PT1H")).refused("repeats-not-here", "B")


def test_a_boundary_timer_that_does_not_interrupt_may_repeat(inside):
    assert inside(timer("boundary", "timeCycle", "R/PT1H", 'cancelActivity="false"')).errors == []


def test_a_due_date_cannot_repeat(inside):
    inside('<userTask id="T" c:dueDate="R/P1D"/> <!-- here -->').refused("repeats-not-here", "T")


def test_a_timer_without_a_clock_is_a_warning(inside):
    step = '<intermediateCatchEvent id="T"> <!-- here -->\n'
    step += "<timerEventDefinition><timeDuration>5 bd</timeDuration></timerEventDefinition></intermediateCatchEvent>"
    inside(step).warned("timer-without-clock", "T")


@pytest.mark.parametrize("text", ["{initiator}", "$ {initiator}", "execution.initiator", "a == b ? c : d"])
def test_a_text_that_looks_like_code_is_a_warning(inside, text):
    inside(f'<userTask id="T" c:assignee="{text}"/> <!-- here -->').warned("looks-like-code", "T")


def test_two_tasks_that_can_be_open_together_and_write_one_field_are_a_warning(told):
    lines = """
        <startEvent id="S"/>
        S -> F
        <parallelGateway id="F"/>
        F -> A
        F -> B
        <userTask id="A" c:formRef="f"/>
        <userTask id="B" c:formRef="f"/> <!-- here -->
        A -> J
        B -> J
        <parallelGateway id="J"/>
        J -> C
        <userTask id="C" c:formRef="f"/>
        C -> E
        <endEvent id="E"/>
        """
    problem = told(lines, f_form=FORM).warned("parallel-writers", "B")

    assert "'amount'" in problem.message
    assert "A" in problem.message


def test_tasks_one_after_the_other_may_write_one_field(told):
    lines = """
        <startEvent id="S"/>
        S -> A
        <userTask id="A" c:formRef="f"/>
        A -> B
        <userTask id="B" c:formRef="f"/>
        B -> E
        <endEvent id="E"/>
        """
    assert told(lines, f_form=FORM).warnings("parallel-writers") == []

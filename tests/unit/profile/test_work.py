"""Activities, code of other engines and scripts."""

import pytest

JAVA = "calls Java"


def test_a_service_task_without_implementation_is_refused(inside):
    inside('<serviceTask id="T"/> <!-- here -->').refused("no-implementation", "T")


def test_a_send_task_without_implementation_is_refused(inside):
    inside('<sendTask id="T"/> <!-- here -->').refused("no-implementation", "T")


def test_external_work_without_a_topic_is_refused(inside):
    inside('<serviceTask id="T" c:type="external"/> <!-- here -->').refused("no-topic", "T")


def test_external_work_with_a_topic_is_accepted(inside):
    assert inside('<serviceTask id="T" c:type="external" c:topic="steward.find"/>').errors == []


def test_a_mail_task_is_refused_with_the_topic_that_does_it(inside):
    problem = inside('<serviceTask id="T" c:type="mail"/> <!-- here -->').refused("mail-task", "T")

    assert "steward.notify" in problem.remedy


def test_a_shell_task_is_refused(inside):
    inside('<serviceTask id="T" c:type="shell"/> <!-- here -->').refused("shell-task", "T")


@pytest.mark.parametrize("attribute", ['c:class="org.acme.Do"', 'c:delegateExpression="${bean}"'])
def test_java_is_refused_in_favour_of_external_work(inside, attribute):
    problem = inside(f'<serviceTask id="T" {attribute}/> <!-- here -->').refused("java-code", "T")

    assert "Implementation: External" in problem.remedy


def test_java_behind_a_message_that_is_sent_is_refused(told):
    told(
        """
        <startEvent id="S"/>
        S -> E
        <endEvent id="E">
        <messageEventDefinition messageRef="m" c:class="org.acme.Send"/> <!-- here -->
        </endEvent>
        """,
        around='<message id="m" name="done"/>',
    ).refused("java-code", "E")


def test_a_connector_is_refused(inside):
    inside(
        '<serviceTask id="T"><extensionElements>\n<c:connector/> <!-- here -->\n</extensionElements></serviceTask>'
    ).refused("connector", "T")


def test_a_bean_whose_method_is_called_is_refused(inside):
    inside('<serviceTask id="T" c:expression="${mailer.send(order)}"/> <!-- here -->').refused("method-call", "T")


def test_an_expression_without_method_calls_is_accepted(inside):
    assert inside('<serviceTask id="T" c:expression="${1 + 1}" c:resultVariable="two"/>').errors == []


def listener(inner: str) -> str:
    return f'<userTask id="T"><extensionElements>\n{inner} <!-- here -->\n</extensionElements></userTask>'


def test_a_listener_that_calls_code_is_refused(inside):
    inside(listener('<c:taskListener event="create" class="org.acme.L"/>')).refused("listener-code", "T")
    inside(listener('<c:executionListener event="end" expression="${audit.log(execution)}"/>')).refused(
        "listener-code", "T"
    )


def test_a_listener_that_runs_a_script_is_refused(inside):
    script = '<c:executionListener event="end"><c:script scriptFormat="groovy">x</c:script></c:executionListener>'
    inside(listener(script)).refused("script-listener", "T")


def test_a_listener_that_calls_nothing_is_kept_with_a_warning(inside):
    inside(listener('<c:executionListener event="end" expression="${done}"/>')).warned("listener-passed-over", "T")


@pytest.mark.parametrize(
    ("script", "same"),
    [
        ("execution.setVariable('round', round + 1);", "{ round: round + 1 }"),
        ("var big = amount >= 100 && !blocked", "{ big: amount >= 100 and not(blocked) }"),
        ("verdict = kind == 'nc' || other === null", '{ verdict: kind = "nc" or other = null }'),
    ],
)
def test_a_short_script_is_refused_with_the_feel_that_says_the_same(inside, script, same):
    escaped = script.replace("&", "&amp;").replace("<", "&lt;")
    task = f'<scriptTask id="T" scriptFormat="javascript"> <!-- here -->\n<script>{escaped}</script></scriptTask>'
    problem = inside(task).refused("script-language", "T")

    assert problem.remedy.endswith(same)


def test_a_long_script_is_refused_without_a_guess(inside):
    task = '<scriptTask id="T" scriptFormat="groovy"> <!-- here -->\n<script>for (x in y) z()</script></scriptTask>'
    problem = inside(task).refused("script-language", "T")

    assert problem.remedy == "Choose the language feel and write it in FEEL."


def test_a_script_in_another_language_inside_a_parameter_is_refused(inside):
    parameter = '<c:inputParameter name="x"><c:script scriptFormat="groovy">1</c:script></c:inputParameter>'
    inside(
        '<serviceTask id="T" c:type="external" c:topic="t"><extensionElements><c:inputOutput>\n'
        f"{parameter} <!-- here -->\n</c:inputOutput></extensionElements></serviceTask>"
    ).refused("script-language", "T")


def test_a_script_task_without_a_script_is_refused(inside):
    inside('<scriptTask id="T" scriptFormat="feel"/> <!-- here -->').refused("script-missing", "T")


def test_a_script_kept_elsewhere_is_refused(inside):
    inside('<scriptTask id="T" scriptFormat="feel" c:resource="classpath:x.js"/> <!-- here -->').refused(
        "script-resource", "T"
    )


def test_a_feel_script_is_accepted(inside):
    assert inside('<scriptTask id="T" scriptFormat="feel"><script>{ a: 1 }</script></scriptTask>').errors == []


def test_a_condition_in_another_language_is_refused_with_its_feel(told):
    problem = told(
        """
        <startEvent id="S"/>
        S -> G
        <exclusiveGateway id="G" default="G_B"/>
        <sequenceFlow id="G_A" sourceRef="G" targetRef="A">
        <conditionExpression language="javascript">amount == 1</conditionExpression> <!-- here -->
        </sequenceFlow>
        G -> B
        <endEvent id="A"/>
        <endEvent id="B"/>
        """
    ).refused("script-language", "G_A")

    assert problem.remedy.endswith("write: amount = 1")


def test_a_business_rule_task_without_a_decision_is_refused(inside):
    inside('<businessRuleTask id="T"/> <!-- here -->').refused("no-implementation", "T")


def test_an_unknown_way_to_map_a_decision_is_refused(inside):
    inside(
        '<businessRuleTask id="T" c:decisionRef="d" c:resultVariable="r" c:mapDecisionResult="all"/> <!-- here -->'
    ).refused("decision-mapping", "T")


def test_a_decision_whose_result_is_kept_nowhere_is_a_warning(inside):
    inside('<businessRuleTask id="T" c:decisionRef="d"/> <!-- here -->').warned("decision-without-result", "T")


def test_a_call_without_target_is_refused(inside):
    inside('<callActivity id="T"/> <!-- here -->').refused("call-without-target", "T")


def test_a_call_of_a_case_is_refused(inside):
    inside('<callActivity id="T" c:caseRef="x"/> <!-- here -->').refused("cmmn", "T")


def test_a_multi_instance_without_number_or_list_is_refused(inside):
    inside('<userTask id="T"> <!-- here -->\n<multiInstanceLoopCharacteristics/></userTask>').refused(
        "multi-instance-without-list", "T"
    )


def test_a_multi_instance_over_a_list_is_accepted(inside):
    loop = '<multiInstanceLoopCharacteristics c:collection="${items}" c:elementVariable="item"/>'
    assert inside(f'<userTask id="T">{loop}</userTask>').errors == []


def test_a_multi_instance_event_sub_process_is_refused(told):
    told(
        """
        <startEvent id="S"/>
        S -> E
        <endEvent id="E"/>
        <subProcess id="X" triggeredByEvent="true"> <!-- here -->
        <multiInstanceLoopCharacteristics c:collection="${items}"/>
        <startEvent id="XS"><errorEventDefinition/></startEvent>
        XS -> XE
        <endEvent id="XE"/>
        </subProcess>
        """
    ).refused("multi-instance-not-here", "X")


def test_compensation_is_refused(inside):
    inside('<userTask id="T" isForCompensation="true"/> <!-- here -->').refused("compensation", "T")


def test_a_compensation_event_is_refused(inside):
    inside(
        '<intermediateThrowEvent id="T">\n<compensateEventDefinition/> <!-- here -->\n</intermediateThrowEvent>'
    ).refused("compensation", "T")


PLAIN = '<startEvent id="U"/>\nU -> V\n<endEvent id="V"/>'


@pytest.mark.parametrize(("tag", "code"), [("transaction", "transaction"), ("adHocSubProcess", "ad-hoc-sub-process")])
def test_transactions_and_ad_hoc_sub_processes_are_refused(inside, tag, code):
    inside(f'<{tag} id="T"> <!-- here -->\n{PLAIN}\n</{tag}>').refused(code, "T")


def test_data_inputs_that_would_be_passed_over_are_refused(inside):
    inside('<userTask id="T">\n<ioSpecification/> <!-- here -->\n</userTask>').refused("io-specification", "T")


def test_a_loop_marker_that_would_be_passed_over_is_refused(inside):
    inside('<userTask id="T">\n<standardLoopCharacteristics/> <!-- here -->\n</userTask>').refused("standard-loop", "T")


def test_a_complex_gateway_is_refused(inside):
    inside('<complexGateway id="T"/> <!-- here -->').refused("complex-gateway", "T")


def test_an_element_that_nobody_knows_is_refused_with_the_nearest_name(inside):
    problem = inside('<userTask id="T">\n<usrTask/> <!-- here -->\n</userTask>').refused("unknown-element", "T")

    assert problem.remedy == "Did you mean userTask?"


@pytest.mark.parametrize("binding", ['c:formRefBinding="newest"', 'c:formRefBinding="version"'])
def test_a_binding_that_says_nothing_is_refused(inside, binding):
    inside(f'<userTask id="T" c:formRef="f" {binding}/> <!-- here -->').refused("unknown-binding", "T")


ASKS = """{"type": "default", "id": "f", "schemaVersion": 19,
"components": [{"type": "textfield", "id": "x", "key": "subject", "label": "About"}]}"""


def test_a_start_may_ask_what_the_case_is_about_and_a_task_may_not(told):
    lines = '<startEvent id="S" c:formRef="f"/>\nS -> T\n{}\nT -> E\n<endEvent id="E"/>'
    assert told(lines.format('<userTask id="T"/>'), f_form=ASKS).errors == []
    told(lines.format('<userTask id="T" c:formRef="f"/> <!-- here -->'), f_form=ASKS).refused("form-bad-key", "T")


HEARS = """
<startEvent id="QS"/>
<receiveTask id="Q" messageRef="more"/>
<endEvent id="QE"/>
<sequenceFlow id="q1" sourceRef="QS" targetRef="Q"/><sequenceFlow id="q2" sourceRef="Q" targetRef="QE"/>
"""
OTHER = f'<process id="q" isExecutable="true">{HEARS}</process><message id="more" name="more"/>'
PLACED = '<startEvent id="S"/>\nS -> T\n{}\nT -> E\n<endEvent id="E"/>'


def joining(message: str) -> str:
    extra = f'<extensionElements><c:properties>\n<c:property name="join" value="{message}"/> <!-- here -->\n'
    call = f'<callActivity id="T" calledElement="q">{extra}</c:properties></extensionElements></callActivity>'
    return PLACED.format(call)


def test_a_call_that_joins_by_a_message_that_is_awaited_is_accepted(told):
    assert told(joining("more"), around=OTHER).errors == []


def test_a_call_that_joins_by_a_message_that_no_step_awaits_is_refused(told):
    problem = told(joining("less"), around=OTHER).refused("join-unknown-message", "T")

    assert "more" in problem.remedy


def test_a_call_that_joins_and_names_no_message_is_refused(told):
    told(joining(""), around=OTHER).refused("join-without-message", "T")


def test_a_message_whose_name_is_computed_may_join(told):
    assert told(joining("more.${case.key}"), around=OTHER).errors == []

"""Events and gateways: what would be silently wrong is refused."""

import pytest

HOUR = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
MAIL = '<messageEventDefinition messageRef="m"/>'
MESSAGE = '<message id="m" name="answer"/>'


def boundary(definition: str, *, more: str = "") -> str:
    return (
        '<userTask id="T" c:assignee="maria"/>\n'
        f'<boundaryEvent id="B" attachedToRef="T" {more}>{definition}</boundaryEvent> <!-- here -->\n'
        'B -> F\n<endEvent id="F"/>'
    )


def test_a_conditional_boundary_event_without_a_condition_is_refused(inside):
    inside(boundary("<conditionalEventDefinition/>")).refused("condition-missing", "B")


def test_a_timer_without_a_value_is_refused(inside):
    inside(boundary("<timerEventDefinition/>")).refused("timer-without-value", "B")


def test_a_timer_with_two_values_is_refused(inside):
    two = "<timerEventDefinition><timeDuration>P1D</timeDuration><timeDate>2027-01-01</timeDate></timerEventDefinition>"
    inside(boundary(two)).refused("timer-without-value", "B")


def test_an_event_that_waits_for_two_things_is_refused(inside):
    inside(boundary(HOUR + MAIL), around=MESSAGE).refused("several-event-definitions", "B")


def test_an_event_that_does_not_say_what_it_waits_for_is_refused(inside):
    inside('<intermediateCatchEvent id="T"/> <!-- here -->').refused("event-without-kind", "T")


def test_an_event_of_a_kind_that_cannot_stand_there_is_refused(inside):
    inside(boundary("<terminateEventDefinition/>")).refused("event-not-here", "B")


def test_an_error_that_does_not_interrupt_is_refused(inside):
    inside(boundary("<errorEventDefinition/>", more='cancelActivity="false"')).refused("error-not-interrupting", "B")


def test_an_error_start_that_does_not_interrupt_is_refused(told):
    told(
        """
        <startEvent id="S"/>
        S -> E
        <endEvent id="E"/>
        <subProcess id="X" triggeredByEvent="true">
        <startEvent id="XS" isInterrupting="false"><errorEventDefinition/></startEvent> <!-- here -->
        XS -> XE
        <endEvent id="XE"/>
        </subProcess>
        """
    ).refused("error-not-interrupting", "XS")


def test_a_boundary_event_attached_to_nothing_is_refused(told):
    told(
        f"""
        <startEvent id="S"/>
        S -> E
        <endEvent id="E"/>
        <boundaryEvent id="B" attachedToRef="Gone">{HOUR}</boundaryEvent> <!-- here -->
        """
    ).told("error", "dead-attachment", "B")


@pytest.mark.parametrize("kind", ["message", "signal"])
def test_a_reference_to_nothing_is_refused(inside, kind):
    inside(boundary(f'<{kind}EventDefinition {kind}Ref="gone"/>')).refused(f"{kind}-not-found", "B")


@pytest.mark.parametrize("kind", ["error", "escalation"])
def test_a_boundary_event_for_an_unknown_code_is_refused(inside, kind):
    inside(boundary(f'<{kind}EventDefinition {kind}Ref="gone"/>')).refused(f"{kind}-not-found", "B")


@pytest.mark.parametrize("kind", ["error", "escalation"])
def test_a_boundary_event_without_a_code_catches_all(inside, kind):
    assert inside(boundary(f"<{kind}EventDefinition/>")).errors == []


@pytest.mark.parametrize("kind", ["message", "signal", "error", "escalation"])
def test_an_end_event_that_throws_nothing_in_particular_is_refused(told, kind):
    told(
        f"""
        <startEvent id="S"/>
        S -> E
        <endEvent id="E"><{kind}EventDefinition/></endEvent> <!-- here -->
        """
    ).refused(f"{kind}-missing", "E")


@pytest.mark.parametrize(
    ("kind", "what"), [("message", "name"), ("signal", "name"), ("error", "code"), ("escalation", "code")]
)
def test_what_is_thrown_has_a_name_or_a_code(told, kind, what):
    told(
        f'<startEvent id="S"/>\nS -> E\n<endEvent id="E"><{kind}EventDefinition {kind}Ref="x"/></endEvent>',
        around=f'<{kind} id="x"/> <!-- here -->',
    ).refused(f"{kind}-without-{what}", "x")


def test_a_receive_task_without_a_message_is_refused(inside):
    inside('<receiveTask id="T"/> <!-- here -->').refused("message-missing", "T")


def test_a_receive_task_that_is_to_start_the_process_is_refused(inside):
    inside('<receiveTask id="T" messageRef="m" instantiate="true"/> <!-- here -->', around=MESSAGE).refused(
        "instantiating", "T"
    )


def test_the_same_message_twice_on_one_activity_is_refused(inside):
    step = (
        f'<userTask id="T"/>\n<boundaryEvent id="A" attachedToRef="T">{MAIL}</boundaryEvent>\n'
        f'<boundaryEvent id="B" attachedToRef="T" cancelActivity="false">{MAIL}</boundaryEvent> <!-- here -->'
    )
    inside(step, around=MESSAGE).refused("message-twice", "B")


def test_a_receive_task_that_also_catches_its_message_at_the_border_is_refused(inside):
    step = f'<receiveTask id="T" messageRef="m"/>\n<boundaryEvent id="B" attachedToRef="T">{MAIL}</boundaryEvent>'
    inside(step, around=MESSAGE).refused("message-twice", "B")


def test_two_starts_by_one_message_are_refused(told):
    told(
        f"""
        <startEvent id="S">{MAIL}</startEvent>
        <startEvent id="R">{MAIL}</startEvent> <!-- here -->
        S -> E
        R -> E
        <endEvent id="E"/>
        """,
        around=MESSAGE,
    ).refused("message-twice", "R")


def waiting(*steps: str) -> str:
    flows = "\n".join(f"G -> X{number}\nX{number} -> E" for number in range(len(steps)))
    drawn = "\n".join(step.replace("ID", f'id="X{number}"', 1) for number, step in enumerate(steps))
    return (
        f'<startEvent id="S"/>\nS -> G\n<eventBasedGateway id="G"/> <!-- here -->\n{flows}\n{drawn}\n<endEvent id="E"/>'
    )


CATCH = "<intermediateCatchEvent ID>{}</intermediateCatchEvent>"


def test_an_event_gateway_that_leads_to_a_task_is_refused(told):
    told(waiting(CATCH.format(HOUR), "<userTask ID/>")).refused("event-gateway-target", "G")


def test_two_timers_behind_one_event_gateway_are_refused(told):
    told(waiting(CATCH.format(HOUR), CATCH.format(HOUR))).refused("event-gateway-two-timers", "G")


def test_an_event_gateway_between_a_timer_and_a_message_is_accepted(told):
    assert told(waiting(CATCH.format(HOUR), CATCH.format(MAIL)), around=MESSAGE).errors == []


def test_an_event_gateway_that_is_to_start_the_process_is_refused(told):
    lines = waiting(CATCH.format(HOUR)).replace('id="G"/>', 'id="G" instantiate="true"/>')
    told(lines).refused("instantiating", "G")


def branches(gateway: str, *flows: str) -> str:
    return f'<startEvent id="S"/>\nS -> G\n{gateway}\n' + "\n".join(flows) + '\n<endEvent id="A"/>\n<endEvent id="B"/>'


def test_an_exclusive_gateway_without_any_condition_is_refused(told):
    told(branches('<exclusiveGateway id="G"/> <!-- here -->', "G -> A", "G -> B")).refused(
        "gateway-without-condition", "G"
    )


def test_a_flow_that_is_neither_conditional_nor_default_is_refused(told):
    told(branches('<exclusiveGateway id="G"/>', "G -> A if ${x}", "G -> B <!-- here -->")).refused(
        "gateway-without-condition", "G_B"
    )


def test_an_inclusive_gateway_without_any_condition_is_a_warning(told):
    told(branches('<inclusiveGateway id="G"/> <!-- here -->', "G -> A", "G -> B")).warned(
        "inclusive-without-condition", "G"
    )


def test_a_condition_behind_a_parallel_gateway_is_refused(told):
    told(branches('<parallelGateway id="G"/>', "G -> A", "G -> B if ${x} <!-- here -->")).refused(
        "condition-passed-over", "G_B"
    )


def test_a_gateway_without_default_is_a_warning(told):
    told(branches('<exclusiveGateway id="G"/> <!-- here -->', "G -> A if ${x}", "G -> B if ${y}")).warned(
        "gateway-without-default", "G"
    )


def test_two_flows_with_one_condition_are_a_warning(told):
    told(branches('<exclusiveGateway id="G"/>', "G -> A if ${x  == 1}", "G -> B if ${x == 1} <!-- here -->")).warned(
        "same-condition", "G_B"
    )


def test_a_gateway_with_conditions_and_a_default_is_accepted_without_a_word(told):
    found = told(branches('<exclusiveGateway id="G" default="G_B"/>', "G -> A if ${case.id == 1}", "G -> B"))

    assert {problem.code for problem in found.problems} == {"missing-drawing"}

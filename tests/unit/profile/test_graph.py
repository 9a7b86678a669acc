"""Flows, starts and ends: what dangles is refused, with the element and its line."""

EVENT = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
TERMINATE = "<terminateEventDefinition/>"


def test_a_plain_process_is_accepted(inside):
    assert inside('<userTask id="T" c:candidateGroups="qm"/>').errors == []


def test_a_flow_to_a_step_that_does_not_exist_is_refused(told):
    told(
        """
        <startEvent id="S"/>
        S -> E
        S -> Nowhere <!-- here -->
        <endEvent id="E"/>
        """
    ).refused("dead-flow", "S_Nowhere")


def test_a_flow_without_a_target_is_refused(told):
    told(
        """
        <startEvent id="S"/>
        S -> E
        <sequenceFlow id="f" sourceRef="S"/> <!-- here -->
        <endEvent id="E"/>
        """
    ).refused("dead-flow", "f")


def test_a_step_that_mentions_a_missing_flow_is_refused(inside):
    inside('<userTask id="T">\n<incoming>gone</incoming> <!-- here -->\n</userTask>').refused("dead-flow", "T")


def test_a_default_flow_of_another_gateway_is_refused(told):
    told(
        """
        <startEvent id="S"/>
        S -> G
        <exclusiveGateway id="G" default="S_G"/> <!-- here -->
        G -> A if ${x}
        G -> B if ${y}
        <endEvent id="A"/>
        <endEvent id="B"/>
        """
    ).refused("dead-default", "G")


def test_a_flow_across_the_border_of_a_sub_process_is_refused(told):
    told(
        """
        <startEvent id="S"/>
        S -> P
        <subProcess id="P">
        <startEvent id="PS"/>
        PS -> PE
        PS -> E <!-- here -->
        <endEvent id="PE"/>
        </subProcess>
        P -> E
        <endEvent id="E"/>
        """
    ).refused("flow-across-border", "PS_E")


def test_a_flow_into_a_start_event_is_refused(told):
    told(
        f"""
        <startEvent id="S"/>
        S -> E
        <boundaryEvent id="B" attachedToRef="T">{EVENT}</boundaryEvent>
        S -> T
        <userTask id="T"/>
        T -> B <!-- here -->
        B -> E
        <endEvent id="E"/>
        """
    ).refused("flow-into-start", "T_B")


def test_a_flow_out_of_an_end_event_is_refused(told):
    told(
        """
        <startEvent id="S"/>
        S -> E
        <endEvent id="E"/>
        E -> T <!-- here -->
        <userTask id="T"/>
        """
    ).refused("flow-out-of-end", "E_T")


def test_a_step_connected_to_nothing_is_refused(told):
    told(
        """
        <startEvent id="S"/>
        S -> E
        <userTask id="Alone" name="All alone"/> <!-- here -->
        <endEvent id="E"/>
        """
    ).refused("unconnected", "Alone")


def test_a_step_that_no_path_leads_to_is_refused_even_in_a_circle(told):
    found = told(
        """
        <startEvent id="S"/>
        S -> E
        <userTask id="A"/>
        <userTask id="B"/>
        A -> B
        B -> A
        B -> E
        <endEvent id="E"/>
        """
    )
    assert found.errors == ["unreachable A", "unreachable B"]


def test_a_circle_without_a_way_out_is_refused(told):
    found = told(
        """
        <startEvent id="S"/>
        S -> A
        <userTask id="A"/>
        A -> B
        <userTask id="B"/>
        B -> A
        """
    )
    assert found.errors == ["no-way-to-an-end S", "no-way-to-an-end A", "no-way-to-an-end B"]


def test_a_circle_that_a_terminate_end_can_stop_is_accepted(told):
    found = told(
        f"""
        <startEvent id="S"/>
        S -> F
        <parallelGateway id="F"/>
        F -> A
        <userTask id="A"/>
        A -> A
        F -> T
        <userTask id="T"/>
        T -> E
        <endEvent id="E">{TERMINATE}</endEvent>
        """
    )
    assert found.errors == []


def test_a_task_without_an_outgoing_flow_ends_its_path(told):
    assert told('<startEvent id="S"/>\nS -> T\n<userTask id="T"/>').errors == []


def test_a_boundary_event_is_a_way_out(told):
    found = told(
        f"""
        <startEvent id="S"/>
        S -> A
        <userTask id="A"/>
        A -> A
        <boundaryEvent id="B" attachedToRef="A">{EVENT}</boundaryEvent>
        B -> E
        <endEvent id="E"/>
        """
    )
    assert found.errors == []


def test_a_link_is_a_way_on(told):
    found = told(
        """
        <startEvent id="S"/>
        S -> L
        <intermediateThrowEvent id="L"><linkEventDefinition name="on"/></intermediateThrowEvent>
        <intermediateCatchEvent id="M"><linkEventDefinition name="on"/></intermediateCatchEvent>
        M -> E
        <endEvent id="E"/>
        """
    )
    assert found.errors == []


def test_a_link_without_a_counterpart_is_refused(told):
    told(
        """
        <startEvent id="S"/>
        S -> L
        <intermediateThrowEvent id="L"><linkEventDefinition name="on"/></intermediateThrowEvent> <!-- here -->
        S -> E
        <endEvent id="E"/>
        """
    ).told("error", "dead-link", "L")


def test_a_process_without_a_start_is_refused(told):
    told('<userTask id="T"/>\nT -> E\n<endEvent id="E"/>').refused("no-start", "p")


def test_a_sub_process_without_a_start_is_refused(inside):
    inside('<subProcess id="T"> <!-- here -->\n<userTask id="U"/>\nU -> V\n<endEvent id="V"/>\n</subProcess>').refused(
        "sub-process-start", "T"
    )


def test_a_start_inside_a_sub_process_that_is_not_plain_is_refused(inside):
    inside(
        f'<subProcess id="T">\n<startEvent id="U">{EVENT}</startEvent> <!-- here -->\n'
        'U -> V\n<endEvent id="V"/></subProcess>'
    ).refused("inner-start-event", "U")


def test_an_event_sub_process_without_a_typed_start_is_refused(told):
    told(
        """
        <startEvent id="S"/>
        S -> E
        <endEvent id="E"/>
        <subProcess id="X" triggeredByEvent="true"> <!-- here -->
        <startEvent id="XS"/>
        XS -> XE
        <endEvent id="XE"/>
        </subProcess>
        """
    ).refused("event-sub-process-start", "X")


def test_an_event_sub_process_with_two_starts_is_refused(told):
    told(
        f"""
        <startEvent id="S"/>
        S -> E
        <endEvent id="E"/>
        <subProcess id="X" triggeredByEvent="true"> <!-- here -->
        <startEvent id="A">{EVENT}</startEvent>
        <startEvent id="B">{EVENT}</startEvent>
        A -> XE
        B -> XE
        <endEvent id="XE"/>
        </subProcess>
        """
    ).refused("event-sub-process-start", "X")

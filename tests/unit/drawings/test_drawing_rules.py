"""Every rule about drawings finds what it is there to find."""

from pathlib import Path

import pytest

from tools.drawing_checks import RULES, faults

BOUNDARY = Path(__file__).with_name("boundary.bpmn")


def overlap(d):
    d.change("E_improvement", y=d.drawing.box["E_duplicate"].y - d.drawing.box["E_improvement"].y - 40)


def task_over_lane_border(d):
    d.change("T_cause", y=-50)


def undrawn_task(d):
    d.remove("T_plan")


def gateway_name_without_place(d):
    d.remove("G_plan", "bpmndi:BPMNLabel")


def label_on_label(d):
    gateway, flow = d.drawing.label["G_plan"], d.drawing.label["f_approve"]
    d.change("f_approve", label=True, x=gateway.x - flow.x, y=gateway.y - flow.y)


def label_on_task(d):
    task, label = d.drawing.box["X_rework"], d.drawing.label["G_third"]
    d.change("G_third", label=True, x=task.x - label.x, y=task.y + 10 - label.y)


def label_on_line(d):
    label, (x, y) = d.drawing.label["G_need"], d.drawing.path["f_T_need__G_need"][1]
    d.change("G_need", label=True, x=x - 30 - label.x, y=y - 5 - label.y)


def label_on_lane_border(d):
    label, lane = d.drawing.label["G_kind"], d.drawing.box["Lane_owner"]
    d.change("G_kind", label=True, y=lane.y - 6 - label.y)


def label_far_away(d):
    d.change("E_closed", label=True, y=-40)


def slanted_flow(d):
    a, b = d.drawing.path["f_T_cause__T_elsewhere"]
    d.lay("f_T_cause__T_elsewhere", [a, (b[0], b[1] + 10)])


def flow_ends_in_the_air(d):
    a, b = d.drawing.path["f_T_cause__T_elsewhere"]
    d.lay("f_T_cause__T_elsewhere", [(a[0] + 7, a[1]), b])


def flow_leaves_a_gateway_beside_its_corner(d):
    a, b = d.drawing.path["f_third_no"]
    d.lay("f_third_no", [(a[0], a[1] + 10), (b[0], b[1] + 10)])


def stubby_flow(d):
    a, b = d.drawing.path["f_T_cause__T_elsewhere"]
    d.lay("f_T_cause__T_elsewhere", [a, (a[0] + 4, a[1]), b])


def flow_through_a_task(d):
    a, b = d.drawing.path["f_T_contain__T_consequence"][0], d.drawing.path["f_T_consequence__G_beside"][-1]
    d.lay("f_T_consequence__G_beside", [a, b])


def crooked_flow(d):
    a, b = d.drawing.path["f_T_cause__T_elsewhere"]
    x, y = a
    up = [(x + 10, y), (x + 10, y - 10), (x + 15, y - 10), (x + 15, y), (x + 20, y), (x + 20, y - 10), (b[0], y - 10)]
    d.lay("f_T_cause__T_elsewhere", [a, *up])


def in_and_out_at_one_point(d):
    a, b = d.drawing.path["f_G_third__X_level"][0], d.drawing.path["f_X_rework__G_third"][0]
    d.lay("f_X_rework__G_third", [b, (a[0], b[1]), a])


def crossing_flows(d):
    a, b = d.drawing.path["f_G_plan__T_cause"][0], d.drawing.path["f_approve"][-1]
    middle = d.drawing.path["f_approve"][1][0] + 40
    d.lay("f_G_plan__T_cause", [a, (a[0], a[1] + 40), (middle, a[1] + 40), (middle, b[1])])


def flows_on_each_other(d):
    (x, top), (_, bottom) = d.drawing.path["f_need_yes"][:2]
    a = d.drawing.path["f_T_close__E_closed"][0]
    d.lay("f_T_close__E_closed", [a, (x + 4, a[1]), (x + 4, top + 20), (x + 4, bottom - 20)])


def gap_between_lanes(d):
    d.change("Lane_owner", y=10)


def long_task_name(d):
    d.rename("T_elsewhere", "Look for the same everywhere else")


def backward_drawing(d):
    right = max(box.right for box in d.drawing.box.values())
    for node in d.drawing.nodes:
        d.change(node, x=2 * (right - d.drawing.box[node].middle[0]))


def very_wide_pool(d):
    d.change("Pool_corrective_action", width=200)


def boundary_event_off_the_border(d):
    d.change("B_late", y=12)


SPOILED = {
    "shapes-touch": [overlap],
    "outside": [task_over_lane_border],
    "no-shape": [undrawn_task],
    "no-label": [gateway_name_without_place],
    "label-label": [label_on_label],
    "label-shape": [label_on_task],
    "label-flow": [label_on_line],
    "label-border": [label_on_lane_border],
    "label-far": [label_far_away],
    "label-icon": [long_task_name],
    "slanted": [slanted_flow],
    "dock": [flow_ends_in_the_air, flow_leaves_a_gateway_beside_its_corner],
    "short-end": [stubby_flow],
    "through-shape": [flow_through_a_task],
    "bends": [crooked_flow],
    "in-and-out": [in_and_out_at_one_point],
    "crossing": [crossing_flows],
    "flows-merge": [flows_on_each_other],
    "lanes-gap": [gap_between_lanes],
    "direction": [backward_drawing],
    "wide": [very_wide_pool],
}


@pytest.mark.parametrize(
    ("rule", "change"), [pytest.param(r, c, id=c.__name__) for r, cs in SPOILED.items() for c in cs]
)
def test_a_spoiled_drawing_is_found_by_its_rule(spoil, rule, change):
    assert rule in {line.partition(":")[0] for line in faults(spoil(change))}


def test_a_boundary_event_that_left_its_border_is_found(spoil):
    assert faults(BOUNDARY) == []

    assert "boundary-off" in {line.partition(":")[0] for line in faults(spoil(boundary_event_off_the_border, BOUNDARY))}


def test_every_rule_is_tried_on_a_spoiled_drawing():
    assert {*SPOILED, "boundary-off"} == set(RULES)


def test_one_crossing_may_be_allowed_and_a_second_may_not(spoil):
    path = spoil(crossing_flows)
    crossings = [line for line in faults(path) if line.startswith("crossing")]

    assert crossings
    assert [line for line in faults(path, crossing=len(crossings)) if line.startswith("crossing")] == []
    assert len([line for line in faults(path, crossing=len(crossings) - 1) if line.startswith("crossing")]) == len(
        crossings
    )

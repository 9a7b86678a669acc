"""Which roles a model leaves open, and who is proposed for them."""

import pytest

from engine.core.model import read_models
from engine.core.vocabulary import Model, Node, Rules
from engine.models import roles
from tests.factories import process

GROUPS = {"quality_manager": "Quality managers", "ai_officer": "AI officer", "staff": "Staff"}


def model(*nodes: Node, **lanes: str) -> Model:
    return Model(key="p", name="P", nodes={node.id: node for node in nodes}, flows={}, starts=(), lanes=lanes)


def silent(key: str, lane: str | None = None) -> Node:
    return Node(id=key, kind="userTask", name=key, lane=lane)


def named(key: str, **rules: object) -> Node:
    return Node(id=key, kind="userTask", name=key, rules=Rules(**rules))


@pytest.mark.parametrize(
    "name",
    [
        "Quality managers",
        "quality manager",
        "QUALITY_MANAGER",
        "Quality Manager ",
        "Quality-Managers",
        "Qualty manager",
    ],
)
def test_a_lane_called_like_a_group_is_proposed_for_it(name):
    found = roles.proposals(model(silent("T_a", "L1"), L1=name), {}, GROUPS)

    assert found == {"lane:L1": ("group:quality_manager", True)}


def test_a_lane_without_a_name_is_known_by_its_id():
    found = roles.proposals(model(silent("T_a", "Lane_ai_officer"), Lane_ai_officer=""), {}, GROUPS)

    assert found == {"lane:Lane_ai_officer": ("group:ai_officer", True)}


def test_a_lane_called_like_nothing_stays_open():
    one = model(silent("T_a", "L1"), L1="Customer")

    assert roles.proposals(one, {}, GROUPS) == {}
    assert {role: [node.id for node in nodes] for role, nodes in roles.open_roles(one, {}).items()} == {
        "lane:L1": ["T_a"]
    }


def test_tasks_that_name_somebody_leave_nothing_open():
    one = model(
        named("T_a", assignee="ann"), named("T_b", candidate_groups=("staff",)), named("T_c", candidate_users=("bob",))
    )

    assert roles.open_roles(one, {}) == {}


def test_a_task_of_its_own_may_be_bound_instead_of_its_lane():
    one = model(silent("T_a", "L1"), silent("T_b", "L1"), L1="Customer")

    assert [node.id for node in roles.open_roles(one, {"task:T_a": "person:ann"})["lane:L1"]] == ["T_b"]
    assert roles.open_roles(one, {"lane:L1": "person:ann"}) == {}


def test_bindings_of_the_version_before_go_on_as_far_as_their_roles_do():
    before = {"lane:L1": "person:ann", "lane:gone": "person:bob", "group:staff": "group:ai_officer"}
    one = model(silent("T_a", "L1"), named("T_b", candidate_groups=("staff",)), L1="Quality managers")

    assert roles.proposals(one, before, GROUPS) == {
        "lane:L1": ("person:ann", False),
        "group:staff": ("group:ai_officer", False),
    }


def test_a_lane_that_holds_only_event_sub_processes_is_no_role():
    lanes = (
        '<bpmn:laneSet id="lanes"><bpmn:lane id="any" name="Staff"><bpmn:flowNodeRef>sub</bpmn:flowNodeRef></bpmn:lane>'
        '<bpmn:lane id="main" name="Staff"><bpmn:flowNodeRef>start</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
    )
    body = (
        '<bpmn:startEvent id="start"/><bpmn:subProcess id="sub" triggeredByEvent="true">'
        '<bpmn:userTask id="T_x" name="x"/></bpmn:subProcess>'
    )
    (one,) = read_models(process("p", lanes + body), "p.bpmn")

    assert list(roles.open_roles(one, {})) == ["task:T_x"]
    assert roles.proposals(one, {}, GROUPS) == {}


def test_computed_names_are_not_looked_up():
    one = model(
        named("T_a", assignee="${subject.steward}", candidate_groups=("= group", "staff")),
        named("T_b", candidate_users=("bob",)),
    )

    assert roles.named(one) == {"group:staff", "person:bob"}

"""Whole forms: conditions, groups, rows, people, and what a browser has no say in."""

import copy

import pytest

from tests.unit.forms.conftest import NOW, members


def text(key, required=False, hide=None, **more):
    component = {"type": "textfield", "id": f"id_{key}", "key": key, "label": key, **more}
    if required:
        component["validate"] = {"required": True}
    if hide:
        component["conditional"] = {"hide": hide}
    return component


def choice(key, *values, hide=None, **more):
    component = {"type": "radio", "id": f"id_{key}", "key": key, "label": key, **more}
    if values:
        component["values"] = [{"label": str(value), "value": value} for value in values]
    if hide:
        component["conditional"] = {"hide": hide}
    return component


def rows(path, *components, grows=True, **more):
    return {
        "type": "dynamiclist",
        "id": f"id_{path}",
        "path": path,
        "label": path,
        "isRepeating": True,
        "allowAddRemove": grows,
        "components": list(components),
        **more,
    }


def group(*components, path="", **more):
    return {"type": "group", "id": f"group_{path}", "label": "g", "path": path, "components": list(components), **more}


REASON = [choice("agree", "yes", "no"), text("reason", required=True, hide='=agree = "yes"')]


def test_a_hidden_field_is_not_required_and_what_was_sent_for_it_is_dropped_and_named(ask):
    checked = ask(REASON, {"agree": "yes", "reason": "left over"})

    assert checked.values == {"agree": "yes"}
    assert checked.errors == {}
    assert checked.dropped == ("reason",)


def test_a_shown_field_is_required(ask):
    assert ask(REASON, {"agree": "no"}).errors == {"reason": ["This must be answered."]}
    assert ask(REASON, {"agree": "no", "reason": "late"}).values == {"agree": "no", "reason": "late"}


def test_leaving_an_answer_out_does_not_bring_back_the_case_s_old_one(ask):
    checked = ask(REASON, {}, {"agree": "yes"})

    assert checked.errors == {"reason": ["This must be answered."]}


def test_a_field_that_depends_on_a_hidden_one_sees_what_the_case_holds(ask):
    form = [
        choice("a", 1, 2),
        choice("b", 1, 2, hide="=a = 2"),
        text("c", required=True, hide="=b = 1"),
    ]

    assert ask(form, {"a": 2, "b": 1}).errors == {"c": ["This must be answered."]}
    assert ask(form, {"a": 2, "b": 2}, {"b": 1}).errors == {}


def test_a_condition_over_what_nobody_knows_counts_as_null_as_in_the_browser(ask):
    assert ask([text("note", required=True, hide="=change.kind = null")], {}).errors == {}
    assert ask([text("note", required=True, hide="=change.kind = null")], {}, {"change": {}}).errors == {}
    assert ask([text("note", hide="=count(1, 2, 3) = true")], {"note": "x"}).values == {"note": "x"}


def test_a_hidden_group_hides_all_within_it(ask):
    form = [group(text("a", required=True), rows("list", text("b")), hide=None, path="g", conditional={"hide": "=off"})]

    assert ask(form, {"g": {"a": "x", "list": [{"b": "y"}]}}, {"off": True}).values == {}
    assert ask(form, {"g": {"a": "x", "list": [{"b": "y"}]}}, {"off": True}).dropped == ("g.a", "g.list")
    assert ask(form, {}, {"off": False}).errors == {"g.a": ["This must be answered."]}


def test_groups_with_a_path_nest_their_answers_and_those_without_do_not(ask):
    form = [group(text("a"), group(text("b"), path="inner"), path="outer.deep"), group(text("c"))]

    checked = ask(form, {"outer": {"deep": {"a": "1", "inner": {"b": "2"}}}, "c": "3"})

    assert checked.errors == {}
    assert checked.values == {"outer": {"deep": {"a": "1", "inner": {"b": "2"}}}, "c": "3"}


def test_keys_with_dots_nest_too(ask):
    assert ask([text("contact.mail"), text("contact.name")], {"contact": {"mail": "a"}}).values == {
        "contact": {"mail": "a", "name": ""}
    }


def test_keys_with_dots_and_groups_may_share_an_object(ask):
    form = [
        group(text("b"), path="g"),
        text("g.a"),
        group(group(text("c"), path="deep"), path="g"),
        group(text("d"), path="g.deep"),
    ]

    checked = ask(form, {"g": {"a": "1", "b": "2", "deep": {"c": "3", "d": "4"}}})

    assert checked.errors == {}
    assert checked.values == {"g": {"a": "1", "b": "2", "deep": {"c": "3", "d": "4"}}}


def test_everything_that_the_form_does_not_ask_for_is_refused(ask):
    form = [text("a"), group(text("b"), path="g"), rows("list", text("c"))]

    checked = ask(form, {"a": "", "approved": True, "g": {"x": 1}, "list": [{"c": "", "__proto__": {}}]})

    assert set(checked.errors) == {"approved", "g.x", "list[0].__proto__"}
    assert set(ask(form, {"g": [], "list": {}}).errors) == {"g", "list"}


def test_errors_in_rows_name_the_row(ask):
    form = [rows("actions", text("what", required=True), choice("owner", valuesKey="people.process_owner"))]

    checked = ask(form, {"actions": [{"what": "x", "owner": "ann"}, {"what": "", "owner": "eve"}]})

    assert checked.errors == {
        "actions[1].what": ["This must be answered."],
        "actions[1].owner": ["Choose a member of the group process_owner."],
    }


def test_rows_are_kept_in_order_and_may_be_none(ask):
    form = [rows("list", text("a"), {"type": "number", "id": "n", "key": "n"})]

    assert ask(form, {"list": [{"a": "1", "n": 1}, {"a": "2"}]}).values == {
        "list": [{"a": "1", "n": 1}, {"a": "2", "n": None}]
    }
    assert ask(form, {}).values == {"list": []}
    assert ask(form, {"list": None}).values == {"list": []}


def test_a_null_row_is_refused_unless_everything_in_it_is_hidden(ask):
    form = [choice("more", True, False), rows("list", text("a", hide="=more = false"))]

    assert ask(form, {"more": True, "list": [None]}).errors == {"list[0]": ["This row is empty."]}
    assert ask(form, {"more": False, "list": [None, {"a": "x"}]}).values == {"more": False, "list": [{}, {}]}


def test_a_list_that_people_may_not_lengthen_keeps_its_rows(ask):
    form = [rows("list", text("a"), grows=False, defaultRepetitions=2)]

    assert ask(form, {"list": [{"a": "1"}, {"a": "2"}]}).errors == {}
    assert ask(form, {"list": [{"a": "1"}]}).errors == {"list": ["This must have exactly 2 rows."]}
    assert ask(form, {"list": [{"a": "1"}]}, {"list": [{"a": "0"}]}).errors == {}


def test_rows_within_rows_see_themselves_and_what_is_around_them(ask):
    inner = rows(
        "inner", text("b", required=True, hide="=parent.kind = 1 or this.skip = true"), choice("skip", True, False)
    )
    form = [rows("outer", choice("kind", 1, 2), inner)]

    checked = ask(
        form,
        {
            "outer": [
                {"kind": 1, "inner": [{"skip": False}]},
                {"kind": 2, "inner": [{"skip": True}, {"skip": False}]},
            ]
        },
    )

    assert checked.errors == {"outer[1].inner[1].b": ["This must be answered."]}


def test_a_condition_may_name_the_number_of_its_row(ask):
    form = [rows("list", text("a", required=True, hide="=i[1] = 1"))]

    assert ask(form, {"list": [{}, {}]}).errors == {"list[1].a": ["This must be answered."]}


@pytest.mark.parametrize("fixed", [{"readonly": True}, {"disabled": True}, {"readonly": "=locked"}])
def test_a_value_that_is_not_the_sender_s_comes_from_the_case(ask, fixed):
    form = [text("owner", **fixed), text("note")]

    checked = ask(form, {"owner": "eve", "note": "n"}, {"owner": "ann", "locked": True})

    assert checked.values == {"owner": "ann", "note": "n"}
    assert checked.errors == {}
    assert checked.dropped == ("owner",)


def test_a_read_only_value_that_comes_back_unchanged_is_no_event(ask):
    assert ask([text("owner", readonly=True)], {"owner": "ann"}, {"owner": "ann"}).dropped == ()


def test_a_forged_read_only_value_opens_no_condition(ask):
    form = [
        {"type": "number", "id": "n", "key": "amount", "readonly": True},
        text("why", required=True, hide="=amount < 10"),
    ]

    assert ask(form, {"amount": 1}, {"amount": 100}).errors == {"why": ["This must be answered."]}


def test_a_field_whose_lock_is_open_takes_the_answer(ask):
    assert ask([text("owner", readonly="=locked")], {"owner": "eve"}, {"owner": "ann"}).values == {"owner": "eve"}


def test_a_computed_value_is_computed_here_and_never_believed(ask):
    computed = {"type": "expression", "id": "e", "key": "total", "expression": "=a + b", "computeOn": "change"}
    form = [{"type": "number", "id": "a", "key": "a"}, {"type": "number", "id": "b", "key": "b"}, computed]

    assert ask(form, {"a": 1, "b": 2.5, "total": 99}).values == {"a": 1, "b": 2.5, "total": 3.5}
    assert ask([*form, text("c", required=True, hide="=total < 10")], {"a": 5, "b": 6, "total": 1}).errors == {
        "c": ["This must be answered."]
    }


def test_people_are_members_of_the_group_and_nobody_else(ask):
    for component in (
        choice("who", valuesKey="people.process_owner"),
        choice("who", properties={"people": "process_owner"}),
    ):
        assert ask([component], {"who": "ann"}).values == {"who": "ann"}
        assert ask([component], {"who": "eve"}).errors == {"who": ["Choose a member of the group process_owner."]}
        assert ask([component], {"who": ["ann"]}).errors
    several = {"type": "taglist", "id": "t", "key": "who", "valuesKey": "people.process_owner"}
    assert ask([several], {"who": ["ann", "bob"]}).errors == {}
    assert ask([several], {"who": ["ann", "eve"]}).errors
    assert ask([choice("who", valuesKey="people.empty")], {"who": "ann"}).errors


def test_options_come_from_the_case_and_never_from_the_post(ask):
    options = [{"label": "Berlin", "value": "b"}, "plain", {"value": 3}]

    assert ask([choice("site", valuesKey="sites")], {"site": "b"}, {"sites": options}).errors == {}
    assert ask([choice("site", valuesKey="org.sites")], {"site": 3}, {"org": {"sites": options}}).errors == {}
    assert ask([choice("site", valuesExpression="=sites")], {"site": "plain"}, {"sites": options}).errors == {}
    assert (
        ask(
            [choice("site", valuesExpression="=for n in causes return n.no")], {"site": 2}, {"causes": [{"no": 2}]}
        ).errors
        == {}
    )
    assert ask(
        [choice("site", valuesKey="sites")], {"site": "x", "sites": ["x"]}, {"sites": options}
    ).errors.keys() == {
        "site",
        "sites",
    }
    assert ask([choice("site", valuesKey="sites")], {"site": "x"}, {"sites": "x"}).errors
    assert ask([choice("site", valuesKey="sites")], {"site": "x"}).errors


CAUSES = rows(
    "causes",
    choice("kind", "system", "human_error"),
    properties={
        "check": '=some c in causes satisfies c.kind != "human_error"',
        "checkMessage": "Human error alone is no root cause.",
    },
)


def test_a_rule_of_the_form_s_own_is_kept_or_says_its_sentence(ask):
    assert ask([CAUSES], {"causes": [{"kind": "human_error"}, {"kind": "system"}]}).errors == {}
    assert ask([CAUSES], {"causes": [{"kind": "human_error"}]}).errors == {
        "causes": ["Human error alone is no root cause."]
    }
    assert ask([CAUSES], {"causes": []}).errors == {"causes": ["Human error alone is no root cause."]}


def test_a_rule_waits_until_its_own_answers_are_sound(ask):
    assert list(ask([CAUSES], {"causes": [{"kind": "fate"}]}).errors) == ["causes[0].kind"]


def test_a_rule_in_a_row_speaks_of_that_row(ask):
    dated = {"type": "datetime", "id": "by", "key": "by", "subtype": "date"}
    latest = {**dated, "properties": {"check": "=date(this.by) <= date(limit)", "checkMessage": "Too late."}}

    checked = ask(
        [rows("list", latest)], {"list": [{"by": "2027-01-01"}, {"by": "2027-03-01"}]}, {"limit": "2027-02-01"}
    )

    assert checked.errors == {"list[1].by": ["Too late."]}


def test_a_rule_without_an_answer_is_not_kept(ask):
    rule = text("a", properties={"check": "=a = nowhere.to.be.found + 1"})

    assert ask([rule], {"a": "x"}).errors == {"a": ["This does not hold together."]}


def test_a_rule_that_other_faults_leave_without_an_answer_keeps_quiet(ask):
    rule = text("a", properties={"check": "=count(for x in 1..1000, y in 1..1000 return x) > n"})

    assert list(ask([rule, text("b", required=True)], {"a": "x"}).errors) == ["b"]
    assert list(ask([rule, text("b", required=True)], {"a": "x", "b": "y"}).errors) == ["a"]


def test_a_rule_of_a_hidden_field_does_not_speak(ask):
    assert ask([text("a", hide="=off", properties={"check": "=false"})], {}, {"off": True}).errors == {}


def test_answers_and_variables_are_left_as_they_were(ask):
    form = [group(text("a", hide="=x = 1"), path="g"), rows("list", text("b", readonly=True)), text("x")]
    answers = {"g": {"a": "1"}, "list": [{"b": "2"}, None], "x": "1"}
    variables = {"g": {"a": "0"}, "list": [{"b": "0"}], "x": 1}
    before = copy.deepcopy((answers, variables))

    ask(form, answers, variables)

    assert (answers, variables) == before


def test_what_a_form_starts_with_is_its_own_fields_and_what_it_reads_and_no_more(form_of):
    form = form_of(
        text("a", hide='=mode = "x"'),
        text("b", defaultValue="start"),
        group(text("c", defaultValue="deep"), path="g"),
        choice("site", valuesKey="org.sites"),
        {"type": "text", "id": "t", "text": "Class **{{class}}**, by {{action.owner}}"},
        {"type": "text", "id": "u", "text": '="Told by " + told.by'},
    )
    case = {"a": "1", "mode": "x", "org": {"sites": []}, "class": "major", "action": {}, "told": {}, "salary": 1}

    assert form.prefilled(case) == {
        "a": "1",
        "b": "start",
        "g": {"c": "deep"},
        "mode": "x",
        "org": {"sites": []},
        "class": "major",
        "action": {},
        "told": {},
    }
    assert form.prefilled({"b": "kept"})["b"] == "kept"
    assert case["org"] == {"sites": []}
    assert "g" not in case


def test_a_form_says_what_it_asks_for(form_of):
    form = form_of(
        text("finding", required=True),
        group(text("mail", hide="=x"), path="contact"),
        rows("actions", choice("owner", valuesKey="people.process_owner"), choice("kind", "a", "b")),
        {"type": "datetime", "id": "d", "key": "on", "subtype": "date", "dateLabel": "On", "readonly": True},
    )

    assert [(field.path, field.type, field.required) for field in form.fields] == [
        ("finding", "textfield", True),
        ("contact.mail", "textfield", False),
        ("actions", "dynamiclist", False),
        ("on", "date", False),
    ]
    assert [(field.path, field.group, field.options) for field in form.fields[2].fields] == [
        ("actions[].owner", "process_owner", None),
        ("actions[].kind", None, ("a", "b")),
    ]
    assert form.fields[1].conditional
    assert form.fields[3].readonly
    assert form.fields[3].label == "On"
    assert form.names == {"finding", "contact", "actions", "on"}
    assert form.reads == {"x"}
    assert form.groups == {"process_owner"}


def test_rows_of_a_register_are_options(form_of, problems_of):
    systems = [
        {"register": "reg_ai_systems", "row": "lens", "title": "TriageLens", "status": "active"},
        {"register": "reg_ai_systems", "row": "bot", "title": "rota bot", "status": "retired"},
        {"register": "reg_ai_systems", "row": "draft", "title": "ReportDraft", "status": "active", "in_force": True},
    ]
    in_use = {"rows": "reg_ai_systems", "where": '=row.status = "active" and row.row != but', "value": "subject"}
    form = form_of(
        choice("system", valuesKey="rows.reg_ai_systems"),
        choice("other", valuesKey="rows.in_use", properties=in_use),
        choice("owner", valuesKey="people.process_owner"),
    )
    given = {"rows": lambda register: systems if register == "reg_ai_systems" else [], "now": NOW}

    assert form.registers == {"reg_ai_systems"}
    assert form.reads == {"but"}
    assert form.choices({"but": "draft"}, lambda _: {"bob": "Bob", "ann": "ann"}, **given) == {
        "rows.reg_ai_systems": [
            {"label": "ReportDraft", "value": "draft"},
            {"label": "rota bot", "value": "bot"},
            {"label": "TriageLens", "value": "lens"},
        ],
        "rows.in_use": [{"label": "TriageLens", "value": "reg_ai_systems:lens"}],
        "people.process_owner": [{"label": "ann", "value": "ann"}, {"label": "Bob", "value": "bob"}],
    }
    taken = {"system": "bot", "other": "reg_ai_systems:lens"}
    assert form.check(taken, {"but": "draft"}, members, **given).errors == {}
    wrong = form.check({"system": "cat", "other": "reg_ai_systems:draft"}, {"but": "draft"}, members, **given)
    said = ["Choose one of the rows of reg_ai_systems that are offered."]
    assert wrong.errors == {"system": said, "other": said}
    assert form.check({"system": "bot"}, {}, members, now=NOW).errors.keys() == {"system"}

    spoilt = (
        {"valuesKey": "rows.not a name"},
        {"properties": {"rows": "reg_a", "value": "title"}},
        {"properties": {"rows": "reg_a", "where": "no equals sign"}},
    )
    for parts in spoilt:
        assert set(problems_of(choice("a", **parts))) & {"form-bad-options", "form-bad-expression"}, parts
    alike = {"valuesKey": "rows.reg_a", "properties": {"where": "=row.status = 1"}}
    assert problems_of(choice("a", valuesKey="rows.reg_a"), choice("b", **alike)) == ["form-bad-options"]
    assert problems_of(text("a", properties={"rows": "reg_a"})) == ["form-bad-options"]

"""What is wrong with a decision file, told before anybody decides."""

import pytest


def codes(decisions, known=None):
    return [(problem.code, problem.severity) for problem in decisions.problems(known)]


def test_a_cell_that_does_not_hold_is_told_with_line_element_and_caret(table):
    decisions = table([["> 1", '"fine"'], ["> (1 + ", '"broken"']])

    (problem,) = decisions.problems()

    assert (problem.code, problem.severity, problem.file) == ("dmn-expression", "error", "t.dmn")
    assert (problem.element, problem.name) == ("t_c2_0", "Decision t")
    assert problem.line == 6
    assert problem.message.splitlines() == [
        "In an input cell: The expression ends too early",
        "    > (1 + ",
        "           ^",
    ]
    assert "FEEL" in problem.remedy


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ("'a'", "double quotes"),
        ("== 1", "single '='"),
        ("a && b", "FEEL says 'and'"),
        ("${a}", "without '${' and '}'"),
        ("[1..", "ends too early"),
        ('"open', "never closed"),
    ],
)
def test_habits_from_other_languages_get_a_hint(table, cell, hint):
    (problem,) = table([[cell, "1"]]).problems()

    assert hint in f"{problem.message} {problem.remedy}"


def test_a_broken_cell_raises_when_it_is_asked_after_all(table):
    with pytest.raises(Exception, match="ends too early"):
        table([["1 +", "1"]]).decide("t", {"a": 1})


@pytest.mark.parametrize("language", ["java", "groovy", "javascript", "http://www.java.com/java", "juel"])
def test_other_languages_are_refused(file, decision_table, language):
    xml = decision_table([["1", "2"]]).replace("<inputEntry ", f'<inputEntry expressionLanguage="{language}" ')

    (problem,) = file(xml).problems()

    assert problem.code == "dmn-language"
    assert language in problem.message


@pytest.mark.parametrize(
    "language", ["feel", "FEEL", "https://www.omg.org/spec/DMN/20191111/FEEL/", "http://www.omg.org/spec/FEEL/20140401"]
)
def test_feel_is_known_under_all_its_names(file, decision_table, language):
    xml = decision_table([["1", "2"]]).replace("<inputEntry ", f'<inputEntry expressionLanguage="{language}" ')

    assert file(xml).problems() == ()


def test_a_java_function_is_refused(file):
    xml = """<businessKnowledgeModel id="k" name="k"><encapsulatedLogic kind="Java"/></businessKnowledgeModel>
    <decision id="d" name="d"><literalExpression><text>1</text></literalExpression></decision>"""

    assert codes(file(xml)) == [("dmn-language", "error")]


def test_names_that_nothing_gives_are_warned_about_where_the_inputs_are_known(table, file, decision_table):
    decisions = table([["> 1", "severty"]], inputs=["severity"])

    assert codes(decisions) == []
    (problem,) = decisions.problems(known={"severity", "amount"})
    assert (problem.code, problem.severity) == ("dmn-name", "warning")
    assert "Did you mean 'severity'?" in problem.message

    requires = '<informationRequirement id="r"><requiredInput href="#i"/></informationRequirement>'
    declared = file(
        '<inputData id="i" name="severity"/>', decision_table([["1", "2"]], inputs=["severty"], requires=requires)
    )
    assert codes(declared) == [("dmn-name", "warning")]


def test_an_unknown_function_is_an_error_with_a_suggestion(table):
    (problem,) = table([["string lenght(?) > 1", "1"]]).problems()[:1]

    assert problem.severity == "error"


def test_an_unknown_function_of_one_word_names_the_nearest(table):
    (problem,) = table([["cont(?) > 1", "1"]]).problems()

    assert problem.code == "dmn-function"
    assert "Did you mean 'count'?" in problem.message


@pytest.mark.parametrize(
    ("rows", "pairs"),
    [
        ([["1", "1"], ["2", "1"]], 0),
        ([["1", "1"], ["1", "1"]], 1),
        ([["1", "1"], ["-", "1"]], 1),
        ([["< 5", "1"], ["> 5", "1"], ["5", "1"]], 0),
        ([["<= 5", "1"], [">= 5", "1"]], 1),
        ([["[1..5]", "1"], ["(5..9]", "1"]], 0),
        ([["[1..5]", "1"], ["[5..9]", "1"]], 1),
        ([['"a", "b"', "1"], ['"b", "c"', "1"]], 1),
        ([['"a"', "1"], ['not("a")', "1"]], 0),
        ([['"a"', "1"], ['not("b")', "1"]], 1),
        ([["true", "1"], ["false", "1"]], 0),
        ([['date("2026-01-01")', "1"], ['> date("2025-01-01")', "1"]], 1),
        ([["? > 1", "1"], ["? > 2", "1"]], 0),
        ([["limit", "1"], ["1", "1"]], 0),
    ],
)
def test_rules_of_a_unique_table_that_must_collide_are_warned_about(table, rows, pairs):
    assert codes(table(rows)) == [("dmn-overlap", "warning")] * pairs
    assert codes(table(rows, policy="FIRST")) == []


def test_rules_collide_only_when_every_column_does(table):
    apart = [["1", '"x"', "1"], ["1", '"y"', "1"]]
    together = [["1", '"x"', "1"], ["-", '"x"', "1"]]

    assert codes(table(apart, inputs=["a", "b"])) == []
    assert codes(table(together, inputs=["a", "b"])) == [("dmn-overlap", "warning")]


@pytest.mark.parametrize(
    ("ref", "cell", "code"),
    [
        ("number", '"5"', "dmn-output-type"),
        ("string", "5", "dmn-output-type"),
        ("date", '"soon"', "dmn-output-type"),
        ("boolean", '"true"', "dmn-output-type"),
        ("string", '"mid"', "dmn-output-value"),
    ],
)
def test_a_plain_output_that_its_column_does_not_allow_is_an_error(table, ref, cell, code):
    allowed = {"o": '"low","high"'} if code == "dmn-output-value" else {}

    assert codes(table([["-", cell]], outputs=[f"o:{ref}"], allowed=allowed)) == [(code, "error")]


@pytest.mark.parametrize(("ref", "cell"), [("number", "5"), ("date", '"2026-01-31"'), ("integer", "1"), ("Any", "1")])
def test_a_plain_output_of_its_type_holds(table, ref, cell):
    assert codes(table([["-", cell]], outputs=[f"o:{ref}"])) == []


def test_odd_tables_are_told(file, decision_table):
    assert codes(file(decision_table([["1", "2"]], policy="MOST"))) == [("dmn-hit-policy", "error")]
    assert codes(file(decision_table([["1", "2"]], policy="FIRST", aggregation="SUM"))) == [
        ("dmn-aggregation", "error")
    ]
    assert codes(file(decision_table([["1", "2"]], policy="PRIORITY"))) == [("dmn-priority", "error")]
    assert codes(file(decision_table([["1"]]))) == [("dmn-table", "error")]
    assert codes(file(decision_table([["1", "2"]], inputs=[""]))) == [("dmn-table", "error")]


def test_references_and_circles_are_told(file):
    def decision(id_, needs):
        requirement = (
            f'<informationRequirement id="r{id_}"><requiredDecision href="#{needs}"/></informationRequirement>'
        )
        logic = "<literalExpression><text>1</text></literalExpression>"
        return f'<decision id="{id_}" name="{id_}">{requirement}{logic}</decision>'

    assert codes(file(decision("a", "nowhere"))) == [("dmn-reference", "error")]
    assert codes(file(decision("a", "b"), decision("b", "a"))) == [("dmn-circle", "error")] * 2
    assert codes(file(decision("a", "b"), decision("b", "c"), decision("b", "c"), decision("c", "c"))).count(
        ("dmn-duplicate-id", "error")
    )


def test_files_that_decide_nothing_are_told(file):
    assert codes(file()) == [("dmn-empty", "error")]
    assert codes(file('<decision id="a" name="a"/>')) == [("dmn-empty", "error")]
    assert codes(file(namespace="http://example.org/other")) == [("dmn-namespace", "error")]
    assert [code for code, _ in codes(file('<import name="x" namespace="y" importType="z"/>'))] == [
        "dmn-empty",
        "dmn-import",
    ]

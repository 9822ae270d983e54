from pipeline_documents import ALWAYS, condition, document, processing
from stayline.pipeline.order import cycle, dependencies, execution_order, placed_steps, references


def test_a_step_runs_after_what_it_refers_to_wherever_it_is_written():
    uri = {"Get": "Steps.first.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri"}
    second = processing("second")
    second["Arguments"]["Environment"] = {"WHERE": {"Std:Join": {"On": "", "Values": [uri]}}}
    assert execution_order(document(second, processing("first"))) == ("first", "second")


def test_a_property_file_is_waited_for_too():
    asked = {
        "Type": "Equals",
        "LeftValue": {
            "Std:JsonGet": {"PropertyFile": {"Get": "Steps.late.PropertyFiles.F"}, "Path": "a"}
        },
        "RightValue": 1,
    }
    steps = document(condition("gate", asked, [processing("in")], []), processing("late"))
    assert execution_order(steps) == ("late", "gate", "in")


def test_steps_that_could_run_at_once_keep_the_order_they_are_written_in():
    steps = document(*(processing(name) for name in "dbca"))
    assert execution_order(steps) == ("d", "b", "c", "a")


def test_what_is_inside_a_condition_waits_for_it_alone_or_with_others():
    inner = condition("inner", ALWAYS, [processing("x", "other")], [])
    steps = document(condition("outer", ALWAYS, [inner], [processing("y")]), processing("other"))
    assert dependencies(steps) == {
        "outer": (),
        "inner": ("outer",),
        "x": ("inner", "other"),
        "y": ("outer",),
        "other": (),
    }
    assert execution_order(steps) == ("outer", "inner", "y", "other", "x")


def test_a_step_knows_the_answers_that_lead_to_it():
    inner = condition("inner", ALWAYS, [], [processing("x")])
    found = {p.name: p for p in placed_steps(document(condition("outer", ALWAYS, [inner], [])))}
    assert found["x"].branch == (("outer", True), ("inner", False))
    assert found["x"].path == "Steps[0].Arguments.IfSteps[0].Arguments.ElseSteps[0]"


def test_a_circle_is_told_from_its_first_step_back_to_it():
    circle = cycle(document(processing("a", "c"), processing("b", "a"), processing("c", "b")))
    assert len(circle) == 4
    assert circle[0] == circle[-1]
    assert cycle(document(processing("a"), processing("b", "a"))) == ()


def test_references_are_found_at_any_depth():
    value = [{"Std:Join": {"On": "", "Values": [{"Get": "Execution.PipelineName"}, "x"]}}]
    assert references({"a": value, "b": {"Get": "Parameters.P"}}) == (
        "Execution.PipelineName",
        "Parameters.P",
    )

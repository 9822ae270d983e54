import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_documents import ALWAYS, condition, document, processing, step, training_document
from stayline.errors import DefinitionRefused
from stayline.pipeline.definition import get, join, json_get
from stayline.pipeline.validation import check, problems


def arguments(name):
    return lambda changed: step(changed, name)["Arguments"]


def found(changed):
    return [(problem.step, problem.path, problem.message) for problem in problems(changed)]


def planted(name, change):
    """Return what is found in the training pipeline after ``change`` of a step's arguments."""
    changed = training_document()
    change(step(changed, name)["Arguments"])
    return found(changed)


def test_a_wrong_enum_is_named_with_the_nearest_word():
    def change(given):
        given["ResourceConfig"]["InstanceType"] = "ml.m5.larg"

    [(name, path, message)] = planted("train", change)
    assert (name, path) == ("train", "Arguments.ResourceConfig.InstanceType")
    assert "did you mean 'ml.m5.large'?" in message
    assert len(message) < 200


def test_the_default_of_a_parameter_is_held_against_where_it_goes():
    changed = training_document()
    [machine] = [p for p in changed["Parameters"] if p["Name"] == "TrainingInstanceType"]
    machine["DefaultValue"] = "ml.bogus"
    [(name, path, message)] = found(changed)
    assert (name, path) == ("train", "Arguments.ResourceConfig.InstanceType")
    assert "(of Parameters.TrainingInstanceType)" in message


def test_a_number_where_a_text_belongs_is_named_with_its_remedy():
    def change(given):
        given["HyperParameters"]["seed"] = get("Parameters.Seed")
        given["HyperParameters"]["trials"] = 20

    assert planted("train", change) == [
        (
            "train",
            "Arguments.HyperParameters.seed",
            "expected a text, but Parameters.Seed is of type Integer; "
            "join it with Std:Join to make it one",
        ),
        ("train", "Arguments.HyperParameters.trials", "expected a text, found a number"),
    ]


def test_a_text_where_a_number_belongs_is_named():
    def change(given):
        given["ResourceConfig"]["InstanceCount"] = "1"
        given["ResourceConfig"]["VolumeSizeInGB"] = join("", [30])
        given["StoppingCondition"]["MaxRuntimeInSeconds"] = True
        given["EnableNetworkIsolation"] = "yes"

    assert [entry[1:] for entry in planted("train", change)] == [
        ("Arguments.ResourceConfig.InstanceCount", "expected a whole number, found a text"),
        (
            "Arguments.ResourceConfig.VolumeSizeInGB",
            "Std:Join makes a text; expected a whole number",
        ),
        (
            "Arguments.StoppingCondition.MaxRuntimeInSeconds",
            "expected a whole number, found a Boolean",
        ),
        ("Arguments.EnableNetworkIsolation", "expected a Boolean, found a text"),
    ]


def test_what_is_missing_is_named_except_the_names_that_the_service_gives():
    def change(given):
        del given["RoleArn"]
        del given["AppSpecification"]["ImageUri"]
        del given["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3UploadMode"]

    missing = "it is required, but missing"
    assert sorted(planted("evaluate", change)) == [
        ("evaluate", "Arguments.AppSpecification.ImageUri", missing),
        (
            "evaluate",
            "Arguments.ProcessingOutputConfig.Outputs[0].S3Output.S3UploadMode",
            missing,
        ),
        ("evaluate", "Arguments.RoleArn", missing),
    ]


def test_an_unknown_key_is_named_with_the_nearest_one():
    def change(given):
        given["ResourceConfg"] = given.pop("ResourceConfig")

    [(name, path, message)] = planted("train", change)
    assert (name, path) == ("train", "Arguments.ResourceConfg")
    assert "did you mean 'ResourceConfig'?" in message


def test_forms_and_sizes_are_held_against_the_request():
    def change(given):
        given["RoleArn"] = "arn:aws:iam::1:role/nobody-at-all"
        given["AppSpecification"]["ContainerArguments"] = []
        given["ProcessingResources"]["ClusterConfig"]["VolumeSizeInGB"] = 0
        given["Environment"]["not-a-name"] = "x"

    paths = [path for _, path, _ in planted("evaluate", change)]
    assert sorted(paths) == [
        "Arguments.AppSpecification.ContainerArguments",
        "Arguments.Environment.not-a-name",
        "Arguments.ProcessingResources.ClusterConfig.VolumeSizeInGB",
        "Arguments.RoleArn",
    ]


def test_an_expression_cannot_stand_for_a_whole_object():
    def change(given):
        given["StoppingCondition"] = get("Parameters.Seed")

    assert planted("train", change) == [
        (
            "train",
            "Arguments.StoppingCondition",
            "an expression stands for one value; expected an object",
        )
    ]


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        (get("Parameters.WorkforceUrl"), "did you mean 'WorkforceUri'?"),
        (get("Steps.preparation.X"), "there is no step 'preparation'"),
        (get("Steps.prepar.X"), "did you mean 'prepare'?"),
        (get("Steps.evaluate.X"), "cannot refer to itself"),
        (get("Steps.register.ModelPackageArn"), "runs only if condition 'gate' says so"),
        (get("Steps.train.ModelArtifact.S3ModelArtifacts"), "did you mean 'ModelArtifacts'?"),
        (get("Steps.train.ModelArtifacts"), "go on to one of S3ModelArtifacts"),
        (
            get("Steps.prepare.ProcessingOutputConfig.Outputs['trian'].S3Output.S3Uri"),
            "no output 'trian'; did you mean 'train'?",
        ),
        (get("Steps.prepare.PropertyFiles.Gates"), "read with Std:JsonGet"),
        (get("Execution.Id"), "an execution has no 'Id'"),
        (get("Seed"), "is not Parameters.X"),
        (json_get("check-gates", "Gate", "verdict"), "did you mean 'Gates'?"),
        (json_get("prepare", "Gates", "verdict"), "has no property file 'Gates'"),
        (json_get("check-gates", "Gates", "a..b"), "is not a path"),
        ({"Get": 3}, "Get expects a text"),
        ({"Std:Join": {"On": ","}}, "Std:Join expects On"),
        ({"Std:JsonGet": {"S3Uri": "s3://b/x", "Path": "a"}}, "S3Uri is not read"),
        (join("", [["a"]]), "found a list"),
    ],
)
def test_a_reference_to_nothing_is_named(expression, told):
    def change(given):
        given["ProcessingInputs"][0]["S3Input"]["S3Uri"] = expression

    faults = [
        message
        for name, path, message in planted("evaluate", change)
        if name == "evaluate" and path.startswith("Arguments.ProcessingInputs[0].S3Input.S3Uri")
    ]
    assert any(told in message for message in faults), faults


def test_a_circle_names_its_steps():
    [(_, _, message)] = found(document(processing("a", "b"), processing("b", "a")))
    assert message.startswith("the steps wait for each other in a circle: ")
    assert message.count("->") == 2


def test_a_name_given_twice_is_named_even_across_branches():
    inside = condition("gate", ALWAYS, [processing("a")], [processing("b")])
    assert found(document(processing("a"), inside)) == [
        ("a", "Name", "more than one step has this name"),
    ]


def test_an_output_named_twice_is_named():
    def change(given):
        outputs = given["ProcessingOutputConfig"]["Outputs"]
        outputs.append(outputs[0])

    assert planted("check-gates", change) == [
        (
            "check-gates",
            "Arguments.ProcessingOutputConfig.Outputs",
            "the OutputName 'package' is given more than once",
        )
    ]


@pytest.mark.parametrize("kind", ["ClarifyCheck", "QualityCheck"])
def test_checks_that_are_closed_to_new_customers_are_refused_with_the_reason(kind):
    [(name, path, message)] = found(document({"Name": "bias", "Type": kind, "Arguments": {}}))
    assert (name, path) == ("bias", "Type")
    assert "closed to new customers" in message


def test_an_unknown_type_of_step_is_named_with_the_nearest_one():
    changed = document({"Name": "a", "Type": "Procesing", "Arguments": {}})
    assert found(changed) == [
        ("a", "Type", "'Procesing' is not a type of step; did you mean 'Processing'?")
    ]


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"Argumnts": {}}, "Argumnts"),
        ({"Name": "with space"}, "Name"),
        ({"CacheConfig": {"Enabled": "true"}}, "CacheConfig.Enabled"),
        ({"CacheConfig": {"Enabled": True, "ExpireAfter": "30 days"}}, "CacheConfig.ExpireAfter"),
        ({"RetryPolicies": {}}, "RetryPolicies"),
        ({"RetryPolicies": [{"ExceptionType": []}]}, "RetryPolicies[0].ExceptionType"),
        (
            {"RetryPolicies": [{"ExceptionType": ["Step.THROTTLE"]}]},
            "RetryPolicies[0].ExceptionType",
        ),
        (
            {"RetryPolicies": [{"ExceptionType": ["Step.THROTTLING"], "MaxAttempts": 0}]},
            "RetryPolicies[0].MaxAttempts",
        ),
        (
            {"PropertyFiles": [{"PropertyFileName": "F", "OutputName": "ou", "FilePath": "f"}]},
            "PropertyFiles[0].OutputName",
        ),
        (
            {"PropertyFiles": [{"PropertyFileName": "F", "OutputName": "out", "FilePath": "../f"}]},
            "PropertyFiles[0].FilePath",
        ),
        ({"DependsOn": ["nobody"]}, "DependsOn[0]"),
        ({"Description": 3}, "Description"),
    ],
)
def test_a_mistake_in_a_steps_own_keys_is_named(more, path):
    [(_, where, _)] = found(document(processing("a", **{"Type": "Processing", **more})))
    assert where == path


@pytest.mark.parametrize("after", ["P30D", "30d", "T16m", "30dT5h", "PT12H", "P1Y2M3W4DT5H6M"])
def test_durations_may_be_written_as_in_sagemakers_guide(after):
    cached = processing("a", CacheConfig={"Enabled": True, "ExpireAfter": after})
    assert found(document(cached)) == []


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"Type": "Same", "LeftValue": 1, "RightValue": 1}, "[0].Type"),
        ({"Type": "Equals", "LeftValue": 1}, "[0].RightValue"),
        ({"Type": "Equals", "LeftValue": [1], "RightValue": 1}, "[0].LeftValue"),
        ({"Type": "Equals", "LeftValue": 1, "RightValue": 1, "Value": 1}, "[0].Value"),
        ({"Type": "In", "QueryValue": 1, "Values": []}, "[0].Values"),
        ({"Type": "Or", "Conditions": []}, "[0].Conditions"),
        ({"Type": "Not"}, "[0]"),
        ({"Type": "Not", "Expression": {"Type": "Equals", "LeftValue": 1}}, ".RightValue"),
        ("yes", "[0]"),
    ],
)
def test_a_condition_that_cannot_be_judged_is_named(asked, path):
    [(name, where, _)] = found(document(condition("gate", asked, [], [])))
    assert name == "gate"
    assert where.startswith("Arguments.Conditions[0]")
    assert where.endswith(path)


def test_a_fail_step_needs_a_message():
    changed = document({"Name": "fail", "Type": "Fail", "Arguments": {"Message": "no"}})
    assert [path for _, path, _ in found(changed)] == [
        "Arguments.Message",
        "Arguments.ErrorMessage",
    ]


@pytest.mark.parametrize(
    ("parameter", "path"),
    [
        ({"Name": "N", "Type": "Int"}, "Parameters.N.Type"),
        ({"Name": "N", "Type": "Integer", "DefaultValue": "1"}, "Parameters.N.DefaultValue"),
        ({"Name": "N", "Type": "Integer", "DefaultValue": True}, "Parameters.N.DefaultValue"),
        ({"Name": "N", "Type": "Integer", "Default": 1}, "Parameters.N.Default"),
        (
            {"Name": "N", "Type": "String", "DefaultValue": "c", "EnumValues": ["a", "b"]},
            "Parameters.N.DefaultValue",
        ),
        ({"Name": "a b", "Type": "String"}, "Parameters[0].Name"),
        ({"Type": "String"}, "Parameters[0].Name"),
        ("N", "Parameters[0]"),
    ],
)
def test_a_mistake_in_a_parameter_is_named(parameter, path):
    [(name, where, _)] = found(document(processing("a"), parameters=(parameter,)))
    assert (name, where) == ("", path)


def test_a_parameter_given_twice_is_named():
    twice = ({"Name": "N", "Type": "String"},) * 2
    [(_, path, message)] = found(document(processing("a"), parameters=twice))
    assert (path, message) == ("Parameters.N", "the name is given more than once")


def test_the_top_of_a_definition_is_checked():
    changed = {"Version": "2020-12-02", "Step": [], "Parameters": {}, "Metadata": []}
    changed["Metadata"] = [1]
    assert [path for _, path, _ in found(changed)] == [
        "Step",
        "Version",
        "Steps",
        "Metadata",
        "Parameters",
    ]


def test_a_refusal_lists_every_problem_in_words():
    with pytest.raises(DefinitionRefused) as caught:
        check(document(processing("a", "x"), processing("b", "y")))
    assert len(caught.value.problems) == 2
    assert "a: DependsOn[0]: there is no step 'x'" in str(caught.value)
    check(document(processing("a")))


def test_thirty_conditions_inside_each_other_can_run():
    inside = condition("gate-0", ALWAYS, [], [])
    for number in range(1, 30):
        inside = condition(f"gate-{number}", ALWAYS, [inside], [])
    assert found(document(inside)) == []


def test_more_keys_of_the_form_that_the_sdk_writes_are_known():
    sent = {
        **document(processing("a"), condition("gate", ALWAYS, [], [])),
        "Metadata": {},
        "PipelineExperimentConfig": {
            "ExperimentName": get("Execution.PipelineName"),
            "TrialName": get("Execution.PipelineExecutionId"),
        },
    }
    sent["Steps"].append(
        {
            "Name": "notify",
            "Type": "Lambda",
            "Arguments": {"run": get("Execution.PipelineExecutionArn")},
            "FunctionArn": "arn:aws:lambda:eu-central-1:123456789012:function:notify",
            "OutputParameters": [{"OutputName": "sent", "OutputType": "Boolean"}],
        }
    )
    sent["Steps"].append(
        {
            "Name": "call",
            "Type": "Callback",
            "DependsOn": ["notify"],
            "SqsQueueUrl": "https://sqs.eu-central-1.amazonaws.com/1/queue",
            "OutputParameters": [],
            "Arguments": {"sent": get("Steps.notify.OutputParameters['sent']")},
        }
    )
    assert found(sent) == []


def _itself():
    value = {"Version": "2020-12-01"}
    value["Steps"] = [value]
    return value


def _nested(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return {"Version": "2020-12-01", "Steps": value}


HOSTILE = {
    "null": None,
    "a number": 3,
    "a text": "{}",
    "a list": [],
    "itself": _itself(),
    "nested deeply": _nested(100_000),
    "odd steps": {"Version": "2020-12-01", "Steps": [[], 3, None, {}, {"Name": 3}, {"Name": "a"}]},
    "odd lists": {"Version": ["x"], "Steps": {"Name": "a"}, "Parameters": [[], {"Name": []}]},
    "a key that is no text": {3: "a"},
    "bytes": {"Version": b"bytes"},
    "infinity": {"Version": float("inf")},
    "a huge number": {"Version": 10**5000},
    "half a character": {"Version": "\ud800"},
    "too long": {"Version": "2020-12-01", "Steps": ["x" * 2_000_000]},
    "odd names of steps": {"Version": "2020-12-01", "Steps": [processing("a", [], {}, 3)]},
    "odd keys": document({"Name": "b\x1b[2J", "Type": "Fail", "Arguments": {"x" * 9999: 1}}),
    "an odd type": document({"Name": "b", "Type": ["Training"], "Arguments": []}),
    "odd branches": document(
        {"Name": "b", "Type": "Condition", "Arguments": {"IfSteps": 3, "ElseSteps": [3]}}
    ),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_definition_gives_problems_and_no_traceback(hostile):
    faults = found(hostile)
    assert faults
    assert all(len(text) <= 400 and text.isprintable() for fault in faults for text in fault)


def test_a_definition_full_of_faults_is_told_in_part():
    many = [processing("a", *(f"nobody-{number}" for number in range(5000)))]
    assert len(found(document(*many))) == 200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Get", "Std:Join", "Std:JsonGet", "On", "Values", "Path", "Name"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_anything_may_stand_anywhere_without_a_traceback(data):
    changed = training_document()
    at = changed
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = data.draw(st.sampled_from(keys))
        if not at[key] or not isinstance(at[key], dict | list) or data.draw(st.integers(0, 3)) == 0:
            break
        at = at[key]
    at[key] = data.draw(JSON)
    for problem in problems(changed):
        json.dumps([problem.step, problem.path, problem.message])

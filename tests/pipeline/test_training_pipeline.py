from dataclasses import replace

import pytest

from pipeline_documents import step, training_document
from stayline.domain.alert_policy import Capacity
from stayline.domain.gate_policy import FourFifths, GatePolicy
from stayline.pipeline.definition import render
from stayline.pipeline.order import execution_order
from stayline.pipeline.training_parameters import EMBEDDED_PARAMETERS, LIMITS
from stayline.pipeline.training_pipeline import training_pipeline
from stayline.pipeline.validation import problems
from stayline.samples.presets import PRESETS, named_schema


def _inputs(document, name):
    return {entry["InputName"] for entry in step(document, name)["Arguments"]["ProcessingInputs"]}


def _defaults(document):
    return {entry["Name"]: entry.get("DefaultValue") for entry in document["Parameters"]}


@pytest.mark.parametrize("preset", PRESETS)
def test_the_pipeline_of_every_preset_can_run(preset):
    assert problems(training_document(preset)) == []


@pytest.mark.parametrize("preset", PRESETS)
def test_the_same_schema_gives_the_same_bytes(preset):
    assert render(training_document(preset)) == render(training_document(preset))


def test_the_steps_run_in_the_order_of_the_picture():
    assert execution_order(training_document()) == (
        "prepare",
        "train",
        "evaluate",
        "check-gates",
        "gate",
        "register",
        "fail",
    )


def test_a_scheduler_reaches_the_training_step_alone_which_then_has_a_network():
    address = "tcp://10.0.0.1:8786"
    document = training_pipeline(
        named_schema("monthly-panel"), seed=0, trials=1, time_limit_s=9, scheduler=address
    ).document()
    assert problems(document) == []
    told = [name for name in execution_order(document) if address in str(step(document, name))]
    assert told == ["train"]
    arguments = step(document, "train")["Arguments"]
    assert arguments["Environment"] == {"SCHEDULER": address}
    assert not arguments["EnableNetworkIsolation"]
    without = step(training_document("monthly-panel"), "train")["Arguments"]
    assert without["EnableNetworkIsolation"]
    assert "Environment" not in without


def test_only_the_audit_gets_protected_attributes_and_who_the_rows_belong_to():
    document = training_document()
    given = {
        entry["ChannelName"] for entry in step(document, "train")["Arguments"]["InputDataConfig"]
    }
    assert given == {"train"}
    assert {"protected", "people"} <= _inputs(document, "evaluate")
    for name in ("prepare", "check-gates"):
        assert not {"protected", "people"} & _inputs(document, name)
    mentions = [
        name for name in execution_order(document) if "ProtectedUri" in str(step(document, name))
    ]
    assert mentions == ["evaluate"]


def test_no_step_may_reach_the_network():
    document = training_document()
    for name in ("prepare", "evaluate", "check-gates"):
        assert step(document, name)["Arguments"]["NetworkConfig"] == {
            "EnableNetworkIsolation": True
        }
    assert step(document, "train")["Arguments"]["EnableNetworkIsolation"] is True


def test_inputs_and_outputs_are_named_like_their_last_folder():
    document = training_document()
    for name in ("prepare", "evaluate", "check-gates"):
        arguments = step(document, name)["Arguments"]
        for entry in arguments["ProcessingInputs"]:
            path = f"/opt/ml/processing/input/{entry['InputName']}"
            assert entry["S3Input"]["LocalPath"] == path
        for entry in arguments["ProcessingOutputConfig"]["Outputs"]:
            path = f"/opt/ml/processing/output/{entry['OutputName']}"
            assert entry["S3Output"]["LocalPath"] == path


def test_the_schemas_limits_are_the_gates_defaults():
    limits = GatePolicy(minimum_recall=0.4, fewest_positives=12, four_fifths=FourFifths.BLOCK)
    schema = replace(named_schema("ibm-hr"), gates=limits, policy=Capacity(0.05))
    document = training_pipeline(schema, seed=1, trials=2, time_limit_s=3).document()
    defaults = _defaults(document)
    assert defaults["MinimumRecall"] == 0.4
    assert defaults["FewestPositives"] == 12
    assert defaults["FourFifths"] == "block"
    assert defaults["AlertPolicy"] == "capacity 0.05"
    assert (defaults["Seed"], defaults["Trials"], defaults["TimeLimitSeconds"]) == (1, 2, 3.0)


def test_every_limit_of_the_gate_policy_reaches_the_gates():
    environment = step(training_document(), "check-gates")["Arguments"]["Environment"]
    fields = set(GatePolicy.__dataclass_fields__) - {"justification"}
    assert set(LIMITS) == fields
    assert set(environment) == {name.upper() for name in fields}


def test_only_a_leaving_date_has_a_horizon():
    assert "HorizonMonths" in _defaults(training_document("monthly-panel"))
    assert "HorizonMonths" not in _defaults(training_document("ibm-hr"))


def test_a_model_is_registered_only_when_the_gates_say_pass():
    document = training_document()
    [asked] = step(document, "gate")["Arguments"]["Conditions"]
    assert asked["Type"] == "Equals"
    assert asked["LeftValue"]["Std:JsonGet"]["Path"] == "verdict"
    assert asked["RightValue"] == "pass"
    registered = step(document, "register")["Arguments"]
    assert registered["ModelApprovalStatus"] == "PendingManualApproval"


def test_errors_of_our_programs_are_not_tried_again():
    retried = {
        kind
        for name in ("prepare", "train", "evaluate", "check-gates")
        for policy in step(training_document(), name)["RetryPolicies"]
        for kind in policy["ExceptionType"]
    }
    assert retried == {
        "Step.SERVICE_FAULT",
        "Step.THROTTLING",
        "SageMaker.JOB_INTERNAL_ERROR",
        "SageMaker.CAPACITY_ERROR",
    }


def test_what_sagemaker_alone_needs_has_values_for_this_machine():
    without = {name for name, default in _defaults(training_document()).items() if default is None}
    assert set(EMBEDDED_PARAMETERS) <= without
    assert without - set(EMBEDDED_PARAMETERS) == {
        "WorkforceUri",
        "ProtectedUri",
        "ChampionUri",
        "WaiversUri",
        "OutputUri",
    }

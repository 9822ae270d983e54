"""What each role may do, statement by statement: all that its calls need, and nothing else."""

from fnmatch import fnmatchcase
from typing import Any

import pytest
from botocore import xform_name
from botocore.session import get_session

from infra.permissions import (
    FUNCTIONS,
    OPERATORS,
    actions_of,
    adapters,
    calls_of,
    permissions_of,
)
from infra.places import ANY, places_of
from infra.platform_permissions import PLATFORM
from infra.roles import GRANTING
from stayline.adapters.aws.pipeline.places import Places
from stayline.adapters.aws.resources import Resources

HERE = Resources("stayline-prod", "111122223333", "eu-central-1")
KEY_USES = {
    *("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
    *("kms:ReEncryptFrom", "kms:ReEncryptTo"),
}


def statements(template: dict[str, Any], function: str) -> list[dict[str, Any]]:
    """Return the statements of everything that is attached to a function's role."""
    (name,) = (
        name
        for name, one in template["Resources"].items()
        if one["Type"] == "AWS::IAM::ManagedPolicy"
        and one["Properties"]["ManagedPolicyName"] == f"stayline-prod-{function}"
    )
    found: list[dict[str, Any]] = template["Resources"][name]["Properties"]["PolicyDocument"][
        "Statement"
    ]
    return found


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def plain(value: Any) -> str:
    """Return an ARN of the template, told for `HERE`."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        return "".join(plain(part) for part in value["Fn::Join"][1])
    if "Ref" in value:
        return {"AWS::Region": HERE.region, "AWS::AccountId": HERE.account}[value["Ref"]]
    return f"key {value['Fn::GetAtt'][0]}"


def allowed(function: str) -> dict[str, set[str]]:
    """Return each action that a function's role should have, and where, told from the calls."""
    wanted: dict[str, set[str]] = {}
    for file, call in calls_of(function) if function in FUNCTIONS else ():
        for action in actions_of(call):
            wanted.setdefault(action, set()).update(places_of(file, action, HERE)[0])
    for permission in PLATFORM[function](HERE):
        for action in permission.actions:
            wanted.setdefault(action, set()).update(permission.resources)
    return wanted


@pytest.mark.parametrize("function", sorted(PLATFORM))
def test_a_role_has_each_action_that_its_calls_need_where_they_need_it_and_no_other(
    templates: dict[str, dict[str, Any]], function: str
) -> None:
    given: dict[str, set[str]] = {}
    for statement in statements(templates["prod-steady"], function):
        assert statement["Effect"] == "Allow"
        for action in listed(statement["Action"]):
            given.setdefault(action, set()).update(map(plain, listed(statement["Resource"])))
    given.pop(GRANTING, None)  # a test of its own
    keys = {action for action in given if action.startswith("kms:") and action in KEY_USES}
    wanted = allowed(function)
    assert {action: given[action] for action in given if action not in keys - set(wanted)} == wanted
    assert keys in (set(), KEY_USES)


def test_training_reads_protected_attributes_where_they_are_staged_and_nowhere_else(
    templates: dict[str, dict[str, Any]],
) -> None:
    staged = Places(HERE).uri("s3://stayline/staged/protected/0a/sex.parquet")
    reached = [
        plain(place)
        for statement in statements(templates["prod-steady"], "pipeline")
        for place in listed(statement["Resource"])
        if "s3:GetObject" in listed(statement["Action"])
    ]
    (protected,) = (one for one in reached if HERE.protected_bucket in one)
    assert fnmatchcase(f"arn:aws:s3:::{staged.removeprefix('s3://')}", protected)
    assert not fnmatchcase(f"arn:aws:s3:::{HERE.protected_bucket}/attributes.parquet", protected)


def test_who_stages_protected_attributes_may_put_them_into_their_own_bucket() -> None:
    (places, _reason, _conditions) = places_of("pipeline", "s3:PutObject", HERE)
    assert f"arn:aws:s3:::{HERE.protected_bucket}/*" in places


def test_whoever_has_an_endpoint_taken_back_by_alarms_may_look_at_these_alarms(
    templates: dict[str, dict[str, Any]],
) -> None:
    for function in ("deployer", "jobs", "pipeline"):
        seen = [
            plain(place)
            for statement in statements(templates["prod-steady"], function)
            for place in listed(statement["Resource"])
            if "cloudwatch:DescribeAlarms" in listed(statement["Action"])
        ]
        for name in HERE.rollback_alarms:
            assert [place for place in seen if fnmatchcase(f"alarm:{name}", place.split(":", 5)[5])]


def test_who_makes_an_endpoint_s_configuration_may_have_aws_use_the_one_key_for_it(
    templates: dict[str, dict[str, Any]],
) -> None:
    handed_on = {
        function: statement
        for function in PLATFORM
        for statement in statements(templates["prod-steady"], function)
        if GRANTING in listed(statement["Action"])
    }
    assert set(handed_on) == {"deployer", "jobs", "pipeline"}  # the endpoint works under the last
    for statement in handed_on.values():
        assert statement["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
        (key,) = listed(statement["Resource"])
        assert plain(key).startswith("key KeysData")


def test_what_the_deployer_may_look_at_has_the_names_that_the_stack_gives(
    templates: dict[str, dict[str, Any]],
) -> None:
    for stack in ("prod-steady", "prod-thrifty"):
        resources = templates[stack]["Resources"].values()
        named = {
            one["Properties"].get("ModelName") or one["Properties"].get("EndpointConfigName")
            for one in resources
            if one["Type"] in ("AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig")
        }
        (name,) = named
        assert name.startswith("stayline-prod-1-")
        assert len(name) <= 63


def test_no_role_has_a_policy_beside_its_own(templates: dict[str, dict[str, Any]]) -> None:
    resources = templates["prod-steady"]["Resources"].values()
    assert not [one for one in resources if one["Type"] == "AWS::IAM::Policy"]
    roles = [one for one in resources if one["Type"] == "AWS::IAM::Role"]
    assert len([one for one in roles if "RoleName" in one["Properties"]]) == len(PLATFORM)
    for role in roles:
        if "RoleName" in role["Properties"]:
            assert len(role["Properties"]["ManagedPolicyArns"]) == 1
            assert "Policies" not in role["Properties"]


def test_no_action_has_a_star(templates: dict[str, dict[str, Any]]) -> None:
    for function in PLATFORM:
        for statement in statements(templates["prod-steady"], function):
            assert not [action for action in listed(statement["Action"]) if "*" in action]


def test_any_resource_at_all_is_for_actions_that_know_none_and_has_its_reason(
    templates: dict[str, dict[str, Any]],
) -> None:
    for function in PLATFORM:
        told = permissions_of(function, HERE) if function in FUNCTIONS else []
        reasons = {
            action: one.reason
            for one in (*told, *PLATFORM[function](HERE))
            for action in one.actions
            if ANY in one.resources
        }
        for statement in statements(templates["prod-steady"], function):
            if ANY in listed(statement["Resource"]):
                assert all(len(reasons[action]) > 30 for action in listed(statement["Action"]))


@pytest.mark.parametrize("name", ["people", "protected"])
def test_only_jobs_reach_protected_attributes_and_only_who_asks_for_names_reaches_them(
    templates: dict[str, dict[str, Any]], name: str
) -> None:
    kept = {"people": HERE.people_table, "protected": HERE.protected_bucket}[name]
    reaching = {
        function
        for function in PLATFORM
        for statement in statements(templates["prod-steady"], function)
        if any(kept in plain(place) for place in listed(statement["Resource"]))
    }
    assert reaching <= {"people": {"gateway", "jobs"}, "protected": {"jobs", "pipeline"}}[name]


def test_the_key_of_protected_attributes_is_not_for_the_gateway(
    templates: dict[str, dict[str, Any]],
) -> None:
    used = [
        plain(place)
        for statement in statements(templates["prod-steady"], "gateway")
        for place in listed(statement["Resource"])
    ]
    assert not [one for one in used if one.startswith("key KeysProtected")]


def test_every_adapter_is_some_functions_or_the_operators_and_every_listed_one_is_there() -> None:
    there = {file for file, _class, _calls in adapters()}
    assert there == OPERATORS.union(*FUNCTIONS.values())
    assert not OPERATORS.intersection(*FUNCTIONS.values())


def test_a_transaction_may_check_what_it_does_not_write() -> None:
    for function in FUNCTIONS:
        granted = {act for one in permissions_of(function, HERE) for act in one.actions}
        assert "dynamodb:ConditionCheckItem" in granted


def test_who_makes_a_model_may_hand_the_endpoint_its_role_and_no_other() -> None:
    (passing,) = (one for one in permissions_of("deployer", HERE) if "iam:PassRole" in one.actions)
    assert passing.resources == (HERE.pipeline_role,)


def test_every_declared_call_is_one_that_aws_has() -> None:
    session = get_session()
    for _file, name, calls in adapters():
        for call in calls:
            service, _, operation = call.partition(".")
            known = {xform_name(one) for one in session.get_service_model(service).operation_names}
            assert operation in known, f"{name} declares {call}"


def test_only_jobs_change_secrets() -> None:
    for function in ("gateway", "deployer"):
        secret = [call for _file, call in calls_of(function) if call.startswith("secretsmanager.")]
        assert set(secret) <= {"secretsmanager.get_secret_value", "secretsmanager.describe_secret"}


def test_the_gateway_sees_the_endpoint_and_switches_none() -> None:
    called = {call for _file, call in calls_of("gateway")}
    assert {call for call in called if call.endswith("_endpoint")} == {
        "sagemaker-runtime.invoke_endpoint",
        "sagemaker.describe_endpoint",
    }
    assert "sagemaker.create_model" not in called


def test_what_nothing_is_said_of_is_refused_by_name() -> None:
    with pytest.raises(LookupError, match="glue:GetTable"):
        places_of("feature_store", "glue:GetTable", HERE)

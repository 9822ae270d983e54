"""What each function may do on AWS, told from the calls that its adapters say they make."""

import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from infra.places import places_of
from stayline.adapters import aws
from stayline.adapters.aws.hosting import Hosting
from stayline.adapters.aws.resources import Resources

_GATEWAY_ALONE = frozenset({"api_key_book", "role_book", "stores_check"})
_GATEWAY = _GATEWAY_ALONE | {
    "alarm_book",
    "answer_book",
    "audit_log",
    "capture_log",
    "decision_book",
    "deployments",
    "directory",
    "endpoint",
    "feature_store",
    "governance_register",
    "model_registry",
    "opt_out_list",
    "outcome_book",
    "score_board",
    "scoring_control",
    "secret_store",
    "serving_record",
    "target_health",
    "token_aliases",
    "token_key_book",
    "worker_words",
}
_DEPLOYER = frozenset(
    {
        "audit_log",
        "capture_log",
        "deployments",
        "endpoint_shape",
        "endpoint_switch",
        "feature_store",
        "hosting",
        "model_packages",
        "model_registry",
        "opt_out_list",
        "scoring_control",
        "serving_record",
        "token_aliases",
        "worker_words",
    }
)
_JOBS_ALONE = frozenset(
    {
        "checkpoints",
        "extract_files",
        "import_ledger",
        "job_book",
        "lease",
        "metric_log",
        "notifier",
        "pipeline",
        "pipeline_runner",
        "protected_attributes",
        "remnants",
        "report_shelf",
        "serving_figures",
        "waiver_book",
    }
)
FUNCTIONS: Mapping[str, frozenset[str]] = {
    "gateway": _GATEWAY,
    "jobs": (_GATEWAY - _GATEWAY_ALONE) | _DEPLOYER | _JOBS_ALONE,
    "deployer": _DEPLOYER,
}
"""The files (or folders) in `stayline.adapters.aws` whose adapters a function uses."""
OPERATORS = frozenset({"secrets", "stack_check"})
"""Files for people with credentials of their own: who deploys the stack, and who has a home on a
machine with its secrets in AWS. No function's."""
WITHHELD: Mapping[str, frozenset[str]] = {
    "gateway": (Hosting.CALLS - {"sagemaker.describe_endpoint"})
    | {
        "secretsmanager.create_secret",
        "secretsmanager.delete_secret",
        "secretsmanager.put_secret_value",
    }
}
"""Calls that an adapter can make and a function never asks it for.

Only jobs change secrets; the gateway reads who serves, and switches no endpoint.
"""

_SERVICES = {"sagemaker-runtime": "sagemaker", "sagemaker-featurestore-runtime": "sagemaker"}
_OTHER_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "dynamodb.transact_write_items": (
        "dynamodb:ConditionCheckItem",
        "dynamodb:DeleteItem",
        "dynamodb:PutItem",
    ),
    "s3.delete_objects": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "s3.head_bucket": ("s3:ListBucket",),
    "s3.list_object_versions": ("s3:ListBucketVersions",),
    "s3.list_objects_v2": ("s3:ListBucket",),
    "sagemaker.create_model": ("sagemaker:CreateModel", "iam:PassRole"),
    "sagemaker.create_pipeline": ("sagemaker:CreatePipeline", "iam:PassRole"),
    "sagemaker.update_endpoint": ("sagemaker:UpdateEndpoint", "cloudwatch:DescribeAlarms"),
    "sagemaker.update_pipeline": ("sagemaker:UpdatePipeline", "iam:PassRole"),
}
"""Where what has to be permitted is not called as the operation is."""


@dataclass(frozen=True, slots=True)
class Permission:
    """Actions on resources. One on any resource at all (``*``) needs its reason."""

    actions: frozenset[str]
    resources: tuple[str, ...]
    reason: str = ""
    conditions: Mapping[str, Any] = field(default_factory=dict)


def actions_of(call: str) -> tuple[str, ...]:
    """Return what has to be permitted for a call.

    >>> actions_of("sagemaker-featurestore-runtime.batch_get_record")
    ('sagemaker:BatchGetRecord',)
    >>> actions_of("s3.list_objects_v2")
    ('s3:ListBucket',)
    """
    if call in _OTHER_ACTIONS:
        return _OTHER_ACTIONS[call]
    service, _, operation = call.partition(".")
    named = "".join(word.capitalize() for word in operation.split("_"))
    return (f"{_SERVICES.get(service, service)}:{named}",)


def adapters() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Yield file (or folder), class and calls of each adapter that says which calls it makes."""
    prefix = f"{aws.__name__}."
    for module in sorted(pkgutil.walk_packages(aws.__path__, prefix), key=lambda found: found.name):
        loaded = import_module(module.name)
        for name, kept in sorted(vars(loaded).items()):
            is_own = isinstance(kept, type) and kept.__module__ == loaded.__name__
            if is_own and "CALLS" in vars(kept):
                yield module.name.removeprefix(prefix).split(".")[0], name, _calls(kept)


def _calls(adapter: type) -> frozenset[str]:
    """Return its calls, with those that a library makes for it past AWS's own client."""
    declared: frozenset[str] = vars(adapter)["CALLS"]
    past: frozenset[str] = vars(adapter).get("CALLS_PAST_BOTO", frozenset())
    return declared | past


def calls_of(function: str) -> set[tuple[str, str]]:
    """Return the calls that a function makes, each with the file of its adapter."""
    files, withheld = FUNCTIONS[function], WITHHELD.get(function, frozenset())
    return {
        (file, call)
        for file, _class, calls in adapters()
        if file in files
        for call in calls - withheld
    }


def permissions_of(function: str, resources: Resources) -> list[Permission]:
    """Return what a function's adapters need, actions on the same resources together."""
    wanted = {(file, act) for file, call in calls_of(function) for act in actions_of(call)}
    return merged(
        Permission(frozenset({action}), *places_of(file, action, resources))
        for file, action in sorted(wanted)
    )


def merged(permissions: Iterable[Permission]) -> list[Permission]:
    """Return the same permissions with one for each set of resources and conditions."""
    reach: dict[tuple[str, str], set[str]] = {}
    rest: dict[str, Permission] = {}
    for one in permissions:
        told = repr((one.reason, one.conditions))
        rest[told] = one
        for action in one.actions:
            reach.setdefault((told, action), set()).update(one.resources)
    together: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    for (told, action), places in reach.items():
        together.setdefault((told, tuple(sorted(places))), set()).add(action)
    return [
        Permission(frozenset(actions), places, rest[told].reason, rest[told].conditions)
        for (told, places), actions in sorted(together.items(), key=lambda one: sorted(one[1]))
    ]

"""A stack in a fake AWS with a few people and a model, and those who ask its gateway.

In the endpoint's place a server of ours on this machine answers.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import moto_sagemaker
from aws_clients import new_key
from deployed_home import AS_OF, approve, take_to_work
from fake_aws import new_stack, running_fake, variables
from fake_feature_store import running_feature_store
from gateway_events import event
from hosted_endpoint import make_hosted
from identity_provider import AUDIENCE, Provider, identity_provider
from real_data import write_ibm_csv
from served_home import served
from stayline.bootstrap import Ports, build
from stayline.domain.deployment import RolloutPlan
from stayline.formats.aws_toml import AwsHome, write_aws_home
from stayline.samples.presets import named_schema
from stayline.settings import Settings
from stayline.usecases.create_api_key import create_api_key
from stayline.usecases.import_workforce import import_workforce

PEOPLE = 12
IAM = {"iam": {"userArn": "arn:aws:iam::111122223333:role/payroll"}}


@dataclass(frozen=True)
class GatewayStack:
    """A stack with some people and a deployed model, and who may ask for them."""

    variables: Mapping[str, str]
    provider: Provider
    api_key: str
    hr_ids: tuple[str, ...]

    def in_home(self, home: Path) -> dict[str, str]:
        """Return the variables of a gateway."""
        return {**self.variables, "STAYLINE_HOME": str(home)}

    def score_of(self, hr_id: str) -> dict[str, Any]:
        """Return the question for a person's score."""
        return self.program("POST", "/v1/predict", json.dumps({"employee_id": hr_id}))

    def person(self, method: str, path: str, **body: str) -> dict[str, Any]:
        """Return what a person asks who signed in at the provider."""
        roles = ["hr_partner", "privacy_officer"]
        token = self.provider.token(datetime.now(UTC), roles=roles)
        headers = {"authorization": f"Bearer {token}"}
        return event(method, path, json.dumps(body) if body else "", headers)

    def program(self, method: str, path: str, body: str = "", query: str = "") -> dict[str, Any]:
        """Return what a program asks that AWS let in."""
        headers = {"x-api-key": self.api_key, "authorization": "AWS4-HMAC-SHA256 Credential=x"}
        return event(method, path, body, headers, IAM, query)


@contextmanager
def gateway_stack(ibm_home: Path, folder: Path) -> Iterator[GatewayStack]:
    """Give such a stack, with the variables by which it is found, until the end of the block."""
    home = Path(shutil.copytree(ibm_home, folder / "home"))
    registry = build(Settings(home=home)).registry
    archive = registry.archive(registry.deployed().digest)
    key = new_key(home)
    moto_sagemaker.teach()
    with (
        running_fake() as address,
        running_feature_store() as store,
        identity_provider() as provider,
        pytest.MonkeyPatch.context() as patched,
    ):
        given = {
            **variables(address),
            "AWS_ACCESS_KEY_ID": key.key_id,
            "AWS_SECRET_ACCESS_KEY": key.secret,
            "AWS_ENDPOINT_URL_SAGEMAKER_FEATURESTORE_RUNTIME": store.address,
        }
        for name, value in given.items():
            patched.setenv(name, value)
        made = new_stack()
        make_hosted(made)
        with served(home, endpoint_name=made.endpoint) as running:
            patched.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", running.url)
            there = folder / "there"
            write_aws_home(there, AwsHome(made.stack, made.region))
            ports = build(Settings(home=there))
            hr_ids = peopled(ports, there, archive)
            given |= {
                "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": running.url,
                "AWS_REGION": made.region,
                "STAYLINE_STACK": made.stack,
                "STAYLINE_OIDC_ISSUER": provider.issuer,
                "STAYLINE_OIDC_AUDIENCE": AUDIENCE,
                "PATH": os.environ["PATH"],
            }
            yield GatewayStack(given, provider, program_key(ports), hr_ids)


def peopled(ports: Ports, home: Path, archive: bytes) -> tuple[str, ...]:
    """Import some people and take a model to work; return their HR ids."""
    path = write_ibm_csv(home / "ibm.csv")
    pl.read_csv(path, infer_schema=False).head(PEOPLE).write_csv(path)
    import_workforce(
        path, schema=named_schema("ibm-hr"), as_of=AS_OF, actor="tests", rejects=home / "rejects",
        features=ports.features, protected=ports.protected, directory=ports.directory,
        imports=ports.imports, register=ports.register, audit=ports.audit, secrets=ports.secrets,
        clock=ports.clock,
    )  # fmt: skip
    registered = ports.registry.register(
        archive, trained_by="ana", metrics={}, at=ports.clock.now()
    )
    plan = RolloutPlan(shadow_rows=0, canary_percent=0, bake_s=0.0, reason="the first one")
    take_to_work(ports, approve(ports, registered.version), plan=plan)
    return tuple(sorted(ports.directory.hr_ids()["hr_id"]))


def program_key(ports: Ports) -> str:
    made = create_api_key(
        "payroll", roles=["service"], valid_until=None, api_keys=ports.api_keys,
        audit=ports.audit, clock=ports.clock, actor="ana",
    )  # fmt: skip
    return made.text

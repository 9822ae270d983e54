"""The chart renders with little and with everything, and says what the code and the image are."""

import json
import re
from typing import Any

import pytest
import yaml

from deployed_parts import (
    CALLED_FOR,
    CHART,
    DEPLOY,
    RECIPE,
    containers,
    has_route,
    known_variables,
    objects,
    pods,
    rendered,
)
from stayline.settings import Settings

VALUES = ("least", "trial", "everything")
SET_BY_THE_CHART = {
    *("home", "host", "port", "trusted_proxy"),
    *("database_url", "storage_url"),
    *("tls_cert", "tls_key"),  # it cannot keep a key to its owner alone
}


@pytest.fixture(params=VALUES)
def made(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """Everything rendered with one set of values."""
    return objects(request.param)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ((), "database.host"),
        (("database.host=a",), "storage.url"),
        (("database.host=a", "storage.url=s3://home/prefix"), "gateway.trustedProxy"),
    ],
)
def test_nothing_is_guessed(given: tuple[str, ...], missing: str) -> None:
    done = rendered(*[word for one in given for word in ("--set", one)])
    assert done.returncode != 0
    assert f"{missing} is not set: " in done.stderr


@pytest.mark.parametrize(
    "wrong", ["gatway.replicas=3", "gateway.settings.oidc_isuer=x", "storage.url=https://a/b"]
)
def test_a_value_of_a_wrong_name_or_form_is_refused(wrong: str) -> None:
    least = str(CHART / "ci" / "least-values.yaml")
    assert rendered("--values", least).returncode == 0
    assert rendered("--values", least, "--set", wrong).returncode != 0


def test_the_settings_that_may_be_given_are_the_settings_there_are() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    settings = schema["properties"]["gateway"]["properties"]["settings"]
    assert set(settings["propertyNames"]["enum"]) == (
        set(Settings.__dataclass_fields__) - SET_BY_THE_CHART
    )


def test_the_schema_tells_every_value_and_no_other() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    assert _names(values) == _told(schema["properties"]) - {"global"}


def test_every_variable_of_ours_is_a_setting_or_a_secret(made: list[dict[str, Any]]) -> None:
    given = {one["name"] for container in containers(made) for one in container.get("env", [])}
    ours = {name for name in given if name.startswith("STAYLINE_")}
    assert set(CALLED_FOR) <= ours
    assert ours <= known_variables()


def test_everything_of_a_gateway_is_known_to_the_jobs_beside_it(made: list[dict[str, Any]]) -> None:
    gateway, jobs = pods(made)["gateway"]["containers"]
    assert gateway["env"] == jobs["env"]
    assert gateway["volumeMounts"] == jobs["volumeMounts"]
    assert pods(made)["gateway"]["shareProcessNamespace"] is True


def test_workers_of_dask_are_given_the_way_to_the_object_store_and_nothing_else(
    made: list[dict[str, Any]],
) -> None:
    (worker,) = pods(made)["dask-worker"]["containers"]
    assert {one["name"] for one in worker["env"] if not one["name"].startswith("AWS_")} == set()
    (scheduler,) = pods(made)["dask-scheduler"]["containers"]
    assert "env" not in scheduler


def test_no_secret_stands_in_the_open_and_each_key_is_told_in_the_readme(
    made: list[dict[str, Any]],
) -> None:
    assert "Secret" not in {one["kind"] for one in made}
    readme = (DEPLOY / "README.md").read_text("utf-8")
    for container in containers(made):
        for one in container.get("env", []):
            if re.search("PASSWORD|SECRET|TOKEN_KEY|ACCESS_KEY|CHANNELS", one["name"]):
                assert f"`{one['valueFrom']['secretKeyRef']['key']}`" in readme


def test_a_service_of_the_name_stayline_does_not_become_a_setting(
    made: list[dict[str, Any]],
) -> None:
    """Links would set STAYLINE_PORT to the address of the Service."""
    assert {pod["enableServiceLinks"] for pod in pods(made).values()} == {False}


def test_nothing_runs_as_root_or_writes_its_image(made: list[dict[str, Any]]) -> None:
    (uid,) = map(int, re.findall(r"useradd --uid (\d+)", RECIPE))
    for pod in pods(made).values():
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == uid
        assert pod["securityContext"]["fsGroupChangePolicy"] == "OnRootMismatch"
        assert pod["automountServiceAccountToken"] is False
    for container in containers(made):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]


def test_the_home_and_what_is_captured_are_volumes_of_each_gateway(
    made: list[dict[str, Any]],
) -> None:
    home = re.search(r"STAYLINE_HOME=(\S+)", RECIPE)[1]
    gateway = pods(made)["gateway"]["containers"][0]
    places = {one["name"]: one["mountPath"] for one in gateway["volumeMounts"]}
    assert (places["home"], places["capture"]) == (home, f"{home}/capture")
    (kept,) = (
        one["spec"]
        for one in made
        if (one["kind"], one["metadata"]["name"]) == ("StatefulSet", "stayline-gateway")
    )
    assert {one["metadata"]["name"] for one in kept["volumeClaimTemplates"]} == {"home", "capture"}
    assert set(kept["persistentVolumeClaimRetentionPolicy"].values()) == {"Retain"}


def test_probes_ask_where_the_api_answers(made: list[dict[str, Any]]) -> None:
    gateway = pods(made)["gateway"]["containers"][0]
    kinds = ("startupProbe", "livenessProbe", "readinessProbe")
    asked = [gateway[kind]["httpGet"]["path"] for kind in kinds]
    assert asked == ["/healthz", "/healthz", "/readyz"]
    assert all(map(has_route, asked))
    (port,) = gateway["ports"]
    assert port["containerPort"] == int(re.search(r"^EXPOSE (\d+)$", RECIPE, re.MULTILINE)[1])


def test_every_name_that_is_asked_is_a_service(made: list[dict[str, Any]]) -> None:
    services = {one["metadata"]["name"] for one in made if one["kind"] == "Service"}
    text = json.dumps(made)
    asked = set(re.findall(r"(?:tcp://|http://|@)(stayline[\w-]*):\d+", text))
    assert asked
    assert asked <= services


def test_every_selector_finds_pods(made: list[dict[str, Any]]) -> None:
    parts = set(pods(made))
    for one in made:
        if one["kind"] == "Service":
            assert one["spec"]["selector"]["app.kubernetes.io/component"] in parts
        if one["kind"] == "NetworkPolicy":
            picked = one["spec"]["podSelector"]
            wanted = [picked["matchLabels"].get("app.kubernetes.io/component")]
            for rule in picked.get("matchExpressions", []):
                wanted = rule["values"]
            assert set(wanted) <= parts
    covered = sum(one["kind"] == "NetworkPolicy" for one in made)
    assert covered == (4 if "postgres" in parts else 2)


@pytest.mark.parametrize("values", ["trial", "everything"])
def test_workers_are_let_to_the_object_store_and_not_to_the_database(values: str) -> None:
    policies = _policies(values)
    outside = {
        name: {port["port"] for rule in policies[name]["egress"] for port in rule.get("ports", ())}
        for name in ("stayline-gateway", "stayline-dask")
    }
    assert outside["stayline-gateway"] - outside["stayline-dask"] == {5432}
    assert 443 in outside["stayline-dask"]
    for store, callers in {"postgres": {"gateway"}, "objects": {"gateway", "dask-worker"}}.items():
        if values == "trial":
            (rule,) = policies[f"stayline-{store}"]["ingress"]
            picked = [one["podSelector"]["matchLabels"] for one in rule["from"]]
            assert {one["app.kubernetes.io/component"] for one in picked} == callers


def _policies(values: str) -> dict[str, Any]:
    found = [one for one in objects(values) if one["kind"] == "NetworkPolicy"]
    return {one["metadata"]["name"]: one["spec"] for one in found}


def test_everything_on_is_reached_over_tls_only() -> None:
    (ingress,) = [one for one in objects("everything") if one["kind"] == "Ingress"]
    assert ingress["spec"]["tls"] == [
        {"hosts": ["stayline.example.org"], "secretName": "stayline-tls"}
    ]
    least = str(CHART / "ci" / "least-values.yaml")
    bare = rendered("--values", least, "--set", "ingress.enabled=true,ingress.host=a.example.org")
    assert "ingress.tlsSecret is not set" in bare.stderr


def _names(values: Any, above: str = "") -> set[str]:
    """Return the path of every value; maps that the user fills are values themselves."""
    if not isinstance(values, dict) or not values or above.endswith(("requests", "limits")):
        return {above}
    return set().union(*(_names(one, f"{above}.{name}".strip(".")) for name, one in values.items()))


def _told(properties: dict[str, Any], above: str = "") -> set[str]:
    found: set[str] = set()
    for name, one in properties.items():
        path = f"{above}.{name}".strip(".")
        if "$ref" in one:
            found |= {f"{path}.requests", f"{path}.limits"}
        elif "properties" in one:
            found |= _told(one["properties"], path)
        else:
            found.add(path)
    return found

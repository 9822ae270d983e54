"""The compose file starts what the code and the image are, and opens nothing that need not be."""

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from deployed_parts import (
    CALLED_FOR,
    CHART,
    COMPOSE,
    DEPLOY,
    RECIPE,
    compose,
    has_route,
    known_variables,
)

SERVICES: dict[str, dict[str, Any]] = compose()["services"]
GATEWAYS = ("gateway-a", "gateway-b")
PROXY = (COMPOSE.parent / "haproxy.cfg").read_text("utf-8")
EXAMPLE = (COMPOSE.parent / "example.env").read_text("utf-8")
HOME = re.search(r"STAYLINE_HOME=(\S+)", RECIPE)[1]
PORT = re.search(r"^EXPOSE (\d+)$", RECIPE, re.MULTILINE)[1]


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_runs_as_root_writes_its_image_or_takes_the_whole_machine(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["user"].split(":")[0]) > 0
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}


def test_only_the_proxy_can_be_reached_and_only_from_this_machine() -> None:
    ports = {name: one["ports"] for name, one in SERVICES.items() if "ports" in one}
    assert ports == {"proxy": ["127.0.0.1:${STAYLINE_PORT:-8080}:8080"]}


def test_stores_and_dask_have_no_way_out_and_nobody_but_gateways_and_jobs_comes_in() -> None:
    assert compose()["networks"]["inner"]["internal"] is True
    inside = {name for name, one in SERVICES.items() if set(one["networks"]) == {"inner"}}
    assert inside == {"dask-scheduler", "dask-worker", "postgres", "objects"}
    assert SERVICES["proxy"]["networks"] == ["edge"]


def test_our_own_parts_are_the_one_image_under_its_own_user() -> None:
    ours = [one for one in SERVICES.values() if "build" in one]
    assert len(ours) == 6
    assert {one["image"] for one in ours} == {"${STAYLINE_IMAGE:-stayline:0.1.0}"}
    (uid,) = re.findall(r"useradd --uid (\d+)", RECIPE)
    assert {one["user"] for one in ours} == {f"{uid}:{uid}"}
    recipe = COMPOSE.parent / SERVICES["gateway-a"]["build"]["context"] / "docker" / "Dockerfile"
    assert recipe.is_file()


def test_every_gateway_has_a_home_and_captures_on_a_volume_of_its_own() -> None:
    mounts = {name: SERVICES[name]["volumes"] for name in GATEWAYS}
    for letter, name in zip("ab", GATEWAYS, strict=True):
        assert mounts[name] == [f"home-{letter}:{HOME}", f"capture-{letter}:{HOME}/capture"]
        jobs = SERVICES[f"jobs-{letter}"]
        assert jobs["volumes"] == mounts[name]
        assert jobs["pid"] == f"service:{name}", "jobs sample the processes of their server"
    made = next(line for line in RECIPE.splitlines() if "mkdir" in line)
    assert f"{HOME}/capture" in made, "a volume takes the rights of the image's folder"


def test_every_variable_of_ours_is_a_setting_or_a_secret() -> None:
    given = {name for one in SERVICES.values() for name in one.get("environment", {})}
    ours = {name for name in given if name.startswith("STAYLINE_")}
    assert set(CALLED_FOR) <= ours
    assert ours <= known_variables()


def test_workers_of_dask_are_given_the_way_to_the_object_store_and_nothing_else() -> None:
    assert {name for name in SERVICES["dask-worker"]["environment"] if name[:4] != "AWS_"} == set()
    assert "environment" not in SERVICES["dask-scheduler"]


def test_no_secret_has_a_value_and_each_must_be_given() -> None:
    text = COMPOSE.read_text("utf-8")
    wanted = set(re.findall(r"\$\{(\w+):\?", text))
    assert wanted == {
        "STAYLINE_DATABASE_PASSWORD",
        "STAYLINE_STORAGE_KEY_ID",
        "STAYLINE_STORAGE_SECRET_KEY",
        "STAYLINE_TOKEN_KEY",
    }
    secret = re.findall(r"^ +(\w*(?:PASSWORD|SECRET|TOKEN|KEY)\w*): (.*)$", text, re.MULTILINE)
    assert {name for name, value in secret if not value.startswith("${")} == set()
    shown = dict(re.findall(r"^(\w+)=(.*)$", EXAMPLE, re.MULTILINE))
    assert wanted <= shown.keys()
    assert set(shown.values()) == {""}
    ignored = (DEPLOY.parent / ".gitignore").read_text("utf-8").splitlines()
    assert "/deploy/compose/.env" in ignored


def test_every_variable_that_may_be_given_is_shown_or_has_a_default() -> None:
    asked = re.findall(r"\$\{(\w+):(.)([^}]*)\}", COMPOSE.read_text("utf-8"))
    undefaulted = {name for name, how, default in asked if how == "?" or not default}
    assert undefaulted == set(re.findall(r"^(\w+)=", EXAMPLE, re.MULTILINE))


def test_gateways_believe_the_network_that_the_proxy_is_in() -> None:
    (place,) = compose()["networks"]["edge"]["ipam"]["config"]
    for name in GATEWAYS:
        assert SERVICES[name]["environment"]["STAYLINE_TRUSTED_PROXY"] == place["subnet"]


def test_health_is_asked_where_the_api_answers() -> None:
    asked = re.findall(r"option httpchk GET (\S+)", PROXY)
    assert asked == ["/readyz", "/healthz"]
    check = SERVICES["gateway-a"]["healthcheck"]["test"][-1]
    port, path = re.search(r"127\.0\.0\.1:(\d+)(/\w+)", check).groups()
    assert port == PORT
    assert all(has_route(one) for one in (path, *asked))
    assert not has_route("/nowhere")


def test_the_proxy_knows_every_gateway_and_logs_no_address() -> None:
    servers = re.findall(r"^  server (\S+) (\S+)$", PROXY, re.MULTILINE)
    assert servers == [(name, f"{name}:{PORT}") for name in GATEWAYS] * 2
    assert "option dontlog-normal" in PROXY
    assert "httplog" not in PROXY
    assert re.search(r"bind :(\d+)", PROXY)[1] == SERVICES["proxy"]["ports"][0].split(":")[-1]


@pytest.mark.skipif(shutil.which("haproxy") is None, reason="HAProxy is not installed here")
def test_haproxy_takes_its_file() -> None:
    file = str(COMPOSE.parent / "haproxy.cfg")
    done = subprocess.run(["haproxy", "-c", "-f", file], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_stores_are_the_images_that_the_chart_tries_out() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    for name in ("postgres", "objects"):
        assert SERVICES[name]["image"] == values["trial"][name]["image"]
    assert SERVICES["objects"]["image"].split(":")[1] > "4.16", "two writers at once are kept apart"

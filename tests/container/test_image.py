"""The image's recipe, as far as it can be checked without building it."""

import json
import os
import re
import tomllib
from pathlib import Path

from container_jobs import DOCKER, Job

ROOT = DOCKER.parent
RECIPE = (DOCKER / "Dockerfile").read_text("utf-8").replace("\\\n", "")


def lines(instruction: str) -> list[str]:
    return re.findall(rf"^{instruction} +(.*)$", RECIPE, re.MULTILINE)


def test_everything_that_is_copied_is_there_and_let_through_by_dockerignore():
    let_through = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    sources = [
        source
        for line in lines("COPY")
        if "--from" not in line
        for source in re.sub(r"--\S+ ", "", line).split()[:-1]
    ]
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in let_through


def test_nothing_runs_as_root():
    assert lines("USER") == ["stayline"]
    after = RECIPE[RECIPE.index("\nUSER") :]
    assert "\nRUN" not in after


def test_serve_and_train_can_be_started_by_name():
    for name in ("serve", "train"):
        assert os.access(DOCKER / name, os.X_OK)
    assert json.loads(lines("CMD")[-1]) == ["serve"]


def test_the_health_check_asks_an_address_that_the_api_has():
    (check,) = lines("HEALTHCHECK")
    path = re.search(r"127\.0\.0\.1:8080(/[\w/]+)", check).group(1)
    for server in ("web/runtime/routes.py", "container/model_server.py"):
        assert f'"{path}"' in Path(ROOT / "src/stayline" / server).read_text("utf-8")


def test_the_image_installs_the_locked_versions_and_nothing_else():
    runtime, everything = (
        dict(re.findall(r"^([a-z0-9-]+)==(\S+)", path.read_text("utf-8"), re.MULTILINE))
        for path in (DOCKER / "requirements.lock", ROOT / "requirements.lock")
    )
    assert runtime.items() <= everything.items()
    assert "pytest" not in runtime
    assert "--require-hashes" in RECIPE


def test_the_image_holds_the_libraries_of_an_object_store_a_database_and_a_cluster():
    locking = (ROOT / "Makefile").read_text("utf-8").split("\nlock:")[1]
    wanted = re.findall(r"--extra (\w+)", locking.split("--constraint")[0].splitlines()[-1])
    assert wanted == ["aws", "postgres", "dask"]
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    locked = (DOCKER / "requirements.lock").read_text("utf-8")
    for extra in wanted:
        for requirement in extras["optional-dependencies"].get(extra, []):
            name = re.match(r"[a-z0-9-]+", requirement)[0]
            assert f"\n{name}==" in locked, f"{requirement} is not in the image: run `make lock`"


def test_train_needs_nothing_but_the_image(tmp_path):
    done = Job(tmp_path).start(["train"])
    assert done.returncode == 1
    assert "hyperparameters.json" in done.stdout

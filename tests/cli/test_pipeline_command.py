import json
from pathlib import Path

import pytest

from command_runs import here
from small_pipelines import (
    CACHED,
    HERE,
    LEARNS,
    WRITES,
    output_of,
    pipeline,
    processing,
    training,
    two_steps,
)
from stayline.bootstrap import Ports, build
from stayline.errors import ExecutionFailed
from stayline.settings import Settings


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return build(Settings(home=tmp_path / "home"))


@pytest.fixture
def home(ports: Ports, tmp_path: Path) -> Path:
    return tmp_path / "home"


def failed(ports: Ports, tmp_path: Path) -> str:
    """Run a pipeline whose second step fails while a file is there; return the execution."""
    (tmp_path / "flaw").touch()
    fails = f"sys.exit('a flaw') if os.path.exists({str(tmp_path / 'flaw')!r}) else 0; "
    rows = output_of("prepare", "rows")
    definition = pipeline(
        processing("prepare", "print('7 rows are there'); " + WRITES),
        training("train", HERE + fails + LEARNS, train=rows),
    )
    with pytest.raises(ExecutionFailed) as caught:
        ports.runner.run(definition, parameters={}, by="ana")
    return caught.value.execution_id


def test_executions_are_listed(ports, home) -> None:
    assert "No pipeline has run yet" in here("pipeline", "list", "--home", home).out
    for _ in range(2):
        ports.runner.run(two_steps(**CACHED), parameters={}, by="ana")
    listed = here("pipeline", "list", "--home", home)
    assert listed.code == 0
    rows = [line.split() for line in listed.out.splitlines() if "attrition-risk" in line]
    assert [row[2] for row in rows] == ["Succeeded"] * 2
    assert [row[-2:] for row in rows] == [["2", "2"], ["2", "0"]]
    told = here("pipeline", "list", "--json", "--home", home).json["executions"]
    assert [e["steps"][0]["cached_from"] for e in told] == [told[1]["execution_id"], None]


def test_an_execution_is_shown_with_its_digests_failure_and_log(ports, home, tmp_path) -> None:
    execution = failed(ports, tmp_path)
    shown = here("pipeline", "show", execution, "--home", home)
    assert shown.code == 0
    assert "failed in step 'train'" in shown.out
    assert "Succeeded" in shown.out
    told = here("pipeline", "show", execution, "--json", "--home", home).json
    digest = told["steps"][0]["outputs"]["rows"]
    assert f"rows {digest[:19]}" in shown.out
    assert told["steps"][1]["inputs"] == {"train": digest}
    assert told["status"] == "Failed"
    log = here("pipeline", "show", execution, "--log", "prepare", "--home", home)
    assert (log.code, log.out) == (0, "7 rows are there\n")
    unknown = here("pipeline", "show", execution, "--log", "nothing", "--home", home)
    assert (unknown.code, unknown.out) == (1, "")


def test_an_execution_is_drawn(ports, home, tmp_path) -> None:
    execution = failed(ports, tmp_path)
    file = tmp_path / "drawing.svg"
    assert here("pipeline", "show", execution, "--svg", file, "--home", home).code == 0
    drawing = file.read_text()
    assert drawing.startswith("<svg")
    assert "Succeeded" in drawing
    assert "Failed" in drawing


def test_the_training_pipeline_is_shown_with_its_parameters(home) -> None:
    shown = here("pipeline", "show", "--schema", "monthly-panel", "--home", home)
    assert shown.code == 0
    for word in ("check-gates", "register", "HorizonMonths", "to be given", "MinimumRocAuc"):
        assert word in shown.out
    told = here("pipeline", "show", "--schema", "monthly-panel", "--json", "--home", home).json
    assert told["Version"] == "2020-12-01"


def test_without_a_workforce_the_imported_schema_cannot_be_shown(home) -> None:
    shown = here("pipeline", "show", "--home", home)
    assert (shown.code, shown.out) == (1, "")
    assert "No workforce has been imported" in shown.err


def test_what_is_rendered_for_sagemaker_can_run(home, tmp_path) -> None:
    file = tmp_path / "definition.json"
    words = ("pipeline", "render", "--target", "sagemaker", "--schema", "ibm-hr", "--home", home)
    printed = here(*words)
    written = here(*words, "--out", file, "--json")
    assert file.read_text() == printed.out
    assert written.json["digest"].startswith("sha256:")
    assert here("pipeline", "validate", file).code == 0
    assert here("pipeline", "validate", file, "--json").json == {"can_run": True, "problems": []}


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[1]", b"[" * 100_000, b"7"])
def test_what_is_no_definition_is_refused(tmp_path, content: bytes) -> None:
    file = tmp_path / "definition.json"
    file.write_bytes(content)
    refused = here("pipeline", "validate", file)
    assert (refused.code, refused.out) == (1, "")
    assert "cannot run" in refused.err
    told = here("pipeline", "validate", file, "--json")
    assert told.code == 1
    assert told.json["can_run"] is False
    assert told.json["problems"]


def test_each_problem_of_a_definition_is_named_with_its_step(tmp_path) -> None:
    definition = two_steps()
    definition["Steps"][0]["Arguments"]["RoleAnr"] = "x"
    file = tmp_path / "definition.json"
    file.write_text(json.dumps(definition))
    told = here("pipeline", "validate", file, "--json").json
    assert [(p["step"], p["path"]) for p in told["problems"]] == [("prepare", "Arguments.RoleAnr")]


def test_a_failed_execution_is_resumed_by_a_command(ports, home, tmp_path) -> None:
    execution = failed(ports, tmp_path)
    still = here("pipeline", "resume", execution, "--by", "bo", "--home", home)
    assert still.code == 1
    assert "failed in step 'train'" in still.err
    (tmp_path / "flaw").unlink()
    resumed = here("pipeline", "resume", execution, "--by", "bo", "--home", home)
    assert (resumed.code, resumed.out) == (0, f"Execution {execution} is Succeeded.\n")
    told = here("pipeline", "resume", execution, "--json", "--home", home).json
    assert (told["status"], told["resumed_by"]) == ("Succeeded", "bo")
    kinds = [event.kind.value for event in ports.audit.events()]
    assert kinds == ["model.training_failed"]


def test_the_reference_of_an_unknown_execution_is_told(home) -> None:
    for words in (("show", "2026-01-01-001"), ("resume", "2026-01-01-001")):
        ended = here("pipeline", *words, "--home", home)
        assert (ended.code, ended.out) == (1, "")
        assert "There is no execution '2026-01-01-001'" in ended.err

import json
from pathlib import Path

import pytest

from command_runs import here
from pipeline_processes import DIED, audits, crash
from small_pipelines import (
    CACHED,
    HERE,
    LEARNS,
    OUTPUT,
    WRITES,
    fail,
    output_of,
    pipeline,
    processing,
    training,
    two_steps,
)
from stayline.bootstrap import Ports, build
from stayline.errors import ExecutionFailed
from stayline.settings import Settings
from store_processes import exit_codes


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
    rows = [line.split() for line in listed.out.splitlines() if "Succeeded" in line]
    assert [row[1] for row in rows] == ["Succeeded"] * 2
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
    assert digest.removeprefix("sha256:")[:12] in shown.out
    assert told["steps"][1]["inputs"] == {"train": digest}
    assert told["status"] == "Failed"
    log = here("pipeline", "show", execution, "--log", "prepare", "--home", home)
    assert (log.code, log.out) == (0, "7 rows are there\n")
    unknown = here("pipeline", "show", execution, "--log", "nothing", "--home", home)
    assert (unknown.code, unknown.out) == (1, "")
    assert "Steps that have one: prepare, train." in unknown.err


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
    assert str(file) in refused.err
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


def test_a_crashed_execution_is_resumed_by_a_command_by_who_started_it(home) -> None:
    assert exit_codes(1, crash, home, "evaluate", audits, "Starting") == [DIED]
    (told,) = here("pipeline", "list", "--json", "--home", home).json["executions"]
    execution = told["execution_id"]
    other = here("pipeline", "resume", execution, "--by", "bo", "--home", home)
    assert (other.code, other.out) == (1, "")
    assert "'ana' started it" in other.err
    resumed = here("pipeline", "resume", execution, "--by", "ana", "--home", home)
    assert (resumed.code, resumed.out) == (0, f"Execution {execution} is Succeeded.\n")
    told = here("pipeline", "resume", execution, "--json", "--home", home).json
    assert (told["status"], told["resumed_by"]) == ("Succeeded", "ana")


def test_a_failed_execution_is_not_resumed_but_trained_again(ports, home, tmp_path) -> None:
    execution = failed(ports, tmp_path)
    refused = here("pipeline", "resume", execution, "--by", "ana", "--home", home)
    assert (refused.code, refused.out) == (1, "")
    assert "it is Failed" in refused.err
    assert "Run `stayline train` again: finished steps come from the cache" in refused.err
    assert list(ports.audit.events()) == []


@pytest.mark.parametrize(
    ("last", "written"),
    [
        ("check-gates", {"bias.json": "{}", "gates.json": "no"}),
        ("evaluate", {"fairness.json": "0.2"}),
    ],
)
def test_what_was_found_of_a_model_that_came_to_nothing_can_be_read(
    ports, home, tmp_path, last: str, written: dict[str, str]
) -> None:
    evaluate = "(out / 'evaluation/fairness.json').write_text('0.2')"
    judge = (
        "(out / 'reports/bias.json').write_text('{}'); (out / 'gates/gates.json').write_text('no')"
    )
    steps = [
        processing("evaluate", HERE + OUTPUT + evaluate, outputs=("evaluation",)),
        processing("check-gates", HERE + OUTPUT + judge, outputs=("reports", "gates")),
    ]
    definition = pipeline(*steps[: 1 + (last == "check-gates")], fail("fail", "Too unequal."))
    with pytest.raises(ExecutionFailed) as caught:
        ports.runner.run(definition, parameters={}, by="ana")
    execution, folder = caught.value.execution_id, tmp_path / "a" / "reports"
    shown = here("pipeline", "show", execution, "--reports", folder, "--home", home)
    assert (shown.code, shown.out) == (0, f"{len(written)} files are in {folder}.\n")
    assert {file.name: file.read_text() for file in folder.iterdir()} == written
    told = here("pipeline", "show", execution, "--reports", folder, "--json", "--home", home)
    assert told.json == {"folder": str(folder), "files": sorted(written)}


def test_an_execution_that_was_not_evaluated_has_no_reports(ports, home, tmp_path) -> None:
    execution = failed(ports, tmp_path)
    shown = here("pipeline", "show", execution, "--reports", tmp_path / "r", "--home", home)
    assert (shown.code, shown.out) == (1, "")
    assert "Nothing is kept" in shown.err
    assert not (tmp_path / "r").exists()


def test_reports_and_logs_are_of_an_execution(home) -> None:
    for option in (("--log", "train"), ("--reports", "folder")):
        shown = here("pipeline", "show", *option, "--schema", "ibm-hr", "--home", home)
        assert (shown.code, shown.out) == (2, "")
        assert "name the execution" in shown.err


def test_a_definition_that_cannot_be_read_is_named(tmp_path) -> None:
    for file, reason in ((tmp_path / "nofile.json", "No such file"), (tmp_path, "Is a directory")):
        refused = here("pipeline", "validate", file)
        assert (refused.code, refused.out) == (1, "")
        assert f"Cannot read '{file}': {reason}" in refused.err
        assert "Name a file that exists" in refused.err


def test_a_place_that_cannot_be_written_is_named(ports, home, tmp_path) -> None:
    execution = failed(ports, tmp_path)
    (tmp_path / "file").touch()
    inside = tmp_path / "file" / "x"
    for words in (
        ("render", "--schema", "ibm-hr", "--out", inside),
        ("show", execution, "--svg", inside),
        ("show", "--schema", "ibm-hr", "--svg", tmp_path),
    ):
        refused = here("pipeline", *words, "--home", home)
        assert refused.code == 1
        assert f"Cannot write '{words[-1]}'" in refused.err
        assert "Name a place in an existing folder" in refused.err


def test_the_reference_of_an_unknown_execution_is_told(home) -> None:
    for words in (("show", "2026-01-01-001"), ("resume", "2026-01-01-001")):
        ended = here("pipeline", *words, "--home", home)
        assert (ended.code, ended.out) == (1, "")
        assert "There is no execution '2026-01-01-001'" in ended.err

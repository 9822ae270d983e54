"""From IBM's extract to a served score, as the tutorial walks: every step a process of its own."""

import json
import signal
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from command_runs import REASON, command, here, started, stayline
from deployed_home import PEOPLE
from open_gates import write_open_schema
from real_data import write_ibm_csv

ISSUE_BODY = {
    "Age": 35,
    "JobRole": "Sales Executive",
    "MonthlyIncome": 5500,
    "YearsAtCompany": 5,
    "OverTime": "Yes",
}


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ibm_csv(tmp_path_factory.mktemp("extracts") / "ibm.csv")


@pytest.fixture(scope="module")
def trained_home(extract: Path) -> Path:
    """A home with IBM's people and one pending version, by import and train."""
    home = extract.parent / "home"
    imported = stayline("import", extract, "--schema", "ibm-hr", "--json", "--home", home)
    assert imported.code == 0, imported.err
    assert (imported.json["landed"], imported.json["rejected"]) == (PEOPLE, 0)
    schema = write_open_schema("ibm-hr", home.with_name("open.toml"))
    train = ("train", "--trials", "1", "--by", "ana", "--schema", schema, "--json")
    trained = stayline(*train, STAYLINE_HOME=str(home))
    assert trained.code == 0, trained.err
    assert trained.json["model"]["status"] == "PendingManualApproval"
    assert trained.json["manifest"]["evaluations"][0]["roc_auc"]["value"] > 0.8
    assert trained.json["manifest"]["protection_price"][0]["is_in_use"]
    return home


def ask(url: str, body: dict[str, object]) -> dict[str, object]:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(  # noqa: S310  (the test's own server)
        f"{url}/v1/predict", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with direct.open(request, timeout=30) as answer:
        return json.load(answer)


def served_answer(home: Path, body: dict[str, object], stop: signal.Signals) -> dict[str, object]:
    """Return what a server of this home answers; it ends in good order when told to stop."""
    with started(command("serve", "--port", "0", "--home", home)) as server:
        url = next(word for word in server.stdout.readline().split() if word.startswith("http"))
        answer = ask(url, body)
        server.send_signal(stop)
        assert server.wait(30) == 0
    return answer


def test_an_extract_is_inspected_and_nothing_else_is_said(extract):
    told = stayline("inspect", extract, "--json")
    assert (told.code, told.json["rows"]) == (0, PEOPLE)
    assert told.err == ""


def test_importing_the_same_file_twice_changes_nothing(extract, trained_home):
    again = here("import", extract, "--schema", "ibm-hr", "--home", trained_home)
    assert again.code == 0
    assert "nothing changed" in again.out


def test_the_card_and_every_evaluation_file_of_a_version_come_into_a_folder(trained_home, tmp_path):
    folder = tmp_path / "evidence"
    told = here("models", "card", "1", "--out", folder, "--home", trained_home)
    assert (told.code, str(folder / "model_card.html") in told.out) == (0, True)
    assert {file.name for file in folder.iterdir()} == {
        "model_card.html", "model_card.json", "fairness.html", "fairness.json",
        "evaluation.json", "bias_analysis.json", "explainability_analysis.json",
        "model_quality_statistics.json", "model_quality_constraints.json",
        "data_quality_statistics.json", "data_quality_constraints.json", "joint_statistics.json",
    }  # fmt: skip
    as_json = here("models", "card", "1", "--json", "--home", trained_home)
    card = json.loads((folder / "model_card.json").read_bytes())
    assert as_json.json == card
    assert card["record"]["decision"]["trained_by"] == "ana"


def test_the_execution_behind_a_version_can_be_looked_up(trained_home):
    (execution,) = here("pipeline", "list", "--json", "--home", trained_home).json["executions"]
    shown = here("pipeline", "show", execution["execution_id"], "--home", trained_home)
    assert (shown.code, "check-gates" in shown.out) == (0, True)
    log = here(
        "pipeline", "show", execution["execution_id"], "--log", "train", "--home", trained_home
    )
    assert "candidates in" in log.out


def test_the_way_from_a_pending_version_to_a_served_score(trained_home):
    home = ("--home", trained_home)
    own = stayline("models", "approve", "1", "--by", "Ana", "--reason", REASON, *home)
    assert (own.code, own.out) == (1, "")
    assert "needs a second person" in own.err

    approved = stayline("models", "approve", "1", "--by", "bo", "--reason", REASON, *home)
    assert approved.code == 0, approved.err
    assert "is Approved" in approved.out
    deployed = stayline(*home, "models", "deploy", "1", "--by", "bo", "--json")
    assert deployed.json["status"] == "Approved"

    looks = (
        ("models", "list"),
        ("models", "show", "1"),
        ("score", "--json"),
        ("score", "--employee", "1"),
    )
    with ThreadPoolExecutor(2) as side_by_side:
        ended = list(side_by_side.map(lambda words: stayline(*words, *home), looks))
    assert [outcome.code for outcome in ended] == [0, 0, 0, 0]
    listed, shown, everyone, one = ended
    assert everyone.json["count"] == PEOPLE
    assert "ana" in listed.out
    assert "yes" in listed.out
    assert "Version 1: Approved, deployed" in shown.out
    assert f"Decided by bo: {REASON}" in shown.out
    assert "a question to ask, not a verdict" in one.out

    answer = served_answer(trained_home, ISSUE_BODY, signal.SIGTERM)
    assert 0 < answer["risk"] < 1
    assert answer["model"]["digest"] == deployed.json["digest"]
    assert answer["fields"]["ignored"] == ["Age"]
    assert set(answer["fields"]["request"]) == set(ISSUE_BODY) - {"Age"}
    after_restart = served_answer(trained_home, ISSUE_BODY, signal.SIGINT)
    assert after_restart["model"] == answer["model"]
    assert after_restart["risk"] == answer["risk"]

    doctor = stayline("doctor", "--json", *home)
    assert (doctor.code, doctor.json["whole"]) == (0, True)


def test_nobody_else_on_the_machine_can_read_any_file_of_the_home(trained_home):
    files = list(trained_home.rglob("*"))
    assert len(files) > 100
    assert [file for file in files if file.stat().st_mode & 0o077] == []

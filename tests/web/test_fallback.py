"""The gateway with its model in another server, which is killed and started again."""

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from litestar.testing import TestClient

from local_client import LocalClient
from real_data import ibm_extract
from some_have_left import SomeHaveLeft
from stayline.bootstrap import Ports, build
from stayline.cli.score import score_everyone
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.pseudonyms import pseudonym
from stayline.settings import Settings
from stayline.web.app import create_app
from stores import SetClock
from target_server import Target, target_of

PERSON, OTHER, THIRD = (str(hr_id) for hr_id in ibm_extract()["EmployeeNumber"][:3])
ASKED = {"employee_id": PERSON}


@dataclass
class Scene:
    """A gateway whose clock a test sets, and the server that its model is in."""

    ports: Ports
    settings: Settings
    clock: SetClock
    target: Target
    client: TestClient
    kept_scores: list[int]

    def after(self, **time):
        self.clock.instant += timedelta(**time)
        return self

    def ask(self, body=None):
        return self.client.post("/v1/predict", json=body or ASKED)

    def readiness(self):
        answer = self.client.get("/readyz")
        return answer.status_code, answer.json()["status"]

    def token(self, hr_id=PERSON):
        return pseudonym(self.ports.secrets.token_key(), hr_id)


@pytest.fixture(scope="module")
def scored_home(ibm_home, tmp_path_factory):
    """A home after its nightly run."""
    home = shutil.copytree(ibm_home, tmp_path_factory.mktemp("scored") / "home")
    settings = Settings(home=home)
    score_everyone(build(settings), settings)
    return home


@pytest.fixture
def scene(scored_home, tmp_path):
    home = shutil.copytree(scored_home, tmp_path / "home")
    with target_of(scored_home) as target:
        settings = Settings(home=home, endpoint_url=target.url)
        clock = SetClock(datetime.now(UTC))
        ports = build(settings, clock=clock)
        kept: list[int] = []
        app = create_app(ports, settings, on_fallback=kept.append)
        with LocalClient(app, raise_server_exceptions=False) as client:
            yield Scene(ports, settings, clock, target, client, kept)


@pytest.fixture
def failing(scene):
    """The scene 300 s after the first failure."""
    assert scene.ask().status_code == 503
    return scene.after(seconds=300)


def kind_of(answer):
    return answer.json()["type"].rpartition(":")[2]


def test_a_killed_endpoint_is_a_503_for_five_minutes_then_nightly_then_live_again(scene):
    scene.target.start("tells")
    live = scene.ask().json()
    assert (live["source"], live["stale_for_s"]) == ("live", None)
    nightly_at = scene.clock.instant
    scene.target.kill()
    for seconds in (0, 1, 150, 148.9):
        answer = scene.after(seconds=seconds).ask()
        assert (answer.status_code, kind_of(answer)) == (503, "endpoint-unavailable")
        assert answer.headers["retry-after"] == "5"
    answer = scene.after(seconds=0.1).ask()
    told = answer.json()
    assert answer.status_code == 200
    assert (told["source"], told["employee_id"]) == ("nightly", PERSON)
    assert datetime.fromisoformat(told["scored_at"]) == nightly_at
    assert told["stale_for_s"] == pytest.approx(300)
    assert told["risk"] == pytest.approx(live["risk"])
    assert told["band"] == live["band"]
    assert scene.kept_scores == [1]
    scene.target.start("tells")
    assert scene.after(seconds=1).ask().json()["source"] == "nightly"
    assert scene.after(seconds=5).ask().json()["source"] == "live"
    assert scene.ask().json()["source"] == "live"
    assert scene.kept_scores == [1, 1]


def test_a_nightly_answer_is_audited_as_such_and_captured_nowhere(failing, scene):
    told = failing.ask().json()
    (event,) = scene.ports.audit.events(limit=1)
    assert event.kind is AuditEventKind.EMPLOYEE_SCORED
    assert (event.subject, event.details["source"]) == (scene.token(), "nightly")
    assert event.details["prediction_id"] == told["prediction_id"]
    assert list((scene.settings.home / "capture").rglob("*.jsonl")) == []


def test_a_nightly_score_can_be_decided_on(failing):
    (failing.settings.home / "governance.toml").write_text("[oversight]\nleast_view_s = 0\n")
    told = failing.ask().json()
    failing.client.get(f"/v1/employees/{PERSON}")
    decided = failing.client.post(
        f"/v1/employees/{PERSON}/decisions",
        json={
            "action": "workload_review",
            "reason": "Worked eleven weekends since June, asked for help.",
            "prediction_id": told["prediction_id"],
        },
    )
    assert decided.status_code == 201


def test_a_nightly_score_that_is_too_old_is_a_503_that_says_so(failing):
    answer = failing.after(hours=48).ask()
    assert (answer.status_code, kind_of(answer)) == (503, "no-nightly-score")
    assert "too old" in answer.json()["detail"]
    assert int(answer.headers["retry-after"]) > 0
    assert PERSON not in answer.json()["detail"].split()


def test_a_nightly_score_that_is_missing_is_a_503_that_says_so(failing):
    failing.ports.scores.erase(failing.token())
    answer = failing.ask()
    assert (answer.status_code, kind_of(answer)) == (503, "no-nightly-score")
    assert "no score is kept" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"OverTime": "Yes"},
        ASKED | {"OverTime": "No"},
        ASKED | {"OverTime": None},
        ASKED | {"Shoe size": 44},
        {"instances": [ASKED, ASKED | {"OverTime": "No"}]},
        {"instances": [ASKED, {"OverTime": "No"}]},
    ],
)
def test_a_what_if_never_gets_a_nightly_answer(failing, body):
    before = len(failing.ports.audit.events())
    answer = failing.ask(body)
    assert (answer.status_code, kind_of(answer)) == (503, "endpoint-unavailable")
    assert len(failing.ports.audit.events()) == before


def test_an_opted_out_person_gets_no_score_from_the_fallback(failing):
    failing.ports.opt_outs.opt_out(failing.token(), at=failing.clock.now())
    assert failing.ask().status_code == 403
    (event,) = failing.ports.audit.events(limit=1)
    assert event.details == {"because": "HasOptedOut"}


@pytest.mark.parametrize("seconds", [0, 300])
def test_an_unknown_person_is_refused_as_ever(scene, seconds):
    scene.ask()
    answer = scene.after(seconds=seconds).ask({"employee_id": "no such id"})
    assert answer.status_code == 404
    (event,) = scene.ports.audit.events(limit=1)
    assert event.kind is AuditEventKind.SCORING_REFUSED


def test_a_person_who_has_left_gets_no_score_from_the_fallback(failing):
    features = SomeHaveLeft(failing.ports.features, {failing.token()})
    app = create_app(replace(failing.ports, features=features), failing.settings)
    with LocalClient(app) as client:
        assert client.post("/v1/predict", json=ASKED).status_code == 410


def test_a_batch_gets_all_nightly_scores_or_an_error_that_names_the_one(failing):
    people = {"instances": [{"employee_id": hr_id} for hr_id in (PERSON, OTHER, THIRD)]}
    told = failing.ask(people).json()["predictions"]
    assert [one["employee_id"] for one in told] == [PERSON, OTHER, THIRD]
    assert {one["source"] for one in told} == {"nightly"}
    failing.ports.scores.erase(failing.token(OTHER))
    before = len(failing.ports.audit.events())
    answer = failing.ask(people)
    assert answer.status_code == 503
    assert [error["path"] for error in answer.json()["errors"]] == ["instances[1].employee_id"]
    assert len(failing.ports.audit.events()) == before


def test_a_view_shows_the_kept_score_and_its_time_while_the_endpoint_is_down(scene):
    kept = scene.ports.scores.find(scene.token())
    assert scene.ask().status_code == 503
    for seconds in (0, 300):
        shown = scene.after(seconds=seconds).client.get(f"/v1/employees/{PERSON}")
        assert shown.status_code == 200
        assert datetime.fromisoformat(shown.json()["score"]["scored_at"]) == kept.scored_at
        assert shown.json()["score"]["source"] == "nightly"


def test_readiness_tells_of_an_outage_of_the_fallback_and_of_its_end(scene):
    scene.target.start()
    assert (scene.ask().status_code, scene.readiness()) == (200, (200, "ok"))
    scene.target.kill()
    assert (scene.ask().status_code, scene.readiness()) == (503, (503, "failing"))
    assert scene.after(seconds=299).readiness() == (503, "failing")
    assert scene.after(seconds=1).readiness() == (200, "degraded")
    told = {check["name"]: check["why"] for check in scene.client.get("/readyz").json()["checks"]}
    assert "has not answered since" in told["endpoint"]
    assert "kept scores are served" in told["fallback"]
    assert scene.after(hours=48).readiness() == (503, "failing")
    scene.target.start()
    assert scene.after(seconds=5).readiness() == (200, "ok")
    assert scene.ask().json()["source"] == "live"


def test_the_share_of_nightly_answers_is_a_figure(failing):
    failing.ask()
    text = failing.client.get("/metrics").text
    labels = 'EndpointName="attrition-risk",Source="{}",VariantName="version-1"'
    assert f"Invocations_total{{{labels.format('nightly')}}} 1.0" in text
    assert f"Invocations_total{{{labels.format('none')}}} 1.0" in text


def test_an_outage_is_remembered_by_the_next_process(failing):
    again = build(failing.settings, clock=failing.clock)
    with LocalClient(create_app(again, failing.settings)) as client:
        assert client.post("/v1/predict", json=ASKED).json()["source"] == "nightly"


def test_a_torn_package_in_process_falls_back_as_well(scored_home, tmp_path):
    home = shutil.copytree(scored_home, tmp_path / "home")
    settings, clock = Settings(home=home), SetClock(datetime.now(UTC))
    ports = build(settings, clock=clock)
    digest = ports.registry.serving().digest.removeprefix("sha256:")
    archive = home / "models" / digest / "model.tar.gz"
    whole = archive.read_bytes()
    archive.write_bytes(whole[:100])
    with LocalClient(create_app(ports, settings)) as client:
        assert client.post("/v1/predict", json=ASKED).status_code == 503
        clock.instant += timedelta(seconds=300)
        assert client.post("/v1/predict", json=ASKED).json()["source"] == "nightly"
    archive.write_bytes(whole)
    clock.instant += timedelta(seconds=5)
    with LocalClient(create_app(build(settings, clock=clock), settings)) as restarted:
        assert restarted.post("/v1/predict", json=ASKED).json()["source"] == "live"

"""A person's page while the model is down, scoring is stopped, or training is missing."""

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from led_people import ANA, CAI, lead, token_of
from portal_visits import visitor
from stayline.bootstrap import Ports, build
from stayline.settings import Settings
from stayline.usecases.stop_scoring import stop_scoring
from stayline.web.app import create_app
from stores import SetClock

REASON = "Worked eleven weekends since June and asked for help."


@pytest.fixture
def led(home: Path) -> Ports:
    """The home's ports, after Ana has looked at Cai."""
    ports = build(Settings(home=home))
    lead(ports, datetime.now(UTC))
    with visitor(create_app(ports, Settings(home=home), environment={})) as visit:
        visit.sign_in("manager", hr_id=ANA)
        assert "Risk of leaving" in visit.get(path_of(ports)).text
    return ports


def path_of(ports: Ports) -> str:
    return f"/portal/people/{token_of(ports, CAI)}"


def test_while_the_model_is_down_the_kept_score_stands_with_its_age_and_source(
    home: Path, led: Ports
) -> None:
    token, at = token_of(led, CAI), led.clock.now() + timedelta(minutes=1)
    kept = led.scores.find(token)
    assert kept is not None
    nightly = replace(kept, prediction_id=None, base_risk=None, scored_at=at)
    assert led.scores.put([nightly])
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        down = f"http://127.0.0.1:{nobody_listens.getsockname()[1]}/invocations"
        settings = Settings(home=home, endpoint_url=down)
        ports = build(settings, clock=SetClock(at + timedelta(days=3)))
        with visitor(create_app(ports, settings, environment={})) as visit:
            visit.sign_in("manager", hr_id=ANA)
            answer = visit.get(path_of(ports))
    assert answer.status_code == 200
    assert "3 days ago" in answer.text
    assert "from the run over everyone" in answer.text
    assert "This cannot be weighed just now" in answer.text
    assert "From the average to this risk" not in answer.text
    assert "not kept" in answer.text
    assert "Why the model says so" in answer.text


def test_while_scoring_is_stopped_the_page_says_so_and_shows_no_score(
    home: Path, led: Ports
) -> None:
    stop_scoring(
        reason="It scores people of the wrong site.", by="ana", control=led.control, clock=led.clock
    )
    with visitor(create_app(led, Settings(home=home), environment={})) as visit:
        visit.sign_in("manager", hr_id=ANA)
        answer = visit.get(path_of(led))
    assert answer.status_code == 503
    assert "Scoring is stopped" in answer.text
    assert "Risk of leaving" not in answer.text


def test_where_training_is_asked_for_who_has_none_is_told_and_keeps_what_was_typed(
    home: Path, led: Ports
) -> None:
    policy = "[oversight]\nrequire_training = true\nleast_view_s = 0\n"
    (home / "governance.toml").write_text(policy, "utf-8")
    with visitor(create_app(led, Settings(home=home), environment={})) as visit:
        visit.sign_in("manager", hr_id=ANA)
        visit.get(path_of(led))
        answer = visit.post(
            f"{path_of(led)}/decisions", action="mentoring", reason=REASON, sending="one"
        )
    assert answer.status_code == 403
    assert "needs valid training" in answer.text
    assert REASON in answer.text
    assert led.decisions.decisions(token_of(led, CAI)) == []

from dataclasses import replace

import pytest

from deployed_home import PEOPLE
from some_have_left import SomeHaveLeft
from stayline.bootstrap import Ports, build
from stayline.domain.alert_policy import Band
from stayline.domain.audit_events import AuditEventKind
from stayline.errors import NothingDeployed, NothingImported
from stayline.samples.presets import named_schema
from stayline.settings import Settings
from stayline.usecases.score_workforce import WorkforceScores, score_workforce


def score(ports: Ports, **more) -> WorkforceScores:
    return score_workforce(
        endpoint=ports.endpoint,
        features=ports.features,
        scores=ports.scores,
        opt_outs=ports.opt_outs,
        audit=ports.audit,
        clock=ports.clock,
        actor="ana",
        **more,
    )


def test_everyone_gets_the_score_that_a_single_request_would_give(ports):
    told = []
    result = score(ports, progress=lambda done, total: told.append((done, total)))
    entries = ports.scores.entries()
    assert result.count == len(entries) == PEOPLE
    assert sum(result.by_band.values()) == PEOPLE
    assert set(result.by_band) == set(Band)
    assert told[-1] == (PEOPLE, PEOPLE)
    for entry in entries[:20]:
        record = ports.features.get(entry.token)
        (alone,) = ports.endpoint.variant().predict([record.values], [record.event_time])
        assert (alone.risk, alone.band) == (entry.risk, entry.band)


def test_opted_out_people_are_left_out_and_taken_off_the_board(ports):
    score(ports)
    token = ports.scores.entries(limit=1)[0].token
    ports.opt_outs.opt_out(token, at=ports.clock.now())
    result = score(ports)
    assert (result.count, result.opted_out) == (PEOPLE - 1, 1)
    assert ports.scores.find(token) is None


def test_a_run_over_everyone_is_one_audit_event(ports):
    before = len(ports.audit.events())
    result = score(ports)
    (event,) = ports.audit.events()[before:]
    assert event.kind is AuditEventKind.WORKFORCE_SCORED
    assert event.details["count"] == result.count
    assert event.details["model_version"] == result.model.version


def test_people_who_have_left_are_counted_taken_off_the_board_and_not_scored(ports):
    score(ports)
    first, second = (entry.token for entry in ports.scores.entries(limit=2))
    result = score(replace(ports, features=SomeHaveLeft(ports.features, {first, second})))
    assert (result.count, result.gone) == (PEOPLE - 2, 2)
    assert ports.scores.find(first) is None


def test_everyone_of_a_cross_section_is_scored_whatever_its_label(ports):
    assert ports.features.frame("outcomes", as_of=ports.clock.now())["label"].sum() > 0
    assert score(ports).gone == 0


def test_nobody_is_scored_without_a_model_or_a_workforce(tmp_path):
    empty = build(Settings(home=tmp_path))
    with pytest.raises(NothingImported):
        score(empty)
    empty.features.define(named_schema("ibm-hr"))
    with pytest.raises(NothingDeployed):
        score(empty)

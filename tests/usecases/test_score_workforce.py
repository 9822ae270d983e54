import json
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from deployed_home import PEOPLE, deploy_again
from some_have_left import SomeHaveLeft
from stayline.bootstrap import Ports, build
from stayline.domain.alert_policy import Band
from stayline.domain.audit_events import AuditEventKind
from stayline.errors import NothingDeployed, NothingImported
from stayline.samples.presets import named_schema
from stayline.settings import Settings
from stayline.usecases.score_workforce import RESUMABLE_FOR
from stores import SetClock
from workforce_scores import score


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
        assert alone.base_risk == entry.base_risk
        for kept, told in zip(entry.reasons, alone.reasons, strict=True):
            assert (kept.feature, kept.value) == (told.feature, told.value)
            assert kept.contribution == pytest.approx(told.contribution, abs=1e-7)
        added = sum(reason.contribution for reason in entry.reasons)
        assert entry.base_risk + added == pytest.approx(entry.risk, abs=1e-5)


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


def test_a_run_goes_on_past_a_chunk_of_which_nobody_is_to_be_scored(ports):
    tokens = ports.features.newest()["token"].to_list()
    result = score(
        replace(ports, features=SomeHaveLeft(ports.features, set(tokens[100:200]))), chunk=100
    )
    assert (result.count, result.gone) == (PEOPLE - 100, 100)


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


class CutOff(Exception):
    """What ends a run in the middle."""


def cut_off(ports: Ports, *, after: int, **more) -> None:
    """Score in chunks of 100 and break off as soon as that many people are done."""

    def stop(done: int, total: int) -> None:
        if done >= after:
            raise CutOff

    with pytest.raises(CutOff):
        score(ports, chunk=100, progress=stop, **more)


def test_a_run_that_was_cut_off_is_taken_up_where_it_ended(ports):
    cut_off(ports, after=700)
    kept = {entry.token: entry.scored_at for entry in ports.scores.entries()}
    assert len(kept) == 700
    told = []
    result = score(ports, chunk=100, progress=lambda done, total: told.append((done, total)))
    assert (result.count, result.taken_up_at) == (PEOPLE, 700)
    assert sum(result.by_band.values()) == PEOPLE
    assert told[0] == (700, PEOPLE)
    entries = ports.scores.entries()
    assert len(entries) == PEOPLE
    assert all(entry.scored_at == kept[entry.token] for entry in entries if entry.token in kept)
    again = score(ports)
    assert (again.count, again.taken_up_at, again.by_band) == (PEOPLE, 0, result.by_band)


def test_a_run_is_begun_anew_when_asked_to_or_too_old_or_of_another_model(ports):
    clock = SetClock(ports.clock.now())
    timed = replace(ports, clock=clock)
    cut_off(timed, after=300)
    assert score(timed, afresh=True).taken_up_at == 0
    cut_off(timed, after=300)
    clock.instant += RESUMABLE_FOR
    assert score(timed).taken_up_at == 0
    cut_off(timed, after=300)
    clock.instant += RESUMABLE_FOR - timedelta(seconds=1)
    assert score(timed).taken_up_at == 300
    cut_off(timed, after=300)
    deploy_again(ports)
    assert score(timed).taken_up_at == 0


def test_who_opts_out_during_a_run_is_not_on_the_board_after_it(ports):
    tokens = ports.features.newest()["token"].to_list()
    done_already, to_come = tokens[50], tokens[950]

    def opt_out_both(done: int, total: int) -> None:
        if done == 700:
            for token in (done_already, to_come):
                ports.opt_outs.opt_out(token, at=ports.clock.now())

    result = score(ports, chunk=100, progress=opt_out_both)
    assert ports.scores.find(done_already) is None
    assert ports.scores.find(to_come) is None
    assert result.opted_out == 1
    assert len(ports.scores.entries()) == PEOPLE - 2


@dataclass
class LateOptOut:
    """A list on which a person appears right after a chunk was filtered, before it is kept."""

    token: str
    asked: int = 0

    def opted_out(self, *, at):
        self.asked += 1
        return {self.token} if self.asked > 1 else set()


def test_who_opts_out_between_the_check_of_a_chunk_and_its_commit_is_taken_down(ports):
    token = ports.features.newest()["token"][3]
    opt_outs = LateOptOut(token)
    seen = []
    score(
        replace(ports, opt_outs=opt_outs),
        chunk=100,
        progress=lambda done, total: seen.append(done and ports.scores.find(token)),
    )
    assert seen == [0, *[None] * (len(seen) - 1)]


def test_a_score_of_somebody_whose_features_are_gone_is_taken_down(ports):
    clock = SetClock(ports.clock.now())
    timed = replace(ports, clock=clock)
    score(timed)
    token = ports.scores.entries(limit=1)[0].token
    ports.features.erase(token)
    clock.instant += timedelta(hours=1)
    assert score(timed).count == PEOPLE - 1
    assert ports.scores.find(token) is None


SCORE_SLOWLY = """
import json, sys, time
from pathlib import Path
from stayline.bootstrap import build
from stayline.settings import Settings
from stayline.usecases.score_workforce import score_workforce
ports = build(Settings(home=Path(sys.argv[1])))
def progress(done, total):
    print(json.dumps(done), flush=True)
    time.sleep(0.02)
score_workforce(
    endpoint=ports.endpoint, features=ports.features, scores=ports.scores, opt_outs=ports.opt_outs,
    control=ports.control, audit=ports.audit, clock=ports.clock, actor="ana", chunk=20,
    progress=progress,
)
"""


def test_a_run_killed_in_the_middle_is_taken_up_and_comes_to_the_same_scores(ports, home):
    whole = score(ports)
    expected = {entry.token: (entry.risk, entry.reasons) for entry in ports.scores.entries()}
    ports.scores.take_down(expected)
    command = [sys.executable, "-c", SCORE_SLOWLY, home]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            while json.loads(process.stdout.readline()) < 400:
                pass
        finally:
            process.kill()
    kept = len(ports.scores.entries())
    assert 400 <= kept < PEOPLE
    assert ports.scores.unfinished_run().scored == kept
    result = score(ports)
    assert result.taken_up_at == kept
    assert (result.count, result.by_band) == (whole.count, whole.by_band)
    found = {entry.token: (entry.risk, entry.reasons) for entry in ports.scores.entries()}
    assert found == expected


def test_a_clock_that_steps_back_in_the_middle_of_a_run_costs_nobody_the_score(ports):
    clock = SetClock(ports.clock.now())

    def step_back(done: int, total: int) -> None:
        if done == 400:
            clock.instant -= timedelta(seconds=5)

    assert score(replace(ports, clock=clock), chunk=100, progress=step_back).count == PEOPLE
    assert len(ports.scores.entries()) == PEOPLE


def test_a_run_from_the_future_is_not_taken_up(ports):
    clock = SetClock(ports.clock.now())
    timed = replace(ports, clock=clock)
    cut_off(timed, after=300)
    clock.instant -= timedelta(hours=1)
    assert score(timed).taken_up_at == 0
    assert {entry.scored_at for entry in ports.scores.entries()} == {clock.instant}


class ErasedMeanwhile(SomeHaveLeft):
    """A person is erased right after a chunk was read."""

    def in_chunks(self, size, *, after=""):
        for people in self._features.in_chunks(size, after=after):
            for token in self._tokens & set(people["token"]):
                self._features.erase(token)
            yield people

    def everyone_who_left(self, *, at):
        return set()


def test_who_is_erased_while_a_chunk_is_scored_does_not_come_back(ports):
    token = ports.features.newest()["token"][3]
    score(replace(ports, features=ErasedMeanwhile(ports.features, {token})), chunk=100)
    assert ports.scores.find(token) is None
    assert len(ports.scores.entries()) == PEOPLE - 1


@dataclass
class KilledBeforeTheEnd:
    """A board whose run is cut off right before it ends."""

    board: object

    def __getattr__(self, name):
        return getattr(self.board, name)

    def end_run(self, run, *, at):
        raise CutOff


def test_a_run_that_is_cut_off_before_its_end_is_recorded_all_the_same(ports):
    before = len(ports.audit.events())
    with pytest.raises(CutOff):
        score(replace(ports, scores=KilledBeforeTheEnd(ports.scores)))
    score(ports)
    first, again = ports.audit.events()[before:]
    assert first.kind is again.kind is AuditEventKind.WORKFORCE_SCORED
    assert first.details == again.details

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from stayline.domain.alert_policy import Band
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import ModelIdentity, Reason
from stayline.errors import ScoringUnderWay, StoreUnavailable
from stayline.ports.score_board import BoardEntry, EarlierScore, KeptRisk, ScoringRun
from stores import ANA, BO, HOUR, MICROSECOND, NOON, Backend

REASONS = (
    Reason("JobRole", "Ingénieur 技師", 0.03125, "raises the risk by 3 points"),
    Reason("Age", 35, -0.01, "lowers it"),
    Reason("Pay", 0.1 + 0.2, 0.0, "plays no part"),
    Reason("OverTime", None, 0.0, "not known"),
)
ENTRY = BoardEntry(
    ANA, 0.1 + 0.2, Band.HIGH, REASONS, ModelIdentity(3, "sha256:d"), NOON, "p-1", 0.25
)


def test_a_score_comes_back_to_the_bit_after_reopening(backend: Backend) -> None:
    backend.scores().put([ENTRY])
    assert backend.scores().find(ANA) == ENTRY
    assert backend.scores().find(BO) is None


def test_a_score_is_found_by_every_token_of_its_person(backend: Backend) -> None:
    new_ana = EmployeeToken("a2" * 16)
    renames = pl.DataFrame({"alias": [ANA], "token": [new_ana], "fingerprint": ["1" * 32]})
    backend.directory().link(renames)
    board = backend.scores()
    board.put([ENTRY])
    assert board.find(new_ana) == replace(ENTRY, token=new_ana)
    board.erase(ANA)
    assert board.find(new_ana) is None
    board.put([replace(ENTRY, token=new_ana)])
    assert board.find(ANA) == ENTRY


def test_a_newer_score_replaces_and_an_older_one_never_does(backend: Backend) -> None:
    board = backend.scores()
    newer = replace(ENTRY, risk=0.5, reasons=(), scored_at=NOON + HOUR, prediction_id=None)
    board.put([newer])
    board.put([ENTRY])
    assert board.find(ANA) == newer
    board.put([replace(newer, risk=0.6)])
    assert board.find(ANA) == replace(newer, risk=0.6)


def test_within_one_put_the_newest_score_of_a_person_stays(backend: Backend) -> None:
    newer = replace(ENTRY, risk=0.5, scored_at=NOON + HOUR)
    backend.scores().put([newer, ENTRY])
    assert backend.scores().entries() == [newer]


def test_entries_come_highest_risk_first_and_up_to_a_limit(backend: Backend) -> None:
    board = backend.scores()
    other = replace(ENTRY, token=BO, risk=0.9)
    board.put([ENTRY, other])
    board.put([])
    assert board.entries() == [other, ENTRY]
    assert board.entries(limit=1) == [other]


def test_erasing_removes_one_person(backend: Backend) -> None:
    board = backend.scores()
    board.put([ENTRY, replace(ENTRY, token=BO)])
    assert board.erase(ANA)
    assert not board.erase(ANA)
    assert [entry.token for entry in board.entries()] == [BO]


MODEL = ModelIdentity(3, "sha256:d")
ASSUMED = {"Pay": 5000.0, "Team": None, "HiredOn": None}
VALUES = pl.DataFrame(
    {"Pay": [None, 7.5], "Team": ["Ü", None], "HiredOn": [date(2020, 2, 29), None]},
    schema={"Pay": pl.Float64, "Team": pl.String, "HiredOn": pl.Date},
)
SCORED = pl.DataFrame(
    {
        "token": [ANA, BO],
        "risk": [0.1 + 0.2, 0.75],
        "band": ["low", "high"],
        "base_risk": [0.2, 0.2],
        "contributions": [[0.125, -0.03125, 0.0], [0.5, 0.0, 0.0625]],
    },
    schema_overrides={"contributions": pl.Array(pl.Float32, 3)},
)


def as_far_as(run: ScoringRun, after: str) -> ScoringRun:
    return replace(run, after=after, by_band={Band.LOW: 1, Band.HIGH: 1}, opted_out=2, gone=3)


def test_a_chunk_of_a_run_is_kept_with_all_reasons_told_in_words(backend: Backend) -> None:
    board = backend.scores()
    run = board.begin_run(MODEL, ASSUMED, at=NOON)
    board.keep(as_far_as(run, BO), SCORED, VALUES, scored_at=NOON)
    first, second = backend.scores().find(ANA), backend.scores().find(BO)
    assert first == BoardEntry(
        ANA,
        0.1 + 0.2,
        Band.LOW,
        (
            Reason(
                "Pay", None, 0.125,
                "Pay is not given, taken as 5000: raises the risk by 12.5 points",
            ),
            Reason("Team", "Ü", -0.03125, "Team is Ü: lowers the risk by 3.1 points"),
            Reason(
                "HiredOn", "2020-02-29", 0.0, "Hired on is 2020-02-29: hardly changes the risk"
            ),
        ),
        MODEL,
        NOON,
        None,
        0.2,
    )  # fmt: skip
    assert second is not None
    assert [reason.feature for reason in second.reasons] == ["Pay", "HiredOn", "Team"]
    assert second.reasons[1].text == "Hired on is not given: raises the risk by 6.2 points"
    assert board.entries() == [second, first]


def test_a_run_is_unfinished_until_it_ends_and_says_how_far_it_has_come(backend: Backend) -> None:
    board = backend.scores()
    assert board.unfinished_run() is None
    run = board.begin_run(MODEL, ASSUMED, at=NOON)
    assert board.unfinished_run() == run
    assert (run.after, run.done) == ("", 0)
    further = as_far_as(run, BO)
    board.keep(further, SCORED, VALUES, scored_at=NOON)
    assert backend.scores().unfinished_run() == further
    assert (further.scored, further.done) == (2, 7)
    board.end_run(further, at=NOON + HOUR)
    assert backend.scores().unfinished_run() is None
    later = board.begin_run(MODEL, ASSUMED, at=NOON + HOUR)
    assert board.unfinished_run() == later != run


def test_a_chunk_of_which_nobody_is_scored_takes_the_run_further_all_the_same(
    backend: Backend,
) -> None:
    board = backend.scores()
    further = as_far_as(board.begin_run(MODEL, ASSUMED, at=NOON), BO)
    board.keep(further, SCORED.clear(), VALUES.clear(), scored_at=NOON)
    assert board.entries() == []
    assert backend.scores().unfinished_run() == further


def test_who_falls_behind_another_run_keeps_nothing(backend: Backend) -> None:
    board = backend.scores()
    run = board.begin_run(MODEL, ASSUMED, at=NOON)
    board.keep(as_far_as(run, ANA), SCORED.head(1), VALUES.head(1), scored_at=NOON)
    with pytest.raises(StoreUnavailable, match="another run over everyone is at work"):
        board.keep(as_far_as(run, ANA), SCORED, VALUES, scored_at=NOON)
    assert board.find(BO) is None


def test_a_run_never_replaces_a_newer_score_and_a_live_one_replaces_a_runs(
    backend: Backend,
) -> None:
    board = backend.scores()
    run = board.begin_run(MODEL, ASSUMED, at=NOON)
    board.put([replace(ENTRY, scored_at=NOON + HOUR)])
    board.keep(as_far_as(run, BO), SCORED, VALUES, scored_at=NOON)
    assert board.find(ANA) == replace(ENTRY, scored_at=NOON + HOUR)
    live = replace(ENTRY, token=BO, scored_at=NOON + HOUR)
    board.put([live])
    assert board.find(BO) == live


def test_a_run_replaces_what_a_clock_ahead_has_kept_before_it(backend: Backend) -> None:
    board = backend.scores()
    board.put([replace(ENTRY, scored_at=NOON + 24 * HOUR)])
    for night in (NOON + 12 * HOUR, NOON):
        run = board.begin_run(MODEL, ASSUMED, at=night)
        board.keep(as_far_as(run, BO), SCORED, VALUES, scored_at=night)
        kept = board.find(ANA)
        assert kept is not None
        assert kept.scored_at == night


def test_scores_are_taken_down_by_name_and_by_run_whatever_their_time(backend: Backend) -> None:
    board = backend.scores()
    board.put([replace(ENTRY, scored_at=NOON + HOUR)])
    run = board.begin_run(MODEL, ASSUMED, at=NOON)
    board.put([replace(ENTRY, token=BO, scored_at=NOON - HOUR)])
    board.take_down([])
    assert len(board.entries()) == 2
    board.take_down_older(run)
    assert [entry.token for entry in board.entries()] == [BO]
    board.take_down({BO, *(f"{number:032}" for number in range(1200))})
    assert board.entries() == []


def test_a_second_run_is_refused_until_the_first_lets_go(backend: Backend) -> None:
    with (
        backend.scores().scoring_alone(),
        pytest.raises(ScoringUnderWay, match="under way"),
        backend.scores().scoring_alone(),
    ):
        pass
    with backend.scores().scoring_alone():
        pass


def test_old_scores_are_counted_and_purged_but_for_the_people_held(backend: Backend) -> None:
    board = backend.scores()
    cy = EmployeeToken("c" * 32)
    board.put(
        [ENTRY, replace(ENTRY, token=BO), replace(ENTRY, token=cy, scored_at=NOON + HOUR)]
    )  # fmt: skip
    ages = board.ages(NOON + MICROSECOND, held={BO})
    assert (ages.rows, ages.oldest, ages.due, ages.youngest_due) == (3, NOON, 1, NOON)
    assert (ages.held_back, len(ages.tokens_digest)) == (1, 64)
    assert board.purge(NOON) == 0
    assert board.purge(NOON + MICROSECOND, held={BO}) == 1
    assert {entry.token for entry in board.entries()} == {BO, cy}
    assert board.purge(NOON + MICROSECOND) == 1


FEBRUARY = NOON - 24 * 5 * HOUR
"""Five days before the first of March, the day of `NOON`."""


def test_the_last_score_of_a_month_before_stays_beside_the_newest(backend: Backend) -> None:
    board = backend.scores()
    for at, risk in ((FEBRUARY - HOUR, 0.1), (FEBRUARY, 0.2), (NOON, 0.3), (NOON + HOUR, 0.4)):
        board.put([replace(ENTRY, risk=risk, scored_at=at)])
    kept = backend.scores().find(ANA)
    assert kept is not None
    assert kept.risk == 0.4
    assert kept.earlier == EarlierScore(0.2, MODEL, FEBRUARY)


def test_a_run_notes_the_last_score_of_a_month_before(backend: Backend) -> None:
    board = backend.scores()
    for night in (FEBRUARY, NOON, NOON + HOUR):
        run = board.begin_run(MODEL, ASSUMED, at=night)
        board.keep(as_far_as(run, BO), SCORED, VALUES, scored_at=night)
    earlier = {one.token: one.earlier for one in board.entries()}
    assert earlier[ANA] == EarlierScore(0.1 + 0.2, MODEL, FEBRUARY)
    assert earlier[BO] == EarlierScore(0.75, MODEL, FEBRUARY)


def test_an_earlier_score_goes_with_the_newest_and_by_its_own_age(backend: Backend) -> None:
    board = backend.scores()
    for at in (FEBRUARY, NOON):
        board.put([replace(ENTRY, scored_at=at), replace(ENTRY, token=BO, scored_at=at)])
    assert board.purge(NOON, held={BO}) == 0
    earlier = {one.token: one.earlier for one in board.entries()}
    assert earlier == {ANA: None, BO: EarlierScore(ENTRY.risk, MODEL, FEBRUARY)}
    board.erase(BO)
    board.put([replace(ENTRY, token=BO)])
    assert board.find(BO) == replace(ENTRY, token=BO)


def test_many_risks_come_at_once_without_their_reasons(backend: Backend) -> None:
    board = backend.scores()
    tokens = [EmployeeToken(f"{number:032x}") for number in range(120)]
    board.put([replace(ENTRY, token=one, risk=n / 200) for n, one in enumerate(tokens)])
    board.put([replace(ENTRY, token=tokens[0], risk=0.9, scored_at=NOON + HOUR)])
    found = backend.scores().risks([*tokens, BO])
    assert set(found) == set(tokens)
    first = KeptRisk(tokens[0], 0.9, Band.HIGH, MODEL, NOON + HOUR, "p-1", 0.25)
    assert found[tokens[0]] == first
    assert backend.scores().highest(2) == [first, found[tokens[-1]]]
    assert board.risks([]) == {}

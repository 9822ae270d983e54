"""What the score board in DynamoDB keeps when it is cut off, or when two write at once."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from fake_aws import Killed, die, just_before
from faulty_way import Fault, answering
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.each_write import write_each
from stayline.adapters.aws.resources import Resources
from stayline.adapters.aws.score_board import DynamoScoreBoard
from stayline.domain.alert_policy import Band
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import ModelIdentity, Reason
from stayline.errors import StoreUnavailable
from stayline.ports.score_board import BoardEntry, ScoringRun
from stores import ANA, BO, HOUR, MICROSECOND, NOON

MODEL = ModelIdentity(3, "sha256:d")
REASONS = (Reason("Age", 35, -0.01, "lowers it"),)
ENTRY = BoardEntry(ANA, 0.25, Band.LOW, REASONS, MODEL, NOON, "p-1", 0.25)
INPUTS = {f"Input{number}": None for number in range(30)}
PEOPLE = [f"{number:032x}" for number in range(101)]
WRITE = "dynamodb.TransactWriteItems"


def board_of(clients: Clients) -> DynamoScoreBoard:
    return DynamoScoreBoard(clients, lambda token: (token,))


def begun(stack: Resources) -> ScoringRun:
    run = board_of(Clients(stack)).begin_run(MODEL, INPUTS, at=NOON)
    return replace(run, after=PEOPLE[-1], by_band={Band.LOW: len(PEOPLE)})


def kept(board: DynamoScoreBoard, run: ScoringRun, people: list[str] = PEOPLE) -> None:
    scored = pl.DataFrame(
        {
            "token": people,
            "risk": 0.25,
            "band": "low",
            "base_risk": 0.2,
            "contributions": [[0.01] * len(INPUTS)] * len(people),
        },
        schema_overrides={"contributions": pl.Array(pl.Float32, len(INPUTS))},
    )
    values = pl.DataFrame({name: [1.5] * len(people) for name in INPUTS})
    board.keep(run, scored, values, scored_at=NOON)


def items(stack: Resources) -> list[dict]:
    found = Clients(stack).of("dynamodb").scan(TableName=stack.state_table)["Items"]
    return [one for one in found if one["pk"]["S"].startswith("score#")]


def test_a_chunk_cut_off_between_its_parts_is_kept_again_and_none_is_left_out(
    stack: Resources,
) -> None:
    run = begun(stack)
    killed = Clients(stack)
    just_before(killed, WRITE, die, nth=2)
    with pytest.raises(Killed):
        kept(board_of(killed), run)
    board = board_of(Clients(stack))
    assert len(items(stack)) == 99
    assert board.unfinished_run() == replace(run, after="", by_band={})
    kept(board, run)
    assert len(items(stack)) == 101
    assert board.unfinished_run() == run


def test_who_is_overtaken_in_the_middle_of_a_chunk_writes_nothing_more(stack: Resources) -> None:
    run = begun(stack)
    slow = Clients(stack)

    def overtake() -> None:
        other = board_of(Clients(stack))
        kept(other, run)
        other.take_down([EmployeeToken(token) for token in PEOPLE])

    just_before(slow, WRITE, overtake, nth=1)
    with pytest.raises(StoreUnavailable, match="another run over everyone is at work"):
        kept(board_of(slow), run)
    assert items(stack) == []


def test_an_answer_of_this_very_moment_is_not_replaced_by_the_runs(stack: Resources) -> None:
    run = begun(stack)
    live = replace(ENTRY, token=EmployeeToken(PEOPLE[7]), scored_at=NOON + MICROSECOND)
    clients = Clients(stack)
    just_before(clients, WRITE, lambda: board_of(Clients(stack)).put([live]))
    kept(board_of(clients), run)
    board = board_of(Clients(stack))
    assert board.find(live.token) == live
    assert len(board.entries()) == 101
    assert board.unfinished_run() == run


def test_a_score_with_thirty_reasons_takes_half_a_kilobyte(stack: Resources) -> None:
    kept(board_of(Clients(stack)), begun(stack), PEOPLE[:1])
    (one,) = items(stack)
    assert len(one["body"]["B"]) < 512
    (entry,) = board_of(Clients(stack)).entries(limit=1)
    assert len(entry.reasons) == 30


def test_nobody_who_waits_for_an_answer_waits_for_another_writer(
    led_to: Callable[[str], Clients],
) -> None:
    conflict = {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "no",
        "CancellationReasons": [{"Code": "TransactionConflict"}],
    }
    call = {"Delete": {"TableName": "t", "Key": {"pk": {"S": "p"}}}}
    with answering({"": Fault(400, json.dumps(conflict))}) as address:
        clients = led_to(address)
        assert write_each(clients, "the score board", [call], is_patient=False) is None
        with pytest.raises(StoreUnavailable, match="TransactionCanceledException"):
            write_each(clients, "the score board", [call])


def test_a_person_is_erased_under_every_token(stack: Resources) -> None:
    board = DynamoScoreBoard(Clients(stack), lambda _token: (BO, ANA))
    board.put([ENTRY])
    assert board.erase(BO)
    assert board.find(ANA) is None
    assert not board.erase(BO)


def test_a_score_removes_itself_in_the_end_unless_its_person_is_held(stack: Resources) -> None:
    board = DynamoScoreBoard(Clients(stack), lambda token: (token,), lasts=timedelta(days=10))
    board.put([ENTRY])
    (one,) = items(stack)
    assert int(one["expires_at"]["N"]) == int((NOON + timedelta(days=10)).timestamp())
    assert board.purge(NOON + HOUR, held={ANA}) == 0
    (one,) = items(stack)
    assert "expires_at" not in one
    assert board.find(ANA) == ENTRY


def test_a_score_that_was_replaced_while_it_was_purged_stays(stack: Resources) -> None:
    board_of(Clients(stack)).put([ENTRY])
    newer = replace(ENTRY, scored_at=NOON + 2 * HOUR)
    clients = Clients(stack)
    just_before(clients, WRITE, lambda: board_of(Clients(stack)).put([newer]))
    assert board_of(clients).purge(NOON + HOUR) == 0
    assert board_of(Clients(stack)).find(ANA) == newer


def test_a_rename_moves_scores_begins_a_cut_off_run_anew_and_may_be_repeated(
    stack: Resources,
) -> None:
    board, renames = board_of(Clients(stack)), pl.DataFrame({"alias": [ANA], "token": [BO]})
    run = replace(board.begin_run(MODEL, INPUTS, at=NOON), after=PEOPLE[0])
    kept(board, run, PEOPLE[:1])
    board.put([ENTRY])
    for _ in range(2):
        board.rename(renames)
        assert board.find(ANA) is None
        assert board.find(BO) == replace(ENTRY, token=BO)
        unfinished = board.unfinished_run()
        assert unfinished is not None
        assert (unfinished.number, unfinished.after, unfinished.scored) == (run.number, "", 0)


def test_a_rename_leaves_the_newer_score_of_a_person_who_has_two(stack: Resources) -> None:
    board = board_of(Clients(stack))
    newer = replace(ENTRY, token=BO, scored_at=NOON + HOUR)
    board.put([ENTRY, newer])
    board.rename(pl.DataFrame({"alias": [ANA], "token": [BO]}))
    assert board.entries() == [newer]

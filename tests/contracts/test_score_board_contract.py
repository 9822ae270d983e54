from dataclasses import replace

from stayline.domain.alert_policy import Band
from stayline.domain.risk_score import ModelIdentity, Reason
from stayline.ports.score_board import BoardEntry
from stores import ANA, BO, HOUR, NOON, Backend

REASONS = (
    Reason("JobRole", "Ingénieur 技師", 0.03125, "raises the risk by 3 points"),
    Reason("Age", 35, -0.01, "lowers it"),
    Reason("Pay", 0.1 + 0.2, 0.0, "plays no part"),
    Reason("OverTime", None, 0.0, "not known"),
)
ENTRY = BoardEntry(ANA, 0.1 + 0.2, Band.HIGH, REASONS, ModelIdentity(3, "sha256:d"), NOON, "p-1")


def test_a_score_comes_back_to_the_bit_after_reopening(backend: Backend) -> None:
    backend.scores().put([ENTRY])
    assert backend.scores().find(ANA) == ENTRY
    assert backend.scores().find(BO) is None


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

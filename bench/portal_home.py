"""The home whose pages `portal_pages` asks for: people and scores as in a large company."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from portal_records import fill_records
from stayline.bootstrap import Ports, build
from stayline.domain.alert_policy import Band
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.domain.risk_score import ModelIdentity, Reason
from stayline.ports.feature_store import FEATURES
from stayline.ports.score_board import BoardEntry
from stayline.settings import Settings
from workforce_home import make_home

MANAGER, TEAM, LEVELS = 0, 1_000, 8


def filled_home(home: Path, people: int) -> Settings:
    """Return the settings of a home of so many people."""
    make_home(home, people)
    settings = Settings(home=home, requests_per_minute=0)
    ports = build(settings)
    fill_people(ports, people)
    fill_records(ports, settings, people)
    return settings


def fill_people(ports: Ports, people: int) -> None:
    """Put everybody into the directory, under whom they work, and on the board."""
    key = ports.secrets.token_key()
    tokens = [pseudonym(key, str(number)) for number in range(people)]
    now = datetime.now(UTC)
    newest = ports.features.newest().head(people)
    rows = newest.with_columns(token=pl.Series(tokens[: newest.height])).drop("write_time")
    ports.features.put(FEATURES, rows, written_at=now)
    ports.directory.put(
        pl.DataFrame(
            {
                "token": tokens,
                "event_time": [now] * people,
                "hr_id": [str(number) for number in range(people)],
                "display_name": [f"Anna-Maria Example {number}" for number in range(people)],
                "manager": [_boss(number, tokens) for number in range(people)],
            },
            schema_overrides={"event_time": pl.Datetime("us", "UTC")},
        )
    )
    serving = ports.registry.serving()
    assert serving is not None
    rng = np.random.default_rng(1)
    for at in (now - timedelta(days=32), now - timedelta(hours=9)):
        risks = rng.beta(1.2, 5, people)
        for start in range(0, people, 5_000):
            some = zip(tokens[start : start + 5_000], risks[start : start + 5_000], strict=True)
            assert ports.scores.put(
                [_entry(token, float(risk), serving, at) for token, risk in some]
            )


def _boss(number: int, tokens: list[EmployeeToken]) -> EmployeeToken | None:
    """Return whom somebody reports to: a chain of leaders of the team, or one of 100 others."""
    if number == MANAGER:
        return None
    if number < LEVELS:
        return tokens[number - 1]
    if number <= TEAM:
        return tokens[number % LEVELS]
    is_leader = number <= TEAM + 100
    return None if is_leader else tokens[TEAM + 1 + number % 100]


def _entry(token: EmployeeToken, risk: float, model: ModelIdentity, at: datetime) -> BoardEntry:
    band = Band.HIGH if risk >= 0.4 else Band.MEDIUM if risk >= 0.2 else Band.LOW
    reasons = tuple(
        Reason(f"Measure{number:02}", 1.5, 0.01, "raises the risk by 1 point")
        for number in range(30)
    )
    return BoardEntry(token, risk, band, reasons, model, at, None, 0.16)

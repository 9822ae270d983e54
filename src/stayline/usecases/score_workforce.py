"""Score everyone at once, for the people who ask in the morning."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from stayline.domain.alert_policy import Band
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import ModelIdentity
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.endpoint import Endpoint
from stayline.ports.feature_store import TOKEN, FeatureStore
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.score_board import BoardEntry, ScoreBoard

CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class WorkforceScores:
    """How many were scored, in which band, by which model, and how many were left out and why."""

    count: int
    by_band: Mapping[Band, int]
    opted_out: int
    gone: int
    model: ModelIdentity


def score_workforce(
    *,
    endpoint: Endpoint,
    features: FeatureStore,
    scores: ScoreBoard,
    opt_outs: OptOutList,
    audit: AuditLog,
    clock: Clock,
    actor: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> WorkforceScores:
    """Put the newest risk of everyone on the board, but of nobody who opted out or has left.

    ``progress`` is told how many people are done, and of how many. Raises `NothingImported`,
    `NothingDeployed`.
    """
    started_at = clock.now()
    newest = features.newest()
    barred = opt_outs.opted_out(at=started_at)
    has_left = features.everyone_who_left(at=started_at)
    employed = newest.filter(~pl.col(TOKEN).is_in(list(has_left)))
    people = employed.filter(~pl.col(TOKEN).is_in(list(barred)))
    variant = endpoint.variant()
    by_band: Counter[Band] = Counter()
    for start in range(0, max(1, people.height), CHUNK):
        scored = variant.score(people.slice(start, CHUNK))
        entries = _entries(scored, variant.model, started_at)
        scores.put(entries)
        by_band.update(entry.band for entry in entries)
        progress(min(start + CHUNK, people.height), people.height)
    _take_down({*has_left, *opt_outs.opted_out(at=clock.now())}, scores)
    result = WorkforceScores(
        count=people.height,
        by_band={band: by_band[band] for band in Band},
        opted_out=employed.height - people.height,
        gone=newest.height - employed.height,
        model=variant.model,
    )
    audit.append(_event(result, actor, clock.now()))
    return result


def _take_down(tokens: set[str], scores: ScoreBoard) -> None:
    """Erase what the board still keeps of people who must not be on it."""
    for entry in scores.entries() if tokens else []:
        if entry.token in tokens:
            scores.erase(entry.token)


def _entries(scored: pl.DataFrame, model: ModelIdentity, scored_at: datetime) -> list[BoardEntry]:
    return [
        BoardEntry(EmployeeToken(token), risk, Band(band), (), model, scored_at)
        for token, risk, band in scored.select(TOKEN, "risk", "band").iter_rows()
    ]


def _event(result: WorkforceScores, actor: str, at: datetime) -> AuditEvent:
    return AuditEvent(
        AuditEventKind.WORKFORCE_SCORED,
        actor=actor,
        subject=str(result.model.version),
        at=at,
        details={
            "model_version": result.model.version,
            "count": result.count,
            "opted_out": result.opted_out,
            "gone": result.gone,
            **{band.value: count for band, count in result.by_band.items()},
        },
    )

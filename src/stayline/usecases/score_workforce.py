"""Score everyone at once, for the people who ask in the morning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl

from stayline.domain.alert_policy import Band
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.risk_score import ModelIdentity
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.endpoint import Endpoint, Variant
from stayline.ports.feature_store import TOKEN, FeatureStore
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.score_board import ScoreBoard, ScoringRun

CHUNK = 20_000
"""People in memory, and in one transaction, at a time."""
RESUMABLE_FOR = timedelta(hours=24)
"""How old a run may be to be taken up; its first scores are that old, too."""


@dataclass(frozen=True, slots=True)
class WorkforceScores:
    """How many were scored, in which band, by which model, and how many were left out and why.

    ``taken_up_at`` is how many people an earlier run, which came to no end, had already done.
    """

    count: int
    by_band: Mapping[Band, int]
    opted_out: int
    gone: int
    model: ModelIdentity
    taken_up_at: int = 0


def score_workforce(
    *,
    endpoint: Endpoint,
    features: FeatureStore,
    scores: ScoreBoard,
    opt_outs: OptOutList,
    audit: AuditLog,
    clock: Clock,
    actor: str,
    afresh: bool = False,
    chunk: int = CHUNK,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> WorkforceScores:
    """Put everyone's newest risk and reasons on the board, but nobody's who opted out or has left.

    One ``chunk`` of people is in memory at a time. A run of this model that was cut off less than a
    day ago is taken up where it ended, unless ``afresh``. ``progress`` is told how many people are
    done, and of how many. Raises `NothingImported`, `NothingDeployed`.
    """
    now = clock.now()
    total = features.count()
    variant = endpoint.variant()
    run = None if afresh else _unfinished(scores, variant.model, now)
    taken_up_at = run.done if run else 0
    run = run or scores.begin_run(variant.model, variant.assumed, at=now)
    has_left = features.everyone_who_left(at=now)
    left = pl.Series(list(has_left), dtype=pl.String)
    progress(min(run.done, total), total)
    for people in features.in_chunks(chunk, after=run.after):
        barred = opt_outs.opted_out(at=clock.now())
        employed = people.filter(~pl.col(TOKEN).is_in(left.implode()))
        due = employed.filter(~pl.col(TOKEN).is_in(list(barred)))
        run, scored = _scored(run, variant, people, employed, due)
        scores.keep(run, scored, due.select(variant.inputs), scored_at=now)
        scores.take_down(opt_outs.opted_out(at=clock.now()) - barred)
        now = clock.now()
        progress(min(run.done, total), total)
    progress(total, total)
    barred = opt_outs.opted_out(at=clock.now())
    scores.take_down({*has_left, *barred}, older_than=run.started_at)
    scores.end_run(run, at=clock.now())
    result = WorkforceScores(
        count=run.scored,
        by_band={band: run.by_band.get(band, 0) for band in Band},
        opted_out=run.opted_out,
        gone=run.gone,
        model=variant.model,
        taken_up_at=taken_up_at,
    )
    audit.append(_event(result, actor, clock.now()))
    return result


def _unfinished(scores: ScoreBoard, model: ModelIdentity, now: datetime) -> ScoringRun | None:
    run = scores.unfinished_run()
    if run is None or run.model != model or now - run.started_at >= RESUMABLE_FOR:
        return None
    return run


def _scored(
    run: ScoringRun,
    variant: Variant,
    people: pl.DataFrame,
    employed: pl.DataFrame,
    due: pl.DataFrame,
) -> tuple[ScoringRun, pl.DataFrame]:
    """Return the scores of those who are due, and the run as far as these people."""
    scored = variant.score(due)
    found = dict(scored.get_column("band").value_counts().iter_rows())
    further = replace(
        run,
        after=people.get_column(TOKEN).item(-1),
        by_band={band: run.by_band.get(band, 0) + found.get(band.value, 0) for band in Band},
        opted_out=run.opted_out + employed.height - due.height,
        gone=run.gone + people.height - employed.height,
    )
    return further, scored


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

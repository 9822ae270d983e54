"""Score everyone at once, for the people who ask in the morning."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

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
from stayline.ports.people_scorer import IS_EMPLOYED, IS_INSIDE, PeopleScorer, ScoredPeople
from stayline.ports.scorable_people import ScorablePeople
from stayline.ports.score_board import ScoreBoard, ScoringRun
from stayline.ports.scoring_control import ScoringControl
from stayline.usecases.score_workforce.parts import scored_here

CHUNK = 20_000
"""People in memory at a time."""
KEPT_AT_ONCE = 1_000
"""People in one transaction: requests that keep a score wait for it, some milliseconds."""
RESUMABLE_FOR = timedelta(hours=24)
"""How old a run may be to be taken up; its first scores are that old, too."""


@dataclass(frozen=True, slots=True)
class WorkforceScores:
    """How many were scored, in which band, by which model, and how many were left out and why.

    ``taken_up_at`` is how many people an earlier run, which came to no end, had already done;
    ``outside`` is how many the scope of a pilot leaves out.
    """

    count: int
    by_band: Mapping[Band, int]
    opted_out: int
    gone: int
    model: ModelIdentity
    taken_up_at: int = 0
    outside: int = 0


def score_workforce(
    *,
    endpoint: Endpoint,
    features: FeatureStore,
    scores: ScoreBoard,
    opt_outs: OptOutList,
    control: ScoringControl,
    audit: AuditLog,
    clock: Clock,
    actor: str,
    afresh: bool = False,
    chunk: int = CHUNK,
    scorer: PeopleScorer | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> WorkforceScores:
    """Put everyone's newest risk and reasons on the board, but nobody's who opted out or has left.

    One ``chunk`` of people is in memory at a time; with a ``scorer``, which reads and scores
    elsewhere, a few that are on their way back. A run of this model that was cut off less than a
    day ago is taken up where it ended, unless ``afresh`` or the scope of a pilot changed since. A
    run ends, to be taken up, as soon as scoring is stopped. ``progress`` is told how many people
    are done, and of how many. Who is erased or opts out while a chunk is scored may stand on the
    board until it is kept, and is taken down right after. The run is recorded before it ends:
    killed between the two, it is taken up and recorded once more, under the same ``run``. Raises
    `NothingImported`, `NothingDeployed`, `ScoringStopped`, and `ScoringUnderWay` while another run
    goes on.
    """
    with scores.scoring_alone():
        now = clock.now()
        control.scope()
        total = features.count()
        variant = endpoint.variant()
        run = None if afresh else _unfinished(scores, variant.model, control, now)
        taken_up_at = run.done if run else 0
        run = run or scores.begin_run(variant.model, variant.assumed, at=now)
        has_left = features.everyone_who_left(at=now)
        opted_out: Set[EmployeeToken] = set()
        left = pl.Series(sorted(has_left), dtype=pl.String)
        everyone = ScorablePeople(left, opt_outs, control, clock)
        progress(min(run.done, total), total)
        parts = (
            scored_here(everyone, variant, features, size=chunk, after=run.after)
            if scorer is None
            else scorer.scored(variant.model, everyone.parts(total, size=chunk, after=run.after))
        )
        for part in parts:
            before = run.after
            run = _kept(scores, opt_outs, clock, run, part, control)
            still_there = features.tokens_between(before, run.after)
            scores.take_down(set(part.scored.get_column(TOKEN)) - still_there)
            until_now = opt_outs.opted_out(at=clock.now())
            scores.take_down(until_now - opted_out)
            opted_out = until_now
            progress(min(run.done, total), total)
        progress(total, total)
        scores.take_down({*has_left, *opt_outs.opted_out(at=clock.now())})
        scores.take_down_older(run)
        result = WorkforceScores(
            count=run.scored,
            by_band={band: run.by_band.get(band, 0) for band in Band},
            opted_out=run.opted_out,
            gone=run.gone,
            model=variant.model,
            taken_up_at=taken_up_at,
            outside=run.outside,
        )
        audit.append(_event(result, run, actor, clock.now()))
        scores.end_run(run, at=clock.now())
        return result


def _unfinished(
    scores: ScoreBoard, model: ModelIdentity, control: ScoringControl, now: datetime
) -> ScoringRun | None:
    run = scores.unfinished_run()
    if run is None or run.model != model:
        return None
    pilot = control.state().pilot
    if pilot is not None and pilot.at >= run.started_at:
        return None
    if not timedelta(0) <= now - run.started_at < RESUMABLE_FOR:
        return None
    return run


def _kept(
    scores: ScoreBoard,
    opt_outs: OptOutList,
    clock: Clock,
    run: ScoringRun,
    some: ScoredPeople,
    control: ScoringControl,
) -> ScoringRun:
    """Keep the scores of those who are due, a part at a time; return the run that far on.

    Who opted out since the chunk was begun is left out of each part right before it is kept.
    """
    for part in some.people.iter_slices(KEPT_AT_ONCE):
        control.scope()  # raises once scoring is stopped
        last = part.get_column(TOKEN).item(-1)
        in_part = pl.col(TOKEN).is_between(pl.lit(run.after), pl.lit(last), closed="right")
        here = in_part & ~pl.col(TOKEN).is_in(list(opt_outs.opted_out(at=clock.now())))
        theirs = some.scored.filter(here)
        still_employed = part.filter(IS_EMPLOYED).height
        inside = part.filter(IS_INSIDE).height
        found = dict(theirs.get_column("band").value_counts().iter_rows())
        run = replace(
            run,
            after=last,
            by_band={band: run.by_band.get(band, 0) + found.get(band.value, 0) for band in Band},
            opted_out=run.opted_out + inside - theirs.height,
            gone=run.gone + part.height - still_employed,
            outside=run.outside + still_employed - inside,
        )
        values = some.values.filter(here).drop(TOKEN)
        scores.keep(run, theirs, values, scored_at=some.at)
    return run


def _event(result: WorkforceScores, run: ScoringRun, actor: str, at: datetime) -> AuditEvent:
    return AuditEvent(
        AuditEventKind.WORKFORCE_SCORED,
        actor=actor,
        subject=str(result.model.version),
        at=at,
        details={
            "run": run.number,
            "model_version": result.model.version,
            "count": result.count,
            "opted_out": result.opted_out,
            "gone": result.gone,
            "outside": result.outside,
            **{band.value: count for band, count in result.by_band.items()},
        },
    )

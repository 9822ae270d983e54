"""Gather who was out when, and what was done about them."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from io import BytesIO

import polars as pl

from stayline.domain.audit_events import AuditEventKind
from stayline.domain.compliance.areas.humans import HARMFUL
from stayline.domain.compliance.areas.opt_out_records import (
    Adverse,
    Asked,
    Interval,
    OptOutEvidence,
    ScoreSeen,
    TrainingSeen,
)
from stayline.domain.compliance.verdicts import Window
from stayline.domain.pipeline_execution import Execution
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.register.accountability import Document
from stayline.domain.register.oversight import HrEvent
from stayline.domain.register.rights import Erasure, RequestKind, RightsRequest
from stayline.domain.register.words import ELSEWHERE, without_words
from stayline.domain.roles import PERMITTED, Operation
from stayline.errors import NothingImported, NothingKept
from stayline.ports.audit_log import AuditLog
from stayline.ports.capture_log import CaptureLog
from stayline.ports.clock import Clock
from stayline.ports.directory import Directory
from stayline.ports.feature_store import TOKEN, FeatureStore
from stayline.ports.governance_register import GovernanceRegister
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.pipeline_runner import PipelineRunner
from stayline.ports.score_board import ScoreBoard
from stayline.usecases.check_compliance.probes import probes
from stayline.usecases.check_compliance.served import manifest_of
from stayline.usecases.check_compliance.trail import trail

_CHANGES = (AuditEventKind.OPTED_OUT, AuditEventKind.OPTED_IN)
_SCORES = (
    AuditEventKind.EMPLOYEE_SCORED,
    AuditEventKind.EMPLOYEE_VIEWED,
    AuditEventKind.CHANGES_WEIGHED,
)
DISPOSITION = "disposition:version-"
"""What the document is called that says what becomes of a model from before an opt-out."""


def gather_opt_out(
    window: Window,
    *,
    opt_outs: OptOutList,
    scores: ScoreBoard,
    features: FeatureStore,
    directory: Directory,
    capture: CaptureLog,
    registry: ModelRegistry,
    runner: PipelineRunner,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
) -> OptOutEvidence:
    """Return the evidence of area OPT."""
    now = clock.now()
    intervals = _intervals(window, opt_outs, audit, now)
    out = {EmployeeToken(one.token) for one in intervals}
    erasures = tuple(
        entry.record for entry in register.entries(Erasure) if entry.record.lifted_at is None
    )
    scored, seen = _scores(window, out, audit)
    requests = [without_words(entry.record, ELSEWHERE) for entry in register.entries(RightsRequest)]
    barred = out | {EmployeeToken(one.subject) for one in erasures}
    times = [one.since for one in intervals] + [one.started_at for one in erasures]
    return OptOutEvidence(
        looked_at=now,
        intervals=tuple(intervals),
        scored=scored,
        scores=tuple(seen),
        kept=tuple(
            ScoreSeen(entry.token, entry.scored_at, "kept")
            for entry in map(scores.find, sorted(out))
            if entry is not None
        ),
        trainings=tuple(_trainings(window, runner, barred)),
        earlier_models=tuple(_earlier_models(registry, register, max(times, default=None))),
        asked=tuple(_asked(window, requests, intervals)),
        inputs=_inputs(registry),
        may_see=tuple(sorted(PERMITTED[Operation.SEE_OPT_OUT])),
        adverse=_adverse(window, register, opt_outs.opted_out(at=now), _headcount(features)),
        requests=tuple(one for one in requests if _concerns(one, window)),
        erasures=erasures,
        probes=tuple(probes([one.subject for one in erasures], features, scores, directory,
                            capture, now)),
    )  # fmt: skip


def _intervals(
    window: Window, opt_outs: OptOutList, audit: AuditLog, now: datetime
) -> list[Interval]:
    """Return the intervals of everybody who is out now or changed that in the window."""
    changed = {event.subject for event in trail(audit, window.since, now, _CHANGES)}
    return [
        Interval(one.token, one.since, one.until)
        for token in sorted(changed | opt_outs.opted_out(at=now))
        for one in opt_outs.intervals(EmployeeToken(token))
    ]


def _scores(window: Window, out: Collection[str], audit: AuditLog) -> tuple[int, list[ScoreSeen]]:
    """Count the scores of the window, and return those of people who were ever out."""
    scored, seen = 0, []
    for event in trail(audit, window.since, window.until, _SCORES):
        path = str(event.details.get("source", "live"))
        if event.kind is AuditEventKind.EMPLOYEE_VIEWED:
            if not event.details.get("shown_score"):
                continue
            path = "viewed"
        elif event.kind is AuditEventKind.CHANGES_WEIGHED:
            path = "weighed"
        scored += 1
        if event.subject in out:
            seen.append(ScoreSeen(event.subject, event.at, path))
    return scored, seen


def _trainings(
    window: Window, runner: PipelineRunner, barred: Collection[str]
) -> Iterator[TrainingSeen]:
    for execution in runner.executions():
        if window.holds(execution.started_at):
            people = _people(execution, runner)
            among = () if people is None else sorted(set(barred).intersection(people))
            yield TrainingSeen(
                execution.execution_id,
                execution.started_at,
                None if people is None else len(people),
                tuple(among),
            )


def _people(execution: Execution, runner: PipelineRunner) -> frozenset[str] | None:
    """Return the tokens in what the execution learned from; None where that is gone."""
    found = set[str]()
    for step in execution.steps:
        if "people" in step.outputs:
            with suppress(NothingKept):
                for content in runner.output(execution.execution_id, step.name, "people").values():
                    found.update(pl.read_parquet(BytesIO(content), columns=[TOKEN])[TOKEN])
    return frozenset(found) or None


def _earlier_models(
    registry: ModelRegistry, register: GovernanceRegister, newest: datetime | None
) -> Iterator[str]:
    deployed = registry.deployed()
    if deployed is None or newest is None or deployed.trained_at >= newest:
        return
    if not register.entries(Document, subject=f"{DISPOSITION}{deployed.version}"):
        yield f"version-{deployed.version}"


def _asked(
    window: Window, requests: Sequence[RightsRequest], intervals: Sequence[Interval]
) -> Iterator[Asked]:
    for request in requests:
        if request.kind is RequestKind.OBJECTION and _concerns(request, window):
            since = [
                one.since
                for one in intervals
                if one.token == request.subject
                and (one.until is None or one.until.date() >= request.received_on)
            ]
            yield Asked(request.subject, request.received_on, min(since, default=None))


def _concerns(request: RightsRequest, window: Window) -> bool:
    """Whether a request was open at some time of the window."""
    is_there = request.received_on <= window.until.date()
    return is_there and (request.closed_on is None or request.closed_on >= window.since.date())


def _inputs(registry: ModelRegistry) -> tuple[str, ...]:
    deployed = registry.deployed()
    manifest = None if deployed is None else manifest_of(deployed, registry)
    return () if manifest is None else tuple(item.name for item in manifest.inputs)


def _headcount(features: FeatureStore) -> int:
    with suppress(NothingImported):
        return features.count()
    return 0


def _adverse(
    window: Window, register: GovernanceRegister, out: Collection[str], people: int
) -> Adverse:
    """Count to how many people something harmful happened: who is out, and everybody else."""
    met = {
        entry.record.subject
        for entry in register.entries(HrEvent)
        if window.holds(entry.record.happened_at)
        and entry.record.event.casefold().startswith(HARMFUL)
    }
    concerned = met & set(out)
    return Adverse(len(concerned), len(out), len(met - concerned), max(people - len(out), 0))

"""What each area of a healthy quarter looks like; all times are relative to its end."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from stayline.domain.compliance.areas.human_records import (
    ActionTaken,
    Drilled,
    HrEventSeen,
    HumanEvidence,
    ScoreView,
)
from stayline.domain.compliance.areas.log import LogEvidence, Reconciled, Replayed
from stayline.domain.compliance.areas.model_records import (
    DeclaredMetric,
    GateSeen,
    LiveQuality,
    ModelEvidence,
    RangAlarm,
    ServedVersion,
    TrainedOn,
)
from stayline.domain.compliance.areas.opt_out_records import (
    Adverse,
    Asked,
    Interval,
    OptOutEvidence,
    Probe,
    ScoreSeen,
    TrainingSeen,
)
from stayline.domain.compliance.areas.retention_records import (
    PurgeAttempt,
    RetentionEvidence,
    StoreAge,
)
from stayline.domain.register.oversight import HrEvent, OverseerTraining, StopDrill
from stayline.domain.register.retention import PurgeRun
from stayline.domain.register.rights import Erasure, RequestKind, RightsRequest

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
LENGTH = 91 * DAY
OUT, ERASED, SCORED = "a" * 32, "b" * 32, "c" * 32
MANAGERS = ("subject-ana", "subject-bo")
ACTIONS_EACH = 40


def purge_run(until: datetime, **values: Any) -> PurgeRun:
    """Return a store's part of a purge run on the last day, in which all went well."""
    started_at = until - timedelta(hours=3)
    run = PurgeRun(
        subject="capture", run_id="run-1", record_class="raw_inputs", jurisdiction="*",
        started_at=started_at, completed_at=started_at + SECOND, ceiling_days=179.0,
        floor_days=None, deleted=10, youngest_deleted_days=179.0, oldest_left_days=178.9,
        held_back=0,
    )  # fmt: skip
    return replace(run, **values)


def healthy_retention(until: datetime) -> RetentionEvidence:
    """Return a quarter in which the purge ran every day."""
    since = until - LENGTH
    return RetentionEvidence(
        looked_at=until,
        stores=(StoreAge("capture", 1000, until - 179 * DAY),),
        backups=(StoreAge("backup-1", 1, until - 10 * DAY),),
        ledger=(
            purge_run(until),
            purge_run(until, subject="answers", record_class="events", deleted=0),
            purge_run(until, run_id="scan-1", started_at=until - timedelta(hours=2), deleted=0),
        ),
        attempts=tuple(PurgeAttempt(since + day * DAY, True) for day in range(91)),
        kept_since=since - 400 * DAY,
    )


def request(until: datetime, **values: Any) -> RightsRequest:
    """Return a request that was answered in five days."""
    day = (until - 40 * DAY).date()
    return replace(
        RightsRequest(OUT, RequestKind.ACCESS, "EU", day, day + 30 * DAY, day + 5 * DAY), **values
    )


def healthy_opt_out(until: datetime) -> OptOutEvidence:
    """Return a quarter in which one person stepped out and another was erased."""
    out_since = until - 30 * DAY
    return OptOutEvidence(
        looked_at=until,
        intervals=(Interval(OUT, out_since),),
        scored=1000,
        scores=(ScoreSeen(OUT, out_since - SECOND, "live"),),
        trainings=(TrainingSeen("execution-1", until - 10 * DAY, 900),),
        asked=(Asked(OUT, out_since.date(), out_since),),
        inputs=("Age", "MonthlyIncome"),
        may_see=("privacy_officer",),
        adverse=Adverse(out=0, out_of=10, others=20, others_of=1000),
        requests=(request(until),),
        erasures=(Erasure(ERASED, until - 20 * DAY, until - 20 * DAY + SECOND),),
        probes=(Probe(ERASED, "feature store", False), Probe(ERASED, "capture", False)),
    )


def action(until: datetime, number: int = 0, actor: str = MANAGERS[0], **values: Any) -> Any:
    """Return a decision, each two hours after the one before, every eighth of them a dispute."""
    kind = "score_disputed" if number % 8 == 0 else "stay_conversation"
    return replace(
        ActionTaken(
            decision_id=f"{actor}-{number}", token=f"{number:032x}", action=kind, actor=actor,
            at=until - 20 * DAY + number * timedelta(hours=2), reason_length=60,
            is_template=False, reason_digest=f"digest-{actor}-{number}",
        ),
        **values,
    )  # fmt: skip


def healthy_humans(until: datetime) -> HumanEvidence:
    """Return a quarter in which two trained managers decided on what they had seen."""
    actions = tuple(
        action(until, number, actor) for actor in MANAGERS for number in range(ACTIONS_EACH)
    )
    drill = StopDrill(
        "drill-1", until - 5 * DAY, until - 5 * DAY + SECOND / 2, until - 5 * DAY + 60 * SECOND, 0
    )
    promoted = HrEvent(SCORED, "promotion", until - 3 * DAY)
    return HumanEvidence(
        actions=actions,
        programs=("key-1",),
        views=tuple(ScoreView(one.token, one.actor, one.at - 30 * SECOND) for one in actions),
        training=tuple(
            OverseerTraining(actor, "scores", "decide", until - 300 * DAY, until + 60 * DAY)
            for actor in MANAGERS
        ),
        drills=(Drilled(drill),),
        hr_events=(HrEventSeen(promoted),),
    )


def healthy_log(until: datetime) -> LogEvidence:
    """Return a quarter in which every answer was captured and can be replayed."""
    return LogEvidence(
        answers=Reconciled(until - LENGTH, answered=1000, captured=1000),
        events=5000,
        seed=7,
        replays=(Replayed("prediction-1", 3, 0.25, 0.25),),
    )


def served(until: datetime, **values: Any) -> ServedVersion:
    """Return a version that ana trained and bo approved before anybody was scored by it."""
    digest = "sha256:" + "d" * 64
    return replace(
        ServedVersion(
            version=3, digest=digest, trained_by="ana", approved_by="bo",
            approved_at=until - 80 * DAY, first_traffic_at=until - 79 * DAY,
            deployed_at=until - 79 * DAY - SECOND, deployed_digests=(digest,),
        ),
        **values,
    )  # fmt: skip


def healthy_models(until: datetime) -> ModelEvidence:
    """Return a quarter with one version, watched every day."""
    rang_at = until - 50 * DAY
    return ModelEvidence(
        served=(served(until),),
        metrics=(DeclaredMetric(3, "roc_auc", 0.8, 0.8),),
        live=(LiveQuality(3, until - 2 * DAY, "auc", False),),
        gates=(GateSeen(3, "fairness (Gender = Female)", has_passed=True, is_blocking=True),),
        watched_days=tuple((until - day * DAY).date() for day in range(1, 93)),
        watched_since=until - 79 * DAY,
        alarms=(RangAlarm("drift", rang_at, rang_at + 2 * DAY),),
        trained=(TrainedOn(3, 12, 15),),
    )

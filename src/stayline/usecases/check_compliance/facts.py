"""Replay on which facts answers and trainings rested, by the feature store's two clocks."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from io import BytesIO

import msgspec
import polars as pl

from stayline.domain.compliance.areas.data import FactUsed
from stayline.domain.compliance.verdicts import Window
from stayline.domain.pipeline_execution import Execution
from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import NothingKept
from stayline.ports.capture_log import CaptureLog
from stayline.ports.feature_store import (
    AS_OF,
    EVENT_TIME,
    FEATURES,
    INSTANT,
    KNOWN_BY,
    TOKEN,
    WRITE_TIME,
    FeatureStore,
)
from stayline.ports.pipeline_runner import PipelineRunner
from stayline.usecases.check_compliance.captured import Captured, captured
from stayline.usecases.check_compliance.sampled import sampled

_VALUES = msgspec.json.Decoder(dict[str, object])


def facts_of_answers(
    window: Window, count: int, seed: int, capture: CaptureLog, features: FeatureStore
) -> list[FactUsed]:
    """Return the fact behind each of a sample of captured answers about somebody in the store.

    The captured row says what was used: where it is what was known at that instant, that fact is
    told; where it is a fact of the person's that only came later, that one. An answer to values
    that the store never had rests on what its caller sent, and is left out.
    """
    named = (one for one in captured(capture, window.since, window.until) if one.token is not None)
    answers = sampled(named, count, seed)
    if not answers:
        return []
    spine = pl.DataFrame(
        {
            TOKEN: [one.token for one in answers],
            AS_OF: [one.at for one in answers],
            KNOWN_BY: [one.at for one in answers],
        },
        schema_overrides={AS_OF: INSTANT, KNOWN_BY: INSTANT},
    )
    then = features.join(FEATURES, spine).to_dicts()
    now = features.newest(sorted({EmployeeToken(str(one.token)) for one in answers})).to_dicts()
    newest = {str(row[TOKEN]): row for row in now}
    return list(_of_answers(answers, then, newest))


def _of_answers(
    answers: Sequence[Captured],
    then: Sequence[Mapping[str, object]],
    newest: Mapping[str, Mapping[str, object]],
) -> Iterator[FactUsed]:
    for one, known in zip(answers, then, strict=True):
        values = _values(one)
        for fact in (known, newest.get(str(one.token))):
            if fact is not None and _is_of(values, fact):
                yield _fact(one.event_id, fact, one.at)
                break


def _values(one: Captured) -> Mapping[str, object]:
    with suppress(msgspec.MsgspecError):
        return _VALUES.decode(one.request)
    return {}


def _is_of(values: Mapping[str, object], fact: Mapping[str, object]) -> bool:
    """Whether what was asked is what the fact holds; columns of only one side say nothing."""
    shared = values.keys() & fact.keys()
    return (
        fact[EVENT_TIME] is not None
        and bool(shared)
        and all(_plain(values[name]) == _plain(fact[name]) for name in shared)
    )


def _plain(value: object) -> object:
    """Return a value as it compares: numbers as floats, dates as text."""
    if isinstance(value, int | float):
        return float(value)
    return None if value is None else str(value)


def facts_of_trainings(
    versions: Collection[str],
    count: int,
    seed: int,
    runner: PipelineRunner,
    features: FeatureStore,
    now: datetime,
) -> list[FactUsed]:
    """Return the fact behind each of a sample of the rows that these executions learned from.

    A row that was not known when the execution began is told with the times of the fact that came
    later. What has been erased since cannot be replayed, and is left out.
    """
    found = list[FactUsed]()
    for execution in runner.executions():
        if execution.execution_id in versions:
            rows = sampled(_people(execution, runner), count, seed)
            if rows:
                found += facts_of_rows(rows, execution, features, now)
    return found


def facts_of_rows(
    rows: Sequence[tuple[str, datetime]],
    execution: Execution,
    features: FeatureStore,
    now: datetime,
) -> Iterator[FactUsed]:
    """Yield the fact behind each row (token and time) that an execution learned from."""
    spine = pl.DataFrame(
        {TOKEN: [token for token, _ in rows], AS_OF: [at for _, at in rows]},
        schema_overrides={AS_OF: INSTANT},
    )
    began = pl.lit(execution.started_at, INSTANT).alias(KNOWN_BY)
    known = features.join(FEATURES, spine.with_columns(began)).to_dicts()
    later = features.join(FEATURES, spine.with_columns(pl.lit(now, INSTANT).alias(KNOWN_BY)))
    for (_, at), before, after in zip(rows, known, later.to_dicts(), strict=True):
        fact = before if before[EVENT_TIME] == at else after
        if fact[EVENT_TIME] == at:
            yield _fact(execution.execution_id, fact, execution.started_at)


def _people(execution: Execution, runner: PipelineRunner) -> Iterator[tuple[str, datetime]]:
    """Yield token and time of each row that the execution learned from, where that is kept."""
    for step in execution.steps:
        if "people" in step.outputs:
            with suppress(NothingKept):
                for content in runner.output(execution.execution_id, step.name, "people").values():
                    yield from pl.read_parquet(
                        BytesIO(content), columns=[TOKEN, EVENT_TIME]
                    ).iter_rows()


def _fact(used_by: str, fact: Mapping[str, object], cut_off: datetime) -> FactUsed:
    happened, written = (msgspec.convert(fact[name], datetime) for name in (EVENT_TIME, WRITE_TIME))
    return FactUsed(used_by, happened, written, cut_off)

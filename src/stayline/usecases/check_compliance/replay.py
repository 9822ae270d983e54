"""Ask archived models again what they answered."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

import msgspec

from stayline.domain.compliance.areas.log import Replayed
from stayline.domain.compliance.verdicts import Window
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import FieldValue
from stayline.errors import NothingImported, PackageRefused, StaylineError, UnknownModel
from stayline.formats.model_archive import read_archive
from stayline.modelling.predictor import Predictor
from stayline.ports.capture_log import CaptureLog
from stayline.ports.feature_store import FeatureStore
from stayline.ports.model_registry import ModelRegistry
from stayline.usecases.check_compliance.captured import Captured, captured
from stayline.usecases.check_compliance.sampled import sampled

_VALUES = msgspec.json.Decoder(dict[str, FieldValue])


def replays(
    window: Window,
    count: int,
    seed: int,
    capture: CaptureLog,
    features: FeatureStore,
    registry: ModelRegistry,
) -> Iterator[Replayed]:
    """Yield a random sample of the window's answers, the same for the same seed, asked again."""
    predictors: dict[int | None, Predictor | None] = {}
    found = sampled(captured(capture, window.since, window.until), count, seed)
    for one in sorted(found, key=lambda one: (one.at, one.event_id)):
        if one.model_version not in predictors:
            predictors[one.model_version] = _predictor(one.model_version, registry)
        yield _replayed(one, predictors[one.model_version], features)


def _predictor(version: int | None, registry: ModelRegistry) -> Predictor | None:
    with suppress(UnknownModel, PackageRefused):
        if version is not None:
            digest = registry.find(version).digest
            return Predictor.from_archive(read_archive(registry.archive(digest), digest))
    return None


def _replayed(one: Captured, predictor: Predictor | None, features: FeatureStore) -> Replayed:
    version = one.model_version or 0
    if predictor is None:
        return Replayed(one.event_id, version, one.risk, None, "its model cannot be read")
    try:
        values = _VALUES.decode(one.request)
        again = [_risk(predictor, values, at) for at in _as_of(one, features)]
    except (msgspec.MsgspecError, StaylineError) as error:
        return Replayed(one.event_id, version, one.risk, None, type(error).__name__)
    return Replayed(
        one.event_id, version, one.risk, min(again, key=lambda risk: abs(risk - one.risk))
    )


def _as_of(one: Captured, features: FeatureStore) -> list[datetime]:
    """Return as of when the inputs may have been true, which turns dates into durations.

    The captured row does not say: it is when the answer was asked for, or the person's own record.
    """
    times = [one.at]
    with suppress(NothingImported):
        record = None if one.token is None else features.get(EmployeeToken(one.token))
        times += [] if record is None else [record.event_time]
    return times


def _risk(predictor: Predictor, values: dict[str, FieldValue], at: datetime) -> float:
    (found,) = predictor.predict([values], [at], with_reasons=False)
    return found.risk

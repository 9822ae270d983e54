"""Ask every store whether it still has something of somebody who was erased."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from stayline.domain.compliance.areas.opt_out_records import Probe
from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import NothingImported
from stayline.ports.capture_log import CaptureLog
from stayline.ports.directory import Directory
from stayline.ports.feature_store import FeatureStore
from stayline.ports.score_board import ScoreBoard
from stayline.usecases.check_compliance.captured import captured
from stayline.usecases.check_compliance.trail import BEGINNING


def probes(
    tokens: Sequence[str],
    features: FeatureStore,
    scores: ScoreBoard,
    directory: Directory,
    capture: CaptureLog,
    now: datetime,
) -> Iterator[Probe]:
    """Yield an answer for each person and store; the captured answers are read once for all."""
    if not tokens:
        return
    asked = set(tokens)
    found = {one.token for one in captured(capture, BEGINNING, now) if one.token in asked}
    for token in map(EmployeeToken, tokens):
        yield Probe(token, "feature store", _has_features(token, features))
        yield Probe(token, "score board", scores.find(token) is not None)
        yield Probe(token, "directory", directory.find(token) is not None)
        yield Probe(token, "capture", token in found)


def _has_features(token: EmployeeToken, features: FeatureStore) -> bool:
    with suppress(NothingImported):
        return features.get(token) is not None
    return False

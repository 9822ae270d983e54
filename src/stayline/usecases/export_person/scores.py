"""The scores that were made of a person, each explained from what is archived."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec
import polars as pl

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.capture import CaptureRecord
from stayline.domain.person_export import ExplainedScore, Fact
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import FieldValue, Prediction
from stayline.domain.score_words import score_in_words
from stayline.errors import PackageRefused, StaylineError, UnknownModel
from stayline.formats.captured_inputs import captured_inputs
from stayline.formats.model_archive import read_archive
from stayline.modelling.predictor import Predictor
from stayline.ports.answer_book import AnswerBook
from stayline.ports.capture_log import CaptureLog
from stayline.ports.feature_store import TOKEN
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.score_board import EarlierScore, ScoreBoard

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_A_WHILE = timedelta(days=1)
_SAME = 1e-6
BOARD, CAPTURED, ANSWERED = "kept score", "captured request", "answer without its inputs"
EARLIER = "kept score of a month before, without its inputs"


class _Answer(msgspec.Struct):
    risk: float
    band: str
    model_version: int


@dataclass(slots=True)
class Scores:
    """Gathers what was said of a person: on the board, in captures, in the book of answers."""

    tokens: Sequence[EmployeeToken]
    facts: Sequence[Fact]
    events: Sequence[AuditEvent]
    capture: CaptureLog
    scores: ScoreBoard
    answers: AnswerBook
    registry: ModelRegistry
    now: datetime
    _models: dict[int, Predictor | None] = field(default_factory=dict)

    def explained(self) -> tuple[ExplainedScore, ...]:
        """Return every score once, oldest first."""
        asked = {
            str(event.details.get("prediction_id")): event
            for event in self.events
            if event.kind is AuditEventKind.EMPLOYEE_SCORED
        }
        found: list[ExplainedScore] = []
        for told in (self._kept(asked), self._captured(asked), self._answered(asked)):
            seen = {score.prediction_id for score in found}
            found += [score for score in told if score.prediction_id not in seen]
        return tuple(sorted(found, key=lambda score: score.scored_at))

    def _kept(self, asked: Mapping[str, AuditEvent]) -> Iterator[ExplainedScore]:
        for token in self.tokens:
            entry = self.scores.find(token)
            if entry is None:
                continue
            event = asked.get(str(entry.prediction_id))
            yield ExplainedScore(
                BOARD, entry.prediction_id, entry.scored_at, entry.risk, entry.band.value,
                entry.base_risk, entry.model.version, event.actor if event else None,
                is_what_if=False,
                inputs={reason.feature: reason.value for reason in entry.reasons},
                in_words=score_in_words(
                    risk=entry.risk, band=entry.band.value, base_risk=entry.base_risk,
                    reasons=entry.reasons, model_version=entry.model.version,
                    scored_at=entry.scored_at,
                ),
            )  # fmt: skip
            if entry.earlier is not None:
                yield _earlier(entry.earlier)

    def _captured(self, asked: Mapping[str, AuditEvent]) -> Iterator[ExplainedScore]:
        for record in self.capture.read(_EVER, self.now + _A_WHILE):
            if not any(token in record.answer for token in self.tokens):
                continue  # most are of others; to read every one of them would take long
            inputs, token = captured_inputs(record) or ({}, None)
            answer = _answer(record)
            if token not in self.tokens or answer is None:
                continue
            found = self._again(inputs, answer, record.inferred_at)
            event = asked.get(record.event_id)
            yield ExplainedScore(
                CAPTURED, record.event_id, record.inferred_at, answer.risk, answer.band,
                found.base_risk if found else None, answer.model_version,
                event.actor if event else None,
                is_what_if=bool(event and event.details.get("is_what_if")),
                inputs=inputs,
                in_words=score_in_words(
                    risk=answer.risk, band=answer.band,
                    base_risk=found.base_risk if found else None,
                    reasons=found.reasons if found else (),
                    model_version=answer.model_version, scored_at=record.inferred_at,
                ),
            )  # fmt: skip

    def _answered(self, asked: Mapping[str, AuditEvent]) -> Iterator[ExplainedScore]:
        for package in self.registry.packages():
            version = package.version
            book = self.answers.between(_EVER, self.now + _A_WHILE, model_version=version)
            for row in book.filter(pl.col(TOKEN).is_in(list(self.tokens))).iter_rows(named=True):
                event = asked.get(row["event_id"])
                yield ExplainedScore(
                    ANSWERED, row["event_id"], row["inferred_at"], row["risk"], None, None,
                    version, event.actor if event else None,
                    is_what_if=bool(event and event.details.get("is_what_if")),
                    inputs={},
                    in_words=score_in_words(
                        risk=row["risk"], band=None, base_risk=None, reasons=(),
                        model_version=version, scored_at=row["inferred_at"],
                    ),
                )  # fmt: skip

    def _again(
        self, inputs: Mapping[str, FieldValue], answer: _Answer, at: datetime
    ) -> Prediction | None:
        """Return what the archived model says of these inputs, if it is what was said then.

        Dates among the inputs count from when the facts were true, as they did then.
        """
        model = self._model(answer.model_version)
        known = [f.event_time for f in self.facts if f.written_at and f.written_at <= at]
        for as_of in {max(known, default=at), at}:
            with suppress(StaylineError, KeyError, ValueError, TypeError):
                if model is not None:
                    (found,) = model.predict([inputs], [as_of])
                    if abs(found.risk - answer.risk) <= _SAME:
                        return found
        return None

    def _model(self, version: int) -> Predictor | None:
        if version not in self._models:
            self._models[version] = None
            with suppress(UnknownModel, PackageRefused):
                digest = self.registry.find(version).digest
                archive = read_archive(self.registry.archive(digest), digest)
                self._models[version] = Predictor.from_archive(archive)
        return self._models[version]


def _answer(record: CaptureRecord) -> _Answer | None:
    try:
        return msgspec.json.decode(record.answer, type=_Answer)
    except msgspec.MsgspecError:
        return None


def _earlier(score: EarlierScore) -> ExplainedScore:
    version = score.model.version
    return ExplainedScore(
        EARLIER, None, score.scored_at, score.risk, None, None, version, None,
        is_what_if=False,
        inputs={},
        in_words=score_in_words(
            risk=score.risk, band=None, base_risk=None, reasons=(),
            model_version=version, scored_at=score.scored_at,
        ),
    )  # fmt: skip

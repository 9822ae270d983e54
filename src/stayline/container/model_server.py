"""A model behind SageMaker's container contract: ``/ping``, ``/invocations`` and what goes with it.

It keeps nothing: the platform captures requests and tells who may call. What a home has to do for
an answer, such as audit and capture, is the gateway's (`stayline.web`).
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import ClassVar
from uuid import uuid4

import msgspec

from stayline.container.people import People
from stayline.domain.risk_score import FieldValue, ModelIdentity, RiskScore, ScoreSource
from stayline.domain.score_request import ScoreRequest, checked_fields, field_report
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.formats.container_variables import ContainerVariables
from stayline.formats.content_types import Form, NotAcceptable, answer_form, request_form
from stayline.formats.custom_attributes import told_model
from stayline.formats.invocation_answers import answer_body, answer_type
from stayline.formats.invocation_rows import ModelColumns, read_rows
from stayline.modelling.predictor import Predictor
from stayline.ports.clock import Clock
from stayline.web.calls import Answer, Call
from stayline.web.runtime.invocation_headers import (
    CUSTOM_ATTRIBUTES,
    checked_headers,
    with_explanations,
)
from stayline.web.runtime.reading_errors import container_error

MOST_ROWS = 100_000
LARGEST_BODY = 6_291_456
UNREGISTERED = 0
"""The version of a model that is served from its files alone."""


@dataclass(frozen=True, slots=True)
class ModelServer:
    """Answers one model's calls; ``largest_body`` is in bytes."""

    predictor: Predictor
    digest: str
    schema: WorkforceSchema
    people: People
    variables: ContainerVariables
    clock: Clock
    largest_body: int = LARGEST_BODY

    together: ClassVar[int] = 1

    def takes(self, path: str) -> bool:
        """Whether short requests to this address may be answered in the fast lane."""
        return path == "/invocations"

    def accepts(self, _: Call) -> bool:
        """Whether a short request is answered there: each is."""
        return True

    def answers(self, calls: Sequence[Call]) -> list[Answer]:
        """Return the answers of short requests that came together."""
        return [self.answer(call) for call in calls]

    def settle(self) -> None:
        """Do nothing: what was answered is not counted here."""

    def answer(self, call: Call) -> Answer:
        """Return the answer of any call."""
        if len(call.body) > self.largest_body:
            return Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, (), b"")
        if (call.method, call.path) == ("POST", "/invocations"):
            try:
                return self._invoked(call)
            except Exception as error:
                return container_error(error)
        if (call.method, call.path) == ("GET", "/ping"):
            return Answer(HTTPStatus.OK, (), b"")
        if (call.method, call.path) == ("GET", "/execution-parameters"):
            return _json(self._execution_parameters())
        known = call.path in ("/invocations", "/ping", "/execution-parameters")
        return Answer(HTTPStatus.METHOD_NOT_ALLOWED if known else HTTPStatus.NOT_FOUND, (), b"")

    def _execution_parameters(self) -> dict[str, int | str]:
        return {
            "MaxConcurrentTransforms": os.cpu_count() or 1,
            "BatchStrategy": "MULTI_RECORD",
            "MaxPayloadInMB": max(1, self.largest_body >> 20),
        }

    def _invoked(self, call: Call) -> Answer:
        if not call.body:
            return Answer(HTTPStatus.NO_CONTENT, (), b"")
        checked_headers(call)
        form = request_form(call.header(b"content-type"))
        with_reasons = with_explanations(call)
        default = Form.JSON if with_reasons else self.variables.default_form
        accept = answer_form(call.header(b"accept"), default)
        if with_reasons and accept is Form.CSV:
            raise NotAcceptable("Explanations come as JSON or JSON Lines only.")
        now = self.clock.now()
        columns = ModelColumns(
            known=lambda: frozenset(column.name for column in self.schema.columns),
            inputs=lambda: self.predictor.inputs,
            width=lambda: self.predictor.width,
            decode=lambda cells: self.predictor.decode_row(cells, now),
        )
        rows = read_rows(call.body, form, columns, most=MOST_ROWS)
        scores = self._scores(rows, now, with_reasons=with_reasons)
        body = answer_body(
            scores, accept, selected=self.variables.selected, with_reasons=with_reasons
        )
        headers = (
            (b"content-type", answer_type(accept).encode()),
            (CUSTOM_ATTRIBUTES, told_model(self.digest).encode()),
        )
        return Answer(HTTPStatus.OK, headers, body)

    def _scores(
        self, rows: Sequence[ScoreRequest], now: datetime, *, with_reasons: bool
    ) -> list[RiskScore]:
        inputs = self.predictor.inputs
        given = checked_fields(rows, schema=self.schema, inputs=inputs)
        made: list[tuple[Mapping[str, FieldValue], datetime]] = []
        for row, fields in zip(rows, given, strict=True):
            stored: Mapping[str, FieldValue] = {}
            as_of = now
            if row.employee_id is not None:
                stored, as_of = self.people.features(row.employee_id, row.at("employee_id"), now)
            made.append(({**{name: stored.get(name) for name in inputs}, **fields}, as_of))
        predictions = self.predictor.predict(
            [values for values, _ in made], [at for _, at in made], with_reasons=with_reasons
        )
        return [
            RiskScore(
                prediction_id=str(uuid4()),
                employee_id=row.employee_id,
                risk=prediction.risk,
                band=prediction.band,
                base_risk=prediction.base_risk,
                reasons=prediction.reasons,
                model=ModelIdentity(UNREGISTERED, self.digest),
                source=ScoreSource.LIVE,
                scored_at=now,
                fields=field_report(row, given=fields, values=values, schema=self.schema),
            )
            for row, fields, (values, _), prediction in zip(
                rows, given, made, predictions, strict=True
            )
        ]


def _json(value: object) -> Answer:
    headers = ((b"content-type", b"application/json"),)
    return Answer(HTTPStatus.OK, headers, msgspec.json.encode(value))

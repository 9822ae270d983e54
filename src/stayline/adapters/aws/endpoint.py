"""The deployed model behind a SageMaker endpoint, asked with InvokeEndpoint."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid4

import polars as pl

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.invocation_errors import asked_well
from stayline.domain.alert_policy import Bands
from stayline.domain.risk_score import FieldValue, ModelIdentity, Prediction
from stayline.errors import EndpointUnavailable
from stayline.formats.custom_attributes import REASONS, told_digest
from stayline.formats.model_archive import read_archive
from stayline.formats.told_predictions import AnswerRefused, told_predictions
from stayline.ports.endpoint import Endpoint, Variant
from stayline.ports.model_registry import ModelRegistry

_VERSION = "version-"


class SageMakerEndpoint:
    """Asks the stack's endpoint for single predictions.

    What else there is to know of the deployed model, its inputs and the scores of the whole
    workforce, comes from ``within``, which has its package from the registry. While the endpoint is
    switched, or goes back, either of two versions answers: the answer tells which, and name, model
    and bands are that one's. So variants are versions, told apart by who answered; SageMaker itself
    has one variant, as a blue/green update asks for. Safe to call from several threads.

    A call ends in a prediction, in `RequestRefused` for values that the model refused, in
    `NothingDeployed` where there is no endpoint, or in `EndpointUnavailable`, within 11 seconds.
    """

    CALLS = frozenset({"sagemaker-runtime.invoke_endpoint", "sagemaker.describe_endpoint"})

    def __init__(
        self, clients: Clients, within: Endpoint, registry: ModelRegistry, name: str | None = None
    ) -> None:
        self._clients = clients
        self._within = within
        self._registry = registry
        self.name = name or clients.resources.endpoint
        self._known: dict[ModelIdentity, Bands] = {}

    def variant(self, target: str | None = None, *, affinity: str = "") -> Variant:
        """Return the model that answers this request."""
        return _SageMakerVariant(self, self._within.variant(target, affinity=affinity), target)

    def bands_of(self, model: ModelIdentity) -> Bands:
        """Return the bands of a version, from its package."""
        bands = self._known.get(model)
        if bands is None:
            archive = read_archive(self._registry.archive(model.digest), model.digest)
            bands = self._known[model] = archive.manifest.alert_bands
        return bands

    def ask(self, lines: bytes, *, with_reasons: bool) -> tuple[bytes, str, str]:
        """Return an answer, the variant that gave it and its custom attributes."""
        options = {"CustomAttributes": REASONS} if with_reasons else {}
        with asked_well(self._clients, self.name):
            told = self._clients.of("sagemaker-runtime").invoke_endpoint(
                EndpointName=self.name,
                Body=lines,
                ContentType="application/jsonlines",
                Accept="application/json",
                InferenceId=uuid4().hex,
                **options,
            )
            body: bytes = told["Body"].read()
        variant = told.get("InvokedProductionVariant", "")
        return body, variant, told.get("CustomAttributes", "")

    def who(self, variant: str, attributes: str, expected: ModelIdentity) -> ModelIdentity:
        """Return which model answered, the expected one where the answer does not tell.

        Of a version that is not registered, the digest is told, and nothing can be said of it:
        `EndpointUnavailable`.
        """
        digest = told_digest(attributes)
        if digest in (None, expected.digest):
            version = variant.removeprefix(_VERSION)
            if variant == version or not version.isdecimal() or int(version) == expected.version:
                return expected
            return ModelIdentity(int(version), self._registry.find(int(version)).digest)
        for package in reversed(self._registry.packages()):
            if package.digest == digest:
                return ModelIdentity(package.version, package.digest)
        raise EndpointUnavailable(self.name, f"a model that is not registered answers, {digest}")


class _SageMakerVariant:
    """Whoever answers at the endpoint; until it has, the deployed model.

    ``inputs`` and what rows are read by stay those of the model that was asked for.
    """

    def __init__(self, endpoint: SageMakerEndpoint, within: Variant, target: str | None) -> None:
        self._endpoint = endpoint
        self._within = within
        self._target = target
        self._answered = within.model

    @property
    def name(self) -> str:
        """What the answer calls it."""
        return f"{_VERSION}{self._answered.version}"

    @property
    def model(self) -> ModelIdentity:
        """Which model it is."""
        return self._answered

    @property
    def inputs(self) -> tuple[str, ...]:
        """The model inputs, in order."""
        return self._within.inputs

    @property
    def assumed(self) -> Mapping[str, FieldValue]:
        """What each input is taken as where it is missing."""
        return self._within.assumed

    @property
    def width(self) -> int:
        """How many encoded columns the inputs make."""
        return self._within.width

    def decode_row(self, cells: Sequence[float], as_of: datetime) -> dict[str, FieldValue]:
        """Return the inputs' values that are encoded to these cells."""
        return self._within.decode_row(cells, as_of)

    def predict(
        self,
        rows: Sequence[Mapping[str, FieldValue]],
        as_of: Sequence[datetime],
        *,
        with_reasons: bool = True,
    ) -> tuple[Prediction, ...]:
        """Return one prediction per row, all of one model; every row is taken to be true now."""
        answered: set[ModelIdentity] = set()

        def ask(lines: bytes) -> tuple[bytes, Bands]:
            body, variant, attributes = self._endpoint.ask(lines, with_reasons=with_reasons)
            model = self._endpoint.who(variant, attributes, self._within.model)
            answered.add(model)
            return body, self._endpoint.bands_of(model)

        try:
            told = told_predictions(rows, ask)
        except AnswerRefused as refusal:
            raise EndpointUnavailable(self._endpoint.name, str(refusal)) from None
        if len(answered) > 1 or self._is_another(answered):
            problem = "another version answers while the endpoint is switched"
            raise EndpointUnavailable(self._endpoint.name, problem)
        self._answered = next(iter(answered), self._answered)
        return told

    def score(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the scores of a whole frame of features, in its order, by the deployed model."""
        return self._within.score(frame)

    def _is_another(self, answered: set[ModelIdentity]) -> bool:
        """Whether a version was asked for by name and another one answered."""
        wanted = self._target is not None and self._target.startswith(_VERSION)
        return wanted and not answered <= {self._within.model}

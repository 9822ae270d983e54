"""A model in another server, asked over HTTP at its ``/invocations``."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from stayline.adapters.embedded.invocations import Invocations
from stayline.domain.alert_policy import Bands
from stayline.domain.light_values import light_value
from stayline.domain.risk_score import FieldValue, ModelIdentity, Prediction
from stayline.errors import EndpointUnavailable
from stayline.formats.model_archive import read_archive
from stayline.formats.told_predictions import AnswerRefused, told_predictions
from stayline.ports.endpoint import Endpoint, Variant
from stayline.ports.forwarded_variant import ForwardedVariant
from stayline.ports.model_registry import ModelRegistry


class HttpEndpoint:
    """Asks the server at ``url`` for single predictions; it must run the deployed package.

    What else there is to know of the model, its inputs, bands and identity, and the scores of the
    whole workforce, comes from ``within``, which has that package from the registry. Raises
    `SettingRefused` for an address that is not ``http://`` or ``https://``. Safe to call from
    several threads, each of which keeps one connection open.
    """

    def __init__(self, within: Endpoint, registry: ModelRegistry, url: str) -> None:
        self._within = within
        self._registry = registry
        self._invocations = Invocations(url)
        self._bands: tuple[ModelIdentity, Bands] | None = None

    def variant(self, target: str | None = None, *, affinity: str = "") -> Variant:
        """Return the model that answers this request."""
        within = self._within.variant(target, affinity=affinity)
        return _HttpVariant(within, self._bands_of(within.model), self._invocations)

    def _bands_of(self, model: ModelIdentity) -> Bands:
        known = self._bands
        if known is None or known[0] != model:
            archive = read_archive(self._registry.archive(model.digest), model.digest)
            known = self._bands = model, archive.manifest.alert_bands
        return known[1]


@light_value
class _HttpVariant(ForwardedVariant):
    """The deployed package, at work in the other server."""

    bands: Bands
    invocations: Invocations

    def predict(
        self,
        rows: Sequence[Mapping[str, FieldValue]],
        as_of: Sequence[datetime],
        *,
        with_reasons: bool = True,
    ) -> tuple[Prediction, ...]:
        """Return one prediction per row; without reasons where the server tells none.

        The server takes every row to be true now, as the container's contract has no place for
        another date.
        """

        def ask(lines: bytes) -> tuple[bytes, Bands]:
            return self.invocations.ask(lines, with_reasons=with_reasons), self.bands

        try:
            return told_predictions(rows, ask)
        except AnswerRefused as refusal:
            raise EndpointUnavailable(self.invocations.address, str(refusal)) from None

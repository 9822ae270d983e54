"""A score for whoever asks: the model's own, or the kept one while it does not answer."""

from collections.abc import Sequence
from dataclasses import replace

from stayline.domain.risk_score import RiskScore
from stayline.domain.score_request import AS_USUAL, ScoreOptions, ScoreRequest
from stayline.errors import EndpointUnavailable
from stayline.usecases.score_employee import score_employee
from stayline.usecases.serve_kept_scores import serve_kept_scores
from stayline.web.gateway import Gateway
from stayline.web.watch import Watch


def live_or_kept(
    requests: Sequence[ScoreRequest],
    gateway: Gateway,
    watch: Watch,
    *,
    actor: str,
    options: ScoreOptions = AS_USUAL,
    may_be_kept: bool = True,
) -> list[RiskScore]:
    """Return one score per request; raises what `score_employee` and `serve_kept_scores` raise.

    ``may_be_kept`` is False where the answer has no place to say how old a score is.
    """
    ports, settings = gateway.ports, gateway.settings
    try:
        scored = score_employee(
            requests,
            endpoint=watch,
            features=ports.features,
            scores=ports.scores,
            opt_outs=ports.opt_outs,
            audit=ports.audit,
            capture=ports.capture,
            clock=ports.clock,
            token_key=gateway.token_key,
            actor=actor,
            options=options,
        )
    except EndpointUnavailable as outage:
        if not may_be_kept or options.target_variant is not None:
            raise
        scored = serve_kept_scores(
            requests,
            outage=outage,
            limits=settings.fallback_limits,
            features=ports.features,
            scores=ports.scores,
            opt_outs=ports.opt_outs,
            audit=ports.audit,
            clock=ports.clock,
            token_key=gateway.token_key,
            actor=actor,
        )
        if not options.with_reasons:
            scored = [replace(score, reasons=()) for score in scored]
    watch.source = scored[0].source.value
    return scored

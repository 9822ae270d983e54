"""Say whether requests can be answered now, and if not, why not."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from stayline.domain.fallback import FallbackLimits, is_due, stale_for_s
from stayline.domain.risk_score import ModelIdentity
from stayline.errors import (
    DatabaseAway,
    EndpointUnavailable,
    NothingDeployed,
    StaylineError,
    UnknownVariant,
)
from stayline.ports.clock import Clock
from stayline.ports.endpoint import Endpoint, Variant
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.score_board import ScoreBoard
from stayline.ports.scoring_control import ScoringControl
from stayline.ports.secrets import Secrets
from stayline.ports.stores_check import StoresCheck
from stayline.ports.target_health import DEPLOYED_PACKAGE, TargetHealth


class Grade(StrEnum):
    """How well something works; a whole is as good as its worst part."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that answering needs, how well it works, and why not better."""

    name: str
    status: Grade
    why: str = ""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether requests can be answered, with every check behind it."""

    status: Grade
    checks: tuple[Check, ...]


def check_readiness(
    *,
    endpoint: Endpoint,
    registry: ModelRegistry,
    answers_at: str,
    health: TargetHealth,
    limits: FallbackLimits,
    scores: ScoreBoard,
    stores: StoresCheck,
    control: ScoringControl,
    secrets: Secrets,
    clock: Clock,
) -> Readiness:
    """Return the checks; ``failing`` when no request could be answered now.

    While kept scores stand in for a model that does not answer, the whole is ``degraded``, and so
    it is while a database server is away and requests that name nobody are still answered. A model
    that has failed is tried once more with a row that is nobody's, so that it is found to be back
    even where nobody else is sent here meanwhile.
    """
    checks = [
        Check(name, Grade.FAILING if why else Grade.OK, why or "")
        for name, why in stores.problems().items()
    ]
    checks.append(_token_key(secrets))
    if all(check.status is Grade.OK for check in checks if check.name != _TOKEN_KEY):
        now = clock.now()
        is_known_failing = health.failing_since(answers_at) is not None
        model = _model(endpoint, registry, now, tries=is_known_failing)
        targets = [
            (name, since)
            for name in (DEPLOYED_PACKAGE, answers_at)
            if (since := health.failing_since(name)) is not None
        ]
        checks += _fallback([model, *map(_target, targets)], targets, scores, limits, now)
    elif _answers_without_database(registry, endpoint, control):
        checks = [_softened(check) if check.name != _CAPTURE_LOG else check for check in checks]
    worst = max((check.status for check in checks), key=list(Grade).index)
    return Readiness(worst, tuple(checks))


_TOKEN_KEY = "token key"  # noqa: S105  (the name of a check)


_CAPTURE_LOG = "capture log"


def _answers_without_database(
    registry: ModelRegistry, endpoint: Endpoint, control: ScoringControl
) -> bool:
    """Whether a server is away, but what it last told is enough to score somebody unnamed."""
    try:
        registry.serving()
    except DatabaseAway:
        with suppress(StaylineError):
            control.scope()
            endpoint.variant()
            return True
    except StaylineError:
        return False
    return False


def _softened(check: Check) -> Check:
    return Check(check.name, min(check.status, Grade.DEGRADED, key=list(Grade).index), check.why)


def _token_key(secrets: Secrets) -> Check:
    """A running server has read the key; without it the next one would know nobody."""
    if secrets.has_token_key():
        return Check(_TOKEN_KEY, Grade.OK)
    why = "it is gone; put it back before a restart, or no person can be found again"
    return Check(_TOKEN_KEY, Grade.DEGRADED, why)


def _model(endpoint: Endpoint, registry: ModelRegistry, now: datetime, *, tries: bool) -> Check:
    name = "model"
    try:
        wanted = registry.serving()
        variant = _deployed(endpoint, wanted)
        if tries:
            variant.predict([variant.assumed], [now], with_reasons=False)
    except NothingDeployed:
        return Check(name, Grade.FAILING, "no model is deployed")
    except EndpointUnavailable as outage:
        return Check(name, Grade.FAILING, outage.problem)
    except StaylineError as error:
        return Check(name, Grade.FAILING, str(error))
    if variant.model != wanted:
        why = f"the deployed package cannot be loaded; version {variant.model.version} answers"
        return Check(name, Grade.DEGRADED, why)
    return Check(name, Grade.OK)


def _deployed(endpoint: Endpoint, wanted: ModelIdentity | None) -> Variant:
    """Return the deployed model, also while another is on trial; else whichever answers."""
    try:
        return endpoint.variant(f"version-{wanted.version}" if wanted else None)
    except UnknownVariant:
        return endpoint.variant()


def _target(failing: tuple[str, datetime]) -> Check:
    name, since = failing
    return Check("endpoint", Grade.FAILING, f"{name} has not answered since {since:%F %T} UTC")


def _fallback(
    checks: Iterable[Check],
    targets: list[tuple[str, datetime]],
    scores: ScoreBoard,
    limits: FallbackLimits,
    now: datetime,
) -> list[Check]:
    """Return the checks, softened where kept scores stand in for what fails.

    The person of the highest risk speaks for the kept scores, which a run writes all at once.
    """
    checks = list(checks)
    if not any(is_due(since, now=now, limits=limits) for _, since in targets):
        return checks
    entry = next(iter(scores.entries(limit=1)), None)
    age = None if entry is None else stale_for_s(entry.scored_at, now=now, limits=limits)
    if age is None:
        why = "no kept score is there that is new enough to stand in"
        return [*checks, Check("fallback", Grade.FAILING, why)]
    why = f"kept scores are served, {age / 3600:.1f} h old"
    return [*map(_softened, checks), Check("fallback", Grade.DEGRADED, why)]

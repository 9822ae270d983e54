"""Score people now: checked, explained, captured and accounted for before the answer leaves."""

from collections.abc import Callable, Sequence

from stayline.domain.light_values import light_value
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import RiskScore
from stayline.domain.score_request import AS_USUAL, Ask, ScoreOptions, ScoreRequest
from stayline.errors import HasOptedOut, StaylineError
from stayline.ports.audit_log import AuditLog
from stayline.ports.capture_log import CaptureLog
from stayline.ports.clock import Clock
from stayline.ports.endpoint import Endpoint
from stayline.ports.feature_store import FeatureStore
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.score_board import ScoreBoard
from stayline.ports.scoring_control import ScoringControl
from stayline.usecases.score_employee.cases import (
    Case,
    bar_opted_out,
    choose_variant,
    make_ready,
    score,
)
from stayline.usecases.score_employee.records import (
    board_entries,
    captured,
    refusal_events,
    score_events,
)


@light_value
class Outcome:
    """One score per request of an ask, or why there is none; ``variant`` is who was asked."""

    scores: list[RiskScore]
    refusal: Exception | None
    variant: str | None


def score_employee(
    requests: Sequence[ScoreRequest],
    *,
    endpoint: Endpoint,
    features: FeatureStore,
    scores: ScoreBoard,
    opt_outs: OptOutList,
    control: ScoringControl,
    audit: AuditLog,
    capture: CaptureLog,
    clock: Clock,
    token_key: bytes,
    actor: str,
    options: ScoreOptions = AS_USUAL,
) -> list[RiskScore]:
    """Return one explained score per request, or none at all when one of them is refused.

    What is answered was captured first and stands in the audit log, by token. The score of a
    person's own, stored features is kept on the board, with its reasons; a what-if is not, nor is
    what was asked for without reasons. Raises `ScoringStopped`, `HasOptedOut`, `NoLongerEmployed`,
    `OutsidePilot`, `UnknownEmployee`, `RequestRefused` (with every wrong field), `NothingImported`,
    `NothingDeployed`, `UnknownVariant`, `EndpointUnavailable` (see `serve_kept_scores`).
    """
    (outcome,) = score_together(
        [Ask(requests, actor, options)],
        endpoint=endpoint,
        features=features,
        scores=scores,
        opt_outs=opt_outs,
        control=control,
        audit=audit,
        capture=capture,
        clock=clock,
        token_key=token_key,
    )
    if outcome.refusal is not None:
        raise outcome.refusal
    return outcome.scores


def score_together(
    asks: Sequence[Ask],
    *,
    endpoint: Endpoint,
    features: FeatureStore,
    scores: ScoreBoard,
    opt_outs: OptOutList,
    control: ScoringControl,
    audit: AuditLog,
    capture: CaptureLog,
    clock: Clock,
    token_key: bytes,
) -> list[Outcome]:
    """Return what `score_employee` would return or raise for each of several asks.

    They share every read and write, and the model scores their rows at once, so each costs a
    fraction of what it costs alone. One that is refused does not touch the others; a store that
    fails fails all that need it, and no others. Who opted out is refused after whatever else is
    wrong, so that wrong fields do not tell them from others, and before a model is asked.
    """
    try:
        scope = control.scope()
    except StaylineError as stopped:
        return [Outcome([], stopped, None) for _ in asks]
    now = clock.now()
    cases = [Case.of(ask, token_key, now) for ask in asks]
    _step(cases, lambda some: choose_variant(some, endpoint))
    _step(cases, lambda some: make_ready(some, features, scope))
    _step(cases, lambda some: bar_opted_out(some, opt_outs, at=now))
    _step(cases, score)
    if refusals := [event for case in cases for event in refusal_events(case)]:
        audit.note(refusals)
    _step(cases, lambda some: capture.append([one for case in some for one in captured(case)]))
    _step(cases, lambda some: audit.note([one for case in some for one in score_events(case)]))
    _step(
        [case for case in cases if case.ask.options.with_reasons],
        lambda some: _keep(some, scores, features),
    )
    _take_back(cases, opt_outs, scores, clock)
    return [
        Outcome(
            case.scored if case.refusal is None else [],
            case.refusal,
            None if case.variant is None else case.variant.name,
        )
        for case in cases
    ]


def _step(cases: Sequence[Case], step: Callable[[Sequence[Case]], None]) -> None:
    """Go one step with all that were not refused yet; an error of the step itself refuses them."""
    going_on = [case for case in cases if case.refusal is None]
    if not going_on:
        return
    try:
        step(going_on)
    except StaylineError as error:
        for case in going_on:
            case.refusal = case.refusal or error


def _keep(cases: Sequence[Case], scores: ScoreBoard, features: FeatureStore) -> None:
    """Keep the scores of people as they are, for those who ask later.

    Who was erased meanwhile is taken down again: for the moment in between, some milliseconds, the
    score stands on the board. An erasure after that removes the score itself.
    """
    entries = [entry for case in cases for entry in board_entries(case)]
    if entries and scores.put(entries):
        known = features.records([entry.token for entry in entries])
        for entry in entries:
            if entry.token not in known:
                scores.erase(entry.token)


def _take_back(
    cases: Sequence[Case], opt_outs: OptOutList, scores: ScoreBoard, clock: Clock
) -> None:
    """Refuse who opted out in this very moment, and erase what was kept of them.

    Those whose score may have been kept before the board failed are looked at, too.
    """
    scored = [case for case in cases if case.scored]
    failures = {id(case): case.refusal for case in scored}
    try:
        bar_opted_out(scored, opt_outs, at=clock.now())
    except StaylineError as error:
        for case in scored:
            case.refusal = case.refusal or error
        return
    for case in scored:
        if case.refusal is failures[id(case)] or not isinstance(case.refusal, HasOptedOut):
            continue
        try:
            scores.erase(EmployeeToken(case.refusal.token))
        except StaylineError as error:
            case.refusal = error

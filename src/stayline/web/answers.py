"""Scores for whoever asks: the model's own, or the kept ones while it does not answer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from stayline.domain.risk_score import RiskScore
from stayline.domain.score_request import Ask
from stayline.errors import EndpointUnavailable, StaylineError
from stayline.usecases.score_employee import Outcome, score_together
from stayline.usecases.serve_kept_scores import serve_kept_scores
from stayline.web.calls import Answer, Call
from stayline.web.gateway import Gateway
from stayline.web.logs import REQUEST_ID
from stayline.web.watch import Watch


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that was understood: what to score for it, and how to tell the scores.

    ``may_be_kept`` is False where the answer has no place to say how old a score is.
    """

    ask: Ask
    tell: Callable[[list[RiskScore]], Answer]
    may_be_kept: bool = True


@dataclass(frozen=True, slots=True)
class Route:
    """An address that scores: how its calls are read, and how it tells an error.

    ``template`` is what logs call it. ``read`` may answer by itself, and may raise anything.
    """

    template: str
    read: Callable[[Call, Gateway], Asked | Answer]
    refuse: Callable[[Exception], Answer]


def answer_call(route: Route, call: Call, gateway: Gateway) -> Answer:
    """Return the answer to one call; never raises."""
    return answer_calls([(route, call)], gateway)[0]


def answer_calls(calls: Sequence[tuple[Route, Call]], gateway: Gateway) -> list[Answer]:
    """Return the answers to calls that came together, in their order; never raises.

    They share what they cost; an unexpected failure of all is met by answering each alone.
    """
    began = perf_counter()
    watch = Watch(gateway.ports.endpoint)
    read = [_read(route, call, gateway) for route, call in calls]
    asked = [one for one in read if isinstance(one, Asked)]
    try:
        outcomes: Iterator[Outcome | Exception] = iter(_outcomes(asked, gateway, watch))
    except Exception as error:
        if len(calls) > 1:
            return [answer_call(route, call, gateway) for route, call in calls]
        outcomes = iter([error])
    answers = []
    for (route, call), one in zip(calls, read, strict=True):
        outcome = next(outcomes) if isinstance(one, Asked) else None
        _name(call)
        answer = one if isinstance(one, Answer) else _told(route, one, outcome)
        seconds = perf_counter() - began
        watch.count(gateway.metrics, route.template, answer.status, outcome, seconds)
        answers.append(answer)
    return answers


def _read(route: Route, call: Call, gateway: Gateway) -> Asked | Answer:
    _name(call)
    try:
        return route.read(call, gateway)
    except Exception as error:
        return route.refuse(error)


def _told(route: Route, asked: Asked, outcome: Outcome | Exception | None) -> Answer:
    try:
        if isinstance(outcome, list):
            return asked.tell(outcome)
    except Exception as error:
        outcome = error
    return route.refuse(outcome or RuntimeError("nothing was asked"))


def _outcomes(asked: Sequence[Asked], gateway: Gateway, watch: Watch) -> list[Outcome]:
    """Score what is asked; where the model does not answer, look for what was kept."""
    if not asked:
        return []
    ports = gateway.ports
    outcomes = score_together(
        [one.ask for one in asked],
        endpoint=watch,
        features=ports.features,
        scores=ports.scores,
        opt_outs=ports.opt_outs,
        audit=ports.audit,
        capture=ports.capture,
        clock=ports.clock,
        token_key=gateway.token_key,
    )
    return [
        _kept(one.ask, outcome, gateway)
        if isinstance(outcome, EndpointUnavailable)
        and one.may_be_kept
        and one.ask.options.target_variant is None
        else outcome
        for one, outcome in zip(asked, outcomes, strict=True)
    ]


def _kept(ask: Ask, outage: EndpointUnavailable, gateway: Gateway) -> Outcome:
    ports = gateway.ports
    try:
        scored = serve_kept_scores(
            ask.requests,
            outage=outage,
            limits=gateway.settings.fallback_limits,
            features=ports.features,
            scores=ports.scores,
            opt_outs=ports.opt_outs,
            audit=ports.audit,
            clock=ports.clock,
            token_key=gateway.token_key,
            actor=ask.actor,
        )
    except StaylineError as error:
        return error
    if ask.options.with_reasons:
        return scored
    return [replace(score, reasons=()) for score in scored]


def _name(call: Call) -> None:
    """Let what is logged from now on carry the call's own id, if it has one here."""
    if call.request_id is not None:
        REQUEST_ID.set(call.request_id)

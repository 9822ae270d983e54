"""Scores for whoever asks: the model's own, or the kept ones while it does not answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from stayline.domain.light_values import light_value
from stayline.domain.risk_score import RiskScore
from stayline.domain.score_request import Ask
from stayline.errors import EndpointUnavailable
from stayline.usecases.score_employee import Outcome, score_together
from stayline.usecases.serve_kept_scores import serve_kept_scores
from stayline.web.calls import Answer, Call
from stayline.web.gateway import Gateway
from stayline.web.logs import REQUEST_ID
from stayline.web.neutral import without_reason
from stayline.web.watch import Watch


@light_value
class Asked:
    """A call that was understood: what to score for it, and how to tell the scores.

    ``may_be_kept`` is False where the answer has no place to say how old a score is, ``sees_why``
    True where the caller may know why a person has no score.
    """

    ask: Ask
    tell: Callable[[list[RiskScore]], Answer]
    may_be_kept: bool = True
    sees_why: bool = False


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
    watch = Watch(gateway.ports.endpoint)
    (answer,) = answer_calls([(route, call)], gateway, watch)
    watch.count(gateway.metrics)
    return answer


def answer_calls(
    calls: Sequence[tuple[Route, Call]], gateway: Gateway, watch: Watch
) -> list[Answer]:
    """Return the answers to calls that came together, in their order; never raises.

    They share what they cost; an unexpected failure of all is met by answering each alone. A new
    ``watch`` is told of them, and is left to be counted once the answers are out.
    """
    read = [_read(route, call, gateway) for route, call in calls]
    if len(calls) > 1:
        REQUEST_ID.set(None)  # what is logged of all of them is of none
    asked = [one for one in read if isinstance(one, Asked)]
    try:
        outcomes = iter(_scored(asked, gateway, watch))
    except Exception as error:
        if len(calls) > 1:
            return [answer_call(route, call, gateway) for route, call in calls]
        outcomes = iter([Outcome([], error, None)])
    answers = []
    for (route, call), one in zip(calls, read, strict=True):
        _name(call)
        outcome = next(outcomes) if isinstance(one, Asked) else None
        if isinstance(one, Answer):
            answer = one
        else:
            outcome = _or_kept(one, outcome, gateway)
            answer = _told(route, one, outcome)
        watch.answered(route.template, answer.status, outcome)
        answers.append(answer)
    return answers


def _read(route: Route, call: Call, gateway: Gateway) -> Asked | Answer:
    _name(call)
    try:
        return route.read(call, gateway)
    except Exception as error:
        return route.refuse(error)


def _told(route: Route, asked: Asked, outcome: Outcome) -> Answer:
    if outcome.refusal is not None:
        refusal = outcome.refusal if asked.sees_why else without_reason(outcome.refusal)
        return route.refuse(refusal)
    try:
        return asked.tell(outcome.scores)
    except Exception as error:
        return route.refuse(error)


def _scored(asked: Sequence[Asked], gateway: Gateway, watch: Watch) -> list[Outcome]:
    if not asked:
        return []
    ports = gateway.ports
    return score_together(
        [one.ask for one in asked],
        endpoint=watch,
        features=ports.features,
        scores=ports.scores,
        opt_outs=ports.opt_outs,
        control=ports.control,
        audit=ports.audit,
        capture=ports.capture,
        clock=ports.clock,
        token_key=gateway.token_key if any(map(_names_somebody, asked)) else b"",
    )


def _names_somebody(asked: Asked) -> bool:
    """Whether a token is needed at all; the key is up to a database that may be away."""
    return any(request.employee_id is not None for request in asked.ask.requests)


def _or_kept(asked: Asked, outcome: Outcome | None, gateway: Gateway) -> Outcome:
    """Return the outcome or, where the model does not answer, what is kept of the people."""
    if outcome is None:
        raise LookupError("a call that was understood has an outcome")
    outage, ask, ports = outcome.refusal, asked.ask, gateway.ports
    if not isinstance(outage, EndpointUnavailable) or not asked.may_be_kept:
        return outcome
    if ask.options.target_variant is not None:
        return outcome
    try:
        scored = serve_kept_scores(
            ask.requests,
            outage=outage,
            limits=gateway.settings.fallback_limits,
            features=ports.features,
            scores=ports.scores,
            opt_outs=ports.opt_outs,
            control=ports.control,
            audit=ports.audit,
            clock=ports.clock,
            token_key=gateway.token_key,
            actor=ask.actor,
        )
    except Exception as error:
        return replace(outcome, refusal=error)
    if not ask.options.with_reasons:
        scored = [replace(score, reasons=()) for score in scored]
    return replace(outcome, scores=scored, refusal=None)


def _name(call: Call) -> None:
    """Let what is logged from now on carry the call's own id, if it has one here."""
    if call.request_id is not None:
        REQUEST_ID.set(call.request_id)

"""One person as an API's answer and a page show them: the use case, given the gateway's ports."""

from stayline.domain.callers import Caller
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.score_request import ScoreRequest
from stayline.usecases.score_employee import score_employee
from stayline.usecases.view_employee import EmployeeView, view_employee
from stayline.web.gateway import Gateway


def viewed_employee(
    token: EmployeeToken, hr_id: str, *, gateway: Gateway, caller: Caller
) -> EmployeeView:
    """Return what may be shown of a person, scored now where no score is kept.

    Raises what `view_employee` and `score_employee` raise.
    """
    ports = gateway.ports

    def score_now() -> object:
        return score_employee(
            [ScoreRequest(hr_id)],
            endpoint=ports.endpoint,
            features=ports.features,
            scores=ports.scores,
            opt_outs=ports.opt_outs,
            control=ports.control,
            audit=ports.audit,
            capture=ports.capture,
            clock=ports.clock,
            token_key=gateway.token_key,
            actor=caller.subject,
        )

    return view_employee(
        token,
        score_now=score_now,
        endpoint=ports.endpoint,
        features=ports.features,
        scores=ports.scores,
        decisions=ports.decisions,
        opt_outs=ports.opt_outs,
        control=ports.control,
        audit=ports.audit,
        clock=ports.clock,
        caller=caller,
    )

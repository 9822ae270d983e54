"""A run over everyone with the ports of a home."""

from stayline.bootstrap import Ports
from stayline.ports.people_scorer import PeopleScorer
from stayline.usecases.score_workforce import WorkforceScores, score_workforce


def score(ports: Ports, scorer: PeopleScorer | None = None, **more) -> WorkforceScores:
    """Score all, by the workers of a cluster where there is a scorer."""
    return score_workforce(
        endpoint=ports.endpoint,
        features=ports.features,
        scores=ports.scores,
        opt_outs=ports.opt_outs,
        control=ports.control,
        audit=ports.audit,
        clock=ports.clock,
        actor="ana",
        scorer=scorer,
        **more,
    )

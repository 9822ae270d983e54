"""All gates of one model, in one go."""

from collections.abc import Mapping, Sequence

from stayline.domain.gate_policy import GatePolicy
from stayline.domain.gates import GateResult
from stayline.formats.data_constraints import Violation
from stayline.modelling.comparison import Comparison
from stayline.modelling.evaluation import Evaluation
from stayline.modelling.fairness.groups import GroupFigures
from stayline.modelling.gating.data_gates import constraint_results, leak_results
from stayline.modelling.gating.group_gates import group_results
from stayline.modelling.gating.quality_gates import champion_results, floor_results
from stayline.modelling.leak_check import LeakCheck


def judge(
    *,
    evaluation: Evaluation,
    comparison: Comparison | None,
    groups: Sequence[GroupFigures],
    checked_inputs: Sequence[LeakCheck],
    violations: Sequence[Violation],
    policy: GatePolicy,
    unknown: Mapping[str, int] = {},
    n: int = 0,
    data_compared: bool = True,
) -> tuple[GateResult, ...]:
    """Return what every gate says, before any waiver.

    ``evaluation`` is the newest: of later rows where there are any, else out of fold.
    ``comparison`` is None while no model is deployed, and ``data_compared`` is False while there is
    no deployed model's data. ``unknown`` counts, facet by facet, those of the ``n`` audited rows
    that belong to no known group.
    """
    return (
        *floor_results(evaluation, policy),
        *champion_results(comparison, policy),
        *group_results(groups, policy, unknown, n),
        *leak_results(checked_inputs),
        *constraint_results(violations, data_compared=data_compared),
    )

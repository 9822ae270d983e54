"""All gates of one model, in one go."""

from collections.abc import Sequence

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
) -> tuple[GateResult, ...]:
    """Return what every gate says, before any waiver.

    ``evaluation`` is the newest: of later rows where there are any, else out of fold.
    ``comparison`` is None while no model is deployed.
    """
    return (
        *floor_results(evaluation, policy),
        *champion_results(comparison, policy),
        *group_results(groups, policy),
        *leak_results(checked_inputs),
        *constraint_results(violations),
    )

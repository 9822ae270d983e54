"""Can the data that the model was trained and measured on be trusted?"""

from collections.abc import Sequence

from stayline.domain.gates import Gate, GateResult, Verdict
from stayline.formats.data_constraints import Check, Violation
from stayline.modelling.leak_check import LeakCheck

WARNINGS = frozenset({Check.BASELINE_DRIFT, Check.MISSING_COLUMN, Check.EXTRA_COLUMN})
"""People change, and a schema may choose other columns: worth a look, and no mistake."""


def leak_results(checked: Sequence[LeakCheck]) -> list[GateResult]:
    """Return a failure for each input that tells the outcome by itself; else one pass."""
    leaks = [
        GateResult(
            Gate.LEAKS,
            Verdict.FAIL,
            f"This input alone tells who left: ROC AUC {one.auc:.3f}; where it tells most, "
            f"{one.precision:.0%} left, {one.recall:.0%} of all who did, against "
            f"{one.base_rate:.0%} overall. So tells a column that is written after the outcome.",
            one.column,
            figures={"value": one.auc, "precision": one.precision, "recall": one.recall},
        )
        for one in checked
        if one.is_leak
    ]
    if leaks or not checked:
        return leaks or [GateResult(Gate.LEAKS, Verdict.INSUFFICIENT, "No input was checked.")]
    most = max(checked, key=lambda one: one.auc)
    reason = (
        f"None of {len(checked)} inputs tells the outcome by itself; {most.column!r} comes "
        f"nearest, with a ROC AUC of {most.auc:.3f}."
    )
    return [GateResult(Gate.LEAKS, Verdict.PASS, reason, figures={"value": most.auc})]


def constraint_results(
    violations: Sequence[Violation], *, data_compared: bool = True
) -> list[GateResult]:
    """Return one result for each constraint of earlier data that is broken; else one pass.

    Without earlier data there was nothing to compare with, which is a pass, too.

    Wrong types and lost values fail, since the extract or the schema can be corrected. New
    categories are for a person to say yes to, so they can be waived: a company opens new sites.
    """
    passed = "No constraint of earlier data is broken."
    if not data_compared:
        passed = "There is no deployed model's data to compare with."
    return [
        GateResult(
            Gate.DATA_CONSTRAINTS,
            Verdict.INSUFFICIENT
            if one.constraint_check_type is Check.CATEGORICAL_VALUES
            else Verdict.FAIL,
            f"{one.constraint_check_type}: {one.description}",
            one.feature_name,
            one.constraint_check_type not in WARNINGS,
        )
        for one in violations
    ] or [GateResult(Gate.DATA_CONSTRAINTS, Verdict.PASS, passed)]

"""A window's violations, as Model Monitor writes them down, without the alarms that are luck."""

from collections.abc import Iterable

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding
from stayline.formats.data_constraints import Check, Constraints, Violation, Violations
from stayline.formats.data_statistics import Statistics
from stayline.modelling.data_violations import violations
from stayline.modelling.drift.gaps import MISSING


def drift_violations(
    window: Statistics, constraints: Constraints, findings: Iterable[Finding]
) -> Violations:
    """Return what ``constraint_violations.json`` of a window holds, column by column.

    Types, domains, missing and extra columns are held against the constraints as ever. A column has
    a ``baseline_drift_check`` where the calibrated test of its distribution failed, not where a
    small window is a little off; constraints that switch the comparison off keep it off. Likewise a
    ``completeness_check`` needs both: the constraint is not kept, and the test says that this is
    no luck. What has no check type of the format (how columns hang together, the number of rows)
    stays with the findings.
    """
    failed = [f for f in findings if f.verdict is Verdict.FAIL and f.check == Check.BASELINE_DRIFT]
    gaps = {finding.subject for finding in failed if finding.metric == MISSING}
    kept = [
        violation
        for violation in violations(window, constraints)
        if violation.constraint_check_type is not Check.COMPLETENESS
        or violation.feature_name in gaps
    ]
    config = constraints.monitoring_config
    if "Disabled" not in (
        config.evaluate_constraints,
        config.distribution_constraints.perform_comparison,
    ):
        kept += [
            Violation(finding.subject, Check.BASELINE_DRIFT, finding.reason)
            for finding in failed
            if finding.metric != MISSING
        ]
    order = {feature.name: place for place, feature in enumerate(constraints.features)}
    kept.sort(key=lambda violation: order.get(violation.feature_name, len(order)))
    return Violations(tuple(kept))

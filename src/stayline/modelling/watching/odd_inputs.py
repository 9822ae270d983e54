"""Requests that are not what the model's inputs are, as findings and violations."""

from collections.abc import Iterator, Sequence

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Monitor
from stayline.formats.data_constraints import Check, Constraints, Violation
from stayline.modelling.watching.request_frames import OddInputs

LEAST_SHARE = 0.01
"""What fewer requests than this have is a caller's slip, counted with the intake and no more."""
FEWEST_REQUESTS = 5
MOST_TOLD = 10
"""So many unknown columns are named; what more there are is counted."""


def odd_findings(odd: OddInputs, constraints: Constraints) -> tuple[Finding, ...]:
    """Return a violation for each input that no request had or whose values are of another type,
    and for each column beyond the inputs that at least 1 of 100 requests have.

    Constraints that are switched off find nothing. A gap in some requests is for the drift tests.
    """
    config = constraints.monitoring_config
    if config.evaluate_constraints == "Disabled" or not odd.seen:
        return ()
    return (
        *_missing(odd),
        *_other_typed(odd, config.datatype_check_threshold),
        *_extra(odd),
    )


def violations_of(findings: Sequence[Finding]) -> tuple[Violation, ...]:
    """Return the findings as ``constraint_violations.json`` has them."""
    return tuple(Violation(one.subject, Check(one.check), one.reason) for one in findings)


def _missing(odd: OddInputs) -> Iterator[Finding]:
    for name, count in sorted(odd.missing.items()):
        if count == odd.seen:
            told = f"The column is in the baseline, and in none of {odd.seen:,} requests."
            yield _finding(Check.MISSING_COLUMN, name, told, odd)


def _other_typed(odd: OddInputs, threshold: float) -> Iterator[Finding]:
    for name, count in sorted(odd.other_typed.items()):
        right = 1 - count / max(odd.seen - odd.missing[name], 1)
        if _is_common(count, odd) and right < threshold:
            told = (
                f"Data type match requirement is not met. Expected match: {threshold:.1%}. "
                f"Observed: only {right:.1%} of the values are of the column's type."
            )
            yield _finding(Check.DATA_TYPE, name, told, odd)


def _extra(odd: OddInputs) -> Iterator[Finding]:
    common = [(name, count) for name, count in odd.extra.items() if _is_common(count, odd)]
    common.sort(key=lambda pair: (-pair[1], pair[0]))
    for name, count in common[:MOST_TOLD]:
        share = f"{count / odd.seen:.1%} of {odd.seen:,} requests"
        told = f"The column is in {share}, not in the baseline."
        yield _finding(Check.EXTRA_COLUMN, name, told, odd)
    more = len(common) - MOST_TOLD
    if more > 0:
        told = f"So many more columns are in the requests, not in the baseline: {more}."
        yield _finding(Check.EXTRA_COLUMN, "(more columns)", told, odd)


def _is_common(count: int, odd: OddInputs) -> bool:
    return count >= FEWEST_REQUESTS and count >= LEAST_SHARE * odd.seen


def _finding(check: Check, subject: str, reason: str, odd: OddInputs) -> Finding:
    return Finding(Monitor.DATA, check, Verdict.FAIL, reason, subject=subject, n=odd.seen)

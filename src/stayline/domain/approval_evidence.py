"""What must be known of a version before anybody may approve it, whoever that is."""

from collections.abc import Sequence

from stayline.domain.gates import Gate, GateResult, Verdict, message, overall
from stayline.errors import ApprovalRefused


def check_evidence(
    version: int, gates: Sequence[GateResult], *, compared_with: str, serving: str
) -> None:
    """Raise `ApprovalRefused` unless the gates pass, against the model that serves now.

    ``gates`` are without waivers that have expired. ``compared_with`` and ``serving`` are digests,
    empty where there was, or is, no deployed model.
    """
    if overall(gates) is not Verdict.PASS:
        raise ApprovalRefused(version, "its gates do not pass.", message(gates))
    is_compared = any(gate.name is Gate.QUALITY_AGAINST_CHAMPION for gate in gates)
    if is_compared and compared_with != serving:
        raise ApprovalRefused(
            version,
            "it was compared with another model than the one that serves now.",
            "Run `stayline train` again; finished steps come from the cache.",
        )

"""The three ways in which most controls come out, told in the same words."""

from collections.abc import Mapping, Sequence

from stayline.domain.compliance.verdicts import SHOWN_AT_MOST, Status, Verdict


def no_evidence(reason: str, counts: Mapping[str, int | float] | None = None) -> Verdict:
    """Return that nothing on record answers the question."""
    return Verdict(Status.NO_EVIDENCE, reason, counts or {})


def not_applicable(reason: str) -> Verdict:
    """Return that the question does not arise."""
    return Verdict(Status.NOT_APPLICABLE, reason)


def judged_by(
    offending: Sequence[str],
    *,
    looked_at: int,
    right: str,
    wrong: str,
    nothing: str,
    counts: Mapping[str, int | float] | None = None,
    warnings: Sequence[str] = (),
) -> Verdict:
    """Return FAIL with what offends, PASS where nothing does, NO_EVIDENCE where nothing is there.

    ``looked_at`` is how many records were examined; ``wrong`` and ``right`` say what then holds,
    ``nothing`` what is missing. Something that offends fails even where nothing was looked at.
    Names appear once each, sorted, at most `SHOWN_AT_MOST`; the counts have them all.

    >>> str(judged_by([], looked_at=0, right="", wrong="", nothing="No log.").status)
    'NO_EVIDENCE'
    """
    figures = {"looked_at": looked_at, "offending": len(offending), **(counts or {})}
    names = tuple(sorted(set(offending))[:SHOWN_AT_MOST])
    if offending:
        return Verdict(Status.FAIL, wrong, figures, names, warnings=tuple(warnings))
    if not looked_at:
        return Verdict(Status.NO_EVIDENCE, nothing, figures, warnings=tuple(warnings))
    return Verdict(Status.PASS, right, figures, warnings=tuple(warnings))

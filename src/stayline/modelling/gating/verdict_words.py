"""A gate's verdict as people read it, in tables and on pages alike."""

from stayline.domain.gates import Verdict


def verdict_words(verdict: str, *, is_blocking: bool, waived_by: str = "") -> str:
    """Return the verdict; a waiver and a warning are told as such, never as a plain failure.

    >>> verdict_words("fail", is_blocking=False)
    'warning: fail'
    >>> verdict_words("insufficient evidence", is_blocking=True, waived_by="Ada Berg")
    'waived by Ada Berg'
    """
    if waived_by:
        return f"waived by {waived_by}"
    is_warning = not is_blocking and verdict != Verdict.PASS
    return f"warning: {verdict}" if is_warning else verdict

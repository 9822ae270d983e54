"""Whether a document is plain JSON of a size that SageMaker takes, so that it can be walked."""

import math

LONGEST = 1_048_576
"""The most characters that CreatePipeline takes."""
DEEPEST = 200
"""Thirty conditions inside each other take a hundred levels."""
LARGEST_NUMBER = 2**63


def extent_fault(document: object) -> str:
    """Return why a document must not be looked at any further, or an empty text.

    Never recurses, so that a document that is nested too deeply, or holds itself, is told of too.
    """
    length, waiting = 0, [(document, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            return f"it is nested more than {DEEPEST} levels deep"
        if isinstance(value, dict):
            length += sum(len(key) + 4 for key in value if isinstance(key, str))
            fault = next((told for key in value if (told := _key_fault(key))), "")
            waiting += [(member, depth + 1) for member in value.values()]
        elif isinstance(value, list):
            length += len(value)
            fault = ""
            waiting += [(member, depth + 1) for member in value]
        else:
            length += len(value) + 2 if isinstance(value, str) else 1
            fault = _single_fault(value)
        if length > LONGEST:
            fault = f"it is longer than the {LONGEST} characters that SageMaker takes"
        if fault:
            return fault
    return ""


def _key_fault(key: object) -> str:
    return _single_fault(key) if isinstance(key, str) else "a key is not a text"


def _single_fault(value: object) -> str:
    if isinstance(value, str):
        # A lone surrogate gets through JSON's escapes, but cannot be written.
        return "" if value.isascii() or _is_text(value) else "a text is not valid Unicode"
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int) and abs(value) < LARGEST_NUMBER:
        return ""
    if isinstance(value, float) and math.isfinite(value):
        return ""
    if isinstance(value, int | float):
        return "a number is too large, or none"
    return f"it holds a {type(value).__name__}, which JSON does not have"


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True

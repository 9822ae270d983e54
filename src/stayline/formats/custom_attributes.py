"""What our caller and our container tell each other in SageMaker's custom attributes.

SageMaker hands them on both ways as they are, which it does with no other header of an invocation.
"""

import re

REASONS = "reasons=true"
_MODEL = re.compile(r"(?:^|;)model=(sha256:[0-9a-f]{64})(?:;|$)")


def asks_for_reasons(attributes: str) -> bool:
    """Tell whether a request asks for reasons.

    >>> asks_for_reasons("run=7;reasons=true"), asks_for_reasons("no-reasons=true")
    (True, False)
    """
    return REASONS in attributes.split(";")


def told_model(digest: str) -> str:
    """Return the attributes of an answer by the package of that digest.

    >>> told_model("sha256:12ab")
    'model=sha256:12ab'
    """
    return f"model={digest}"


def told_digest(attributes: str) -> str | None:
    """Return the digest that an answer's attributes tell, None where they tell none."""
    found = _MODEL.search(attributes)
    return found[1] if found else None

"""Whose records are due, as one figure that names nobody."""

import hashlib
from collections.abc import Set as AbstractSet


def tokens_digest(tokens: AbstractSet[str]) -> str:
    """Return the SHA-256 of the sorted tokens; empty for nobody."""
    if not tokens:
        return ""
    return hashlib.sha256("\n".join(sorted(tokens)).encode()).hexdigest()

"""Look for people who decided about many in a short time."""

from datetime import timedelta

from stayline.domain.oversight import Bulk, OversightPolicy, bulks
from stayline.ports.clock import Clock
from stayline.ports.decision_book import DecisionBook


def find_bulks(
    *, days: float, policy: OversightPolicy, decisions: DecisionBook, clock: Clock
) -> list[Bulk]:
    """Return the bulks of the last ``days``, whole, also where they only became one later."""
    now = clock.now()
    start = now - timedelta(days=days)
    return bulks(decisions.between(start, now + timedelta(microseconds=1)), policy)

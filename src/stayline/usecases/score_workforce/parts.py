"""Everyone, scored in parts by this very process."""

from collections.abc import Iterator

from stayline.domain.token_ranges import TokenRange
from stayline.modelling.scored_people import scored_people
from stayline.ports.endpoint import Variant
from stayline.ports.feature_store import TOKEN, FeatureStore
from stayline.ports.people_scorer import ScoredPeople
from stayline.ports.scorable_people import ScorablePeople


def scored_here(
    everyone: ScorablePeople, variant: Variant, features: FeatureStore, *, size: int, after: str
) -> Iterator[ScoredPeople]:
    """Yield everyone behind a token, ``size`` people at a time; one part is in memory."""
    at = everyone.clock.now()
    for people in features.in_chunks(size, after=after):
        last = people.get_column(TOKEN).item(-1)
        asked = everyone.within(TokenRange(after, last), at)
        yield scored_people(people, asked, score=variant.score, inputs=lambda: variant.inputs)
        after, at = last, everyone.clock.now()

"""The point-in-time join against a plain loop over all facts."""

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from stayline.adapters.delta.point_in_time import facts_known

INSTANT = pl.Datetime("us", "UTC")
_times = st.integers(0, 5).map(lambda n: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=n))
_tokens = st.sampled_from(["ann", "bob", "cyd"])
Row = tuple[str, datetime | None, datetime | None]


@settings(max_examples=150, deadline=None)
@given(
    facts=st.lists(st.tuples(_tokens, _times, _times), max_size=25, unique=True),
    spine=st.lists(st.tuples(_tokens, _times | st.none(), _times | st.none()), max_size=12),
)
def test_each_row_gets_the_fact_that_a_search_of_all_facts_finds(
    facts: list[tuple[str, datetime, datetime]], spine: list[Row]
) -> None:
    def expected(token: str, as_of: datetime | None, known_by: datetime | None) -> int | None:
        if as_of is None or known_by is None:
            return None
        seen = [f for f in facts if f[0] == token and f[1] <= as_of and f[2] <= known_by]
        return facts.index(max(seen, key=lambda fact: fact[1:])) if seen else None

    clocks = {"token": pl.String(), "event_time": INSTANT, "write_time": INSTANT}
    asked = {"token": pl.String(), "as_of": INSTANT, "known_by": INSTANT}
    found = facts_known(
        pl.DataFrame(spine, schema=asked, orient="row"),
        pl.DataFrame(facts, schema=clocks, orient="row"),
    )
    assert found.to_list() == [expected(*row) for row in spine]

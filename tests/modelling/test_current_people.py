from datetime import UTC, datetime

import polars as pl
import pytest

from stayline.modelling.current_people import current_people
from stayline.samples.presets import named_schema

PANEL, CROSS_SECTION = named_schema("monthly-panel"), named_schema("ibm-hr")


def month(number: int) -> datetime:
    return datetime(2025, number, 1, tzinfo=UTC)


def rows(*facts: tuple[str, datetime]) -> pl.DataFrame:
    return pl.DataFrame(
        facts, {"token": pl.String, "event_time": pl.Datetime("us", "UTC")}, orient="row"
    )


MONTHLY = rows(
    *[(who, month(1)) for who in "abc"],
    *[(who, month(2)) for who in "abc"],
    *[(who, month(3)) for who in "abd"],
)


def test_only_those_of_the_newest_snapshot_are_there_each_once():
    found = current_people(MONTHLY, PANEL)
    assert found.rows() == [(who, month(3)) for who in "abd"]


def test_what_came_after_the_edge_is_left_out():
    found = current_people(MONTHLY, PANEL, until=month(2))
    assert found.rows() == [(who, month(2)) for who in "abc"]


def test_a_stray_later_row_does_not_make_all_others_gone():
    strayed = pl.concat([MONTHLY, rows(("a", month(4)))])
    found = current_people(strayed, PANEL)
    assert found.rows() == [("a", month(4)), ("b", month(3)), ("d", month(3))]


def test_where_everyone_has_a_time_of_their_own_all_are_there():
    own = rows(*[(f"{day:02}", datetime(2025, 1, day, tzinfo=UTC)) for day in range(1, 29)])
    assert current_people(own, PANEL).height == 28


@pytest.mark.parametrize("schema", [PANEL, CROSS_SECTION])
def test_nobody_gives_nobody(schema):
    assert current_people(MONTHLY.clear(), schema).is_empty()


def test_a_cross_section_is_returned_whole():
    assert current_people(MONTHLY, CROSS_SECTION).equals(MONTHLY)

from datetime import date

import pytest

from stayline.domain.aws_cost.budget import HOSTING
from stayline.domain.aws_cost.prices import Confidence
from stayline.errors import SettingRefused
from stayline.formats.aws_prices import PRICES_FILE, read_prices

SOURCE = '[source.s]\ntext = "t"\nfound_on = 2026-01-01\nconfidence = "verified"\n'


def test_every_price_says_where_it_is_from_when_and_how_sure_it_is():
    prices = read_prices()
    assert len(prices) > 30
    for price in prices.values():
        assert price.source
        assert price.region
        assert date(2024, 1, 1) <= price.found_on <= date(2026, 12, 31)
        assert price.confidence in set(Confidence)
    assert {price.confidence for price in prices.values()} == set(Confidence)


def test_of_prices_that_differ_the_highest_stands_and_says_so():
    found = read_prices()["instance-hour.ml.t2.medium"]
    assert (found.usd, found.confidence) == (0.065, Confidence.SECOND_HAND)
    assert "0.046" in found.note


def test_every_instance_that_is_weighed_has_a_price():
    assert {f"instance-hour.{kind}" for kind in HOSTING} <= read_prices().keys()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[price", "a readable table"),
        (SOURCE + '[price.a]\nusd = -1\nunit = "u"\nsource = "s"', "usd"),
        (SOURCE + '[price.a]\nusd = 1\nunit = "u"\nsource = "x"', r"one of \['s'\]"),
        (SOURCE + '[price.a]\nusd = 1\nsource = "s"', "missing required field `unit`"),
        (SOURCE + '[price.a]\nusd = 1\nunit = "u"\nsource = "s"\nsurge = 2', "unknown field"),
        (SOURCE.replace("verified", "sure") + "[price]", "sure"),
    ],
)
def test_a_wrong_table_is_refused_in_words(tmp_path, text, told):
    path = tmp_path / PRICES_FILE.name
    path.write_text(text)
    with pytest.raises(SettingRefused, match=told):
        read_prices(path)

"""The dated price table ``aws_prices.toml``, which stands beside this module."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec

from stayline.domain.aws_cost.prices import Confidence, Price
from stayline.errors import SettingRefused

PRICES_FILE = Path(__file__).with_suffix(".toml")
_Positive = Annotated[float, msgspec.Meta(gt=0)]


class _Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str
    found_on: date
    confidence: Confidence


class _Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    usd: _Positive
    unit: str
    source: str
    per: _Positive = 1
    region: str = "us-east-1"
    note: str = ""
    free: Annotated[float, msgspec.Meta(ge=0)] = 0


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    source: dict[str, _Source]
    price: dict[str, _Price]


def read_prices(path: Path = PRICES_FILE) -> Mapping[str, Price]:
    """Return the prices by name; raises `SettingRefused` for a table that is wrong.

    >>> read_prices()["alarm"].usd
    0.1
    """
    try:
        table = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _Table)
        return {name: _price(name, price, table.source) for name, price in table.price.items()}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SettingRefused(str(path), str(error), "a readable table of prices") from error


def _price(name: str, written: _Price, sources: Mapping[str, _Source]) -> Price:
    if written.source not in sources:
        expected = f"one of {sorted(sources)}"
        raise SettingRefused(f"source of price {name}", written.source, expected)
    source = sources[written.source]
    return Price(
        name=name,
        usd=written.usd,
        per=written.per,
        unit=written.unit,
        region=written.region,
        source=source.text,
        found_on=source.found_on,
        confidence=source.confidence,
        note=written.note,
        free=written.free,
    )

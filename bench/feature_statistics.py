"""How long the statistics of a large baseline take.

Run ``python bench/feature_statistics.py``: 1,000,000 made-up rows, 20 columns of numbers and 10 of
words. The target is 5 seconds.
"""

import time

import numpy as np
import polars as pl

from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.formats.report_json import encode
from stayline.modelling.feature_statistics import feature_statistics

ROWS = 1_000_000
NUMBERS, WORDS, CATEGORIES = 20, 10, 30
TARGET_S = 5.0


def main() -> None:
    """Measure and print."""
    rng = np.random.default_rng(0)
    words = np.array([f"category {n}" for n in range(CATEGORIES)])
    frame = pl.DataFrame(
        {f"number {n}": rng.normal(n, 10, ROWS).round(n % 4) for n in range(NUMBERS)}
        | {f"word {n}": words[rng.integers(0, CATEGORIES, ROWS)] for n in range(WORDS)}
    )
    columns = tuple(
        Column(name, Kind.NUMBER if name.startswith("number") else Kind.CATEGORY, Role.FEATURE)
        for name in frame.columns
    )
    start = time.perf_counter()
    statistics = feature_statistics(frame, columns)
    took = time.perf_counter() - start
    size = len(encode(statistics)) / 1e6
    print(f"{ROWS:,} rows x {len(columns)} columns: {took:.1f} s (target {TARGET_S:.0f} s)")
    print(f"statistics.json has {size:.1f} MB")
    assert took <= TARGET_S


if __name__ == "__main__":
    main()

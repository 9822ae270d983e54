"""Evidently's DataDriftPreset on two files of rows; run by `bench.drift_speed` in its own place."""

import sys
import time

import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset

REFERENCE, CURRENT = sys.argv[1:3]


def main() -> None:
    """Print the seconds of one run, as a user writes it; reading the files is not counted."""
    reference, current = pd.read_parquet(REFERENCE), pd.read_parquet(CURRENT)
    words = [name for name in reference.columns if name.startswith("word")]
    numbers = [name for name in reference.columns if name not in words]
    definition = DataDefinition(numerical_columns=numbers, categorical_columns=words)
    begun = time.perf_counter()
    datasets = [Dataset.from_pandas(f, data_definition=definition) for f in (current, reference)]
    told = Report([DataDriftPreset()]).run(*datasets).dict()
    took = time.perf_counter() - begun
    assert len(told["metrics"]) > len(reference.columns)
    print(took)


if __name__ == "__main__":
    main()

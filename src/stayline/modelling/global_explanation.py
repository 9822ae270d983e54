"""What a model goes by on the whole: the mean strength of each input."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from stayline.modelling.encoding import InputEncoder
from stayline.modelling.forest import Forest

MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class GlobalExplanation:
    """Mean absolute TreeSHAP values in log-odds, the strongest input first.

    ``expected_value`` is the log-odds that every value starts from; ``n`` rows were explained.
    """

    values: dict[str, float]
    expected_value: float
    n: int


def global_explanation(
    forest: Forest, encoder: InputEncoder, frame: pl.DataFrame, rng: np.random.Generator
) -> GlobalExplanation:
    """Return what the trees go by on these rows, or on 10,000 of them drawn by ``rng``.

    The one-hot columns of a category are added up row by row before the mean is taken.
    """
    if frame.height > MOST_ROWS:
        frame = frame[np.sort(rng.choice(frame.height, MOST_ROWS, replace=False))]
    contributions = forest.explained(encoder.encode_frame(frame)).contributions
    strength = np.abs(contributions).mean(axis=0).tolist()
    named = zip([item.name for item in encoder.inputs], strength, strict=True)
    return GlobalExplanation(
        values=dict(sorted(named, key=lambda pair: (-pair[1], pair[0]))),
        expected_value=forest.bias,
        n=frame.height,
    )

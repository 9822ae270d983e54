"""``evaluation.json``, which pipeline conditions and people read.

The documented examples keep a model's metrics under ``binary_classification_metrics``; what else
Stayline found out stands beside it under ``stayline``.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from stayline.formats.model_quality import BinaryClassificationMetrics


class Findings(msgspec.Struct, frozen=True):
    """Figures with their intervals, as plain JSON.

    ``evaluations`` and ``periods`` are those of the manifest; ``protection_price`` tells how other
    choices of inputs rank; ``comparison`` how the model stands beside the deployed one, None where
    there is none.
    """

    evaluations: tuple[Mapping[str, Any], ...] = ()
    periods: tuple[Mapping[str, Any], ...] = ()
    protection_price: tuple[Mapping[str, Any], ...] = ()
    comparison: Mapping[str, Any] | None = None


class EvaluationReport(msgspec.Struct, frozen=True):
    """What ``evaluation.json`` holds."""

    binary_classification_metrics: BinaryClassificationMetrics
    stayline: Findings = Findings()

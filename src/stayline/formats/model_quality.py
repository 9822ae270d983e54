"""How good the flags are: the model-quality files of SageMaker Model Monitor.

The keys are those of the developer guide's example for binary classification. Class 1 is "left",
and predicted 1 is "flagged". What is not defined is the text "NaN", which the guide shows for
standard deviations; for values that is this project's reading.
"""

from typing import Literal

import msgspec

from stayline.formats.data_statistics import Count, Dataset

Number = float | Literal["NaN"]
Operator = Literal["LessThanThreshold", "GreaterThanThreshold"]


class Figure(msgspec.Struct, frozen=True):
    """A figure; its standard deviation is given for 200 rows and more."""

    value: Number
    standard_deviation: Number


class RocCurve(msgspec.Struct, frozen=True):
    """The ROC curve, point by point."""

    false_positive_rates: tuple[float, ...]
    true_positive_rates: tuple[float, ...]


class PrecisionRecallCurve(msgspec.Struct, frozen=True):
    """The precision that is reached at each recall."""

    precisions: tuple[float, ...]
    recalls: tuple[float, ...]


class BinaryClassificationMetrics(msgspec.Struct, frozen=True):
    """The metrics; ``confusion_matrix[actual][predicted]`` counts rows.

    The ``best_constant_classifier`` flags everybody: in the guide's example one of four rows is
    positive, and its accuracy is .25.
    """

    confusion_matrix: dict[str, dict[str, Count]]
    recall: Figure
    precision: Figure
    accuracy: Figure
    recall_best_constant_classifier: Figure
    precision_best_constant_classifier: Figure
    accuracy_best_constant_classifier: Figure
    true_positive_rate: Figure
    true_negative_rate: Figure
    false_positive_rate: Figure
    false_negative_rate: Figure
    receiver_operating_characteristic_curve: RocCurve
    precision_recall_curve: PrecisionRecallCurve
    auc: Figure
    f0_5: Figure
    f1: Figure
    f2: Figure
    f0_5_best_constant_classifier: Figure
    f1_best_constant_classifier: Figure
    f2_best_constant_classifier: Figure


class ModelQualityStatistics(msgspec.Struct, frozen=True):
    """What ``statistics.json`` of a model-quality job holds."""

    dataset: Dataset
    binary_classification_metrics: BinaryClassificationMetrics
    version: float = 0.0


class Threshold(msgspec.Struct, frozen=True):
    """A metric is violated where it is less, or greater, than the threshold."""

    threshold: float
    comparison_operator: Operator
    additional_properties: None = None


class ModelQualityConstraints(msgspec.Struct, frozen=True):
    """What ``constraints.json`` of a model-quality job holds, one threshold per metric."""

    binary_classification_constraints: dict[str, Threshold]
    version: float = 0.0


class ModelQualityViolation(msgspec.Struct, frozen=True):
    """One figure that is on the wrong side of its threshold, in words."""

    constraint_check_type: Operator
    description: str
    metric_name: str


class ModelQualityViolations(msgspec.Struct, frozen=True):
    """What ``constraint_violations.json`` of a model-quality job holds."""

    violations: tuple[ModelQualityViolation, ...]

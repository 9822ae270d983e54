"""What a model goes by: the ``explanations`` of SageMaker Clarify's ``analysis.json``.

The key says ``kernel_shap``, since readers of that file look there. The values are exact TreeSHAP
values, in log-odds: not Kernel SHAP estimates, and not in probability.
"""

import msgspec


class GlobalShap(msgspec.Struct, frozen=True):
    """Each input's mean absolute SHAP value, and the log-odds that all values start from."""

    global_shap_values: dict[str, float]
    expected_value: float


class Explanations(msgspec.Struct, frozen=True):
    """The explanations by method, then by class; ``label0`` is the only output of the model."""

    kernel_shap: dict[str, GlobalShap]


class ExplanationAnalysis(msgspec.Struct, frozen=True):
    """What the explainability report holds."""

    explanations: Explanations


def explanation_analysis(values: dict[str, float], expected_value: float) -> ExplanationAnalysis:
    """Return the report of one model, its inputs in the given order."""
    return ExplanationAnalysis(Explanations({"label0": GlobalShap(values, expected_value)}))

from datetime import UTC, datetime

import msgspec

from stayline.formats.model_archive import BandsText
from stayline.formats.model_card import (
    LONGEST_TEXT,
    AdditionalInformation,
    BusinessDetails,
    CardRecord,
    Decision,
    EvaluationDetail,
    IntendedUses,
    Metric,
    MetricGroup,
    ModelCard,
    ModelOverview,
    TrainingDetails,
    TrainingJobDetails,
    sagemaker_content,
)


def card(uses: str) -> ModelCard:
    """Return a card as small as can be, with these uses."""
    return ModelCard(
        model_overview=ModelOverview("m", 1, "risk", "Asha", "binary", "trees"),
        intended_uses=IntendedUses("purpose", uses, "limits", "High", "why"),
        business_details=BusinessDetails("problem", "people"),
        training_details=TrainingDetails("10 rows", TrainingJobDetails(())),
        evaluation_details=(
            EvaluationDetail(
                "later time", "n = 10", (MetricGroup("figures", (Metric("roc_auc", 0.8),)),)
            ),
        ),
        additional_information=AdditionalInformation("ethics", "limits", {"digest": "sha256:1"}),
        record=CardRecord(
            digest="sha256:1",
            decision=Decision(
                "Approved", True, "Asha", datetime(2026, 1, 1, tzinfo=UTC), None, None, None, False
            ),
            policy="",
            bands=BandsText(0.1, 0.2),
            rows=10,
            positives=2,
            period="",
            inputs=(),
            shielded=(),
            evaluations=(),
            periods=(),
            gates=(),
            protection_price=(),
            comparison=None,
            fairness=None,
            reasons={},
            libraries={},
            reports={},
            missing=(),
        ),
    )


def test_sagemaker_gets_its_own_sections_only():
    content = msgspec.json.decode(sagemaker_content(card("talk")))
    assert set(content) == {
        "model_overview",
        "intended_uses",
        "business_details",
        "training_details",
        "evaluation_details",
        "additional_information",
    }
    metric = content["evaluation_details"][0]["metric_groups"][0]["metric_data"][0]
    assert metric == {"name": "roc_auc", "value": 0.8, "type": "number", "notes": ""}


def test_a_text_too_long_for_sagemaker_is_cut_at_a_line():
    content = msgspec.json.decode(sagemaker_content(card("One use.\n" * 500)))
    uses = content["intended_uses"]["intended_uses"]
    assert LONGEST_TEXT - 20 < len(uses) <= LONGEST_TEXT
    assert uses.endswith("One use. …")


def test_a_text_that_fits_is_left_alone():
    fitting = "x" * LONGEST_TEXT
    content = msgspec.json.decode(sagemaker_content(card(fitting)))
    assert content["intended_uses"]["intended_uses"] == fitting

import msgspec
import pytest

from stayline.domain.model_package import ModelPackage
from stayline.errors import ReportUnreadable
from stayline.formats.model_archive import Manifest
from stayline.formats.model_card import ModelCard
from stayline.reports.evidence import EVALUATION, FAIRNESS
from stayline.reports.model_card import model_card
from trained import panel_model, small_model


def test_the_card_says_what_the_package_says(card: ModelCard, manifest: Manifest):
    record, trained = card.record, small_model()
    assert card.model_overview.model_name == "ibm-hr"
    assert card.model_overview.model_version == 3
    assert (record.rows, record.positives) == (trained.model.rows, trained.model.positives)
    assert record.evaluations[0].roc_auc.value == trained.trial.evaluations[0].roc_auc.value
    assert record.shielded == ("Age", "Gender", "MaritalStatus")
    assert record.decision.decided_by == "Jonas Weber"
    assert record.decision.is_deployed
    assert record.reasons == {"OverTime": 0.5, "MonthlyIncome": 0.3}
    assert record.bands == manifest.bands


def test_the_card_carries_the_audit_and_the_limit_it_is_judged_by(card: ModelCard):
    audit = card.record.fairness
    assert audit is not None
    assert {group.facet for group in audit.groups} == {"Gender", "Age"}
    assert audit.largest_recall_difference == small_model().schema.gates.largest_recall_difference
    assert sum(group.n for group in audit.groups if group.facet == "Gender") == audit.n


def test_the_card_comes_back_equal_from_json(card: ModelCard):
    assert msgspec.json.decode(msgspec.json.encode(card), type=ModelCard) == card


def test_missing_reports_are_named(registered: ModelPackage, manifest: Manifest):
    record = model_card(registered, manifest, {}, deployed=False).record
    assert EVALUATION in record.missing
    assert FAIRNESS in record.missing
    assert record.fairness is None
    assert record.reasons == {}


def test_another_report_than_the_judged_one_is_refused(
    registered: ModelPackage, manifest: Manifest, reports: dict[str, bytes]
):
    altered = reports | {FAIRNESS: reports[FAIRNESS].replace(b"Female", b"Women!")}
    with pytest.raises(ReportUnreadable, match="the package names"):
        model_card(registered, manifest, altered, deployed=False)


def test_a_torn_report_is_refused(registered: ModelPackage, manifest: Manifest):
    unnamed = msgspec.structs.replace(manifest, reports={})
    with pytest.raises(ReportUnreadable, match=FAIRNESS):
        model_card(registered, unnamed, {FAIRNESS: b'{"n": 3'}, deployed=False)


def test_a_manifest_of_another_form_is_refused(registered: ModelPackage, manifest: Manifest):
    other = msgspec.structs.replace(manifest, evaluations=({"n": "many"},))
    with pytest.raises(ReportUnreadable, match=r"manifest\.json"):
        model_card(registered, other, {}, deployed=False)


def test_few_who_left_and_no_later_time_are_said_as_limits(card: ModelCard):
    limits = card.additional_information.caveats_and_recommendations
    assert f"Only {small_model().model.positives} of its rows" in limits
    assert "not measured on later time" in limits
    assert "cross-section" in limits


def test_a_panel_says_how_far_it_looks_ahead(registered: ModelPackage):
    trained, _ = panel_model()
    card = model_card(registered, trained.archive.manifest, {}, deployed=False)
    limits = card.additional_information.caveats_and_recommendations
    months = trained.schema.outcome.horizon_months
    assert f"looks {months} months ahead" in limits
    assert f"within {months} months after the snapshot" in card.model_overview.model_description
    assert "not measured on later time" not in limits
    assert card.record.periods

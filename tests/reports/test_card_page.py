import dataclasses

import msgspec
import pytest

from page_reading import check_page, elements, visible_text
from stayline.domain.model_package import ApprovalStatus, ModelPackage
from stayline.formats.model_archive import Manifest
from stayline.formats.model_card import ModelCard, sagemaker_content
from stayline.reports.card_page import model_card_page
from stayline.reports.model_card import model_card
from stayline.reports.numbers import decimal, percent
from trained import panel_model

HOSTILE = (
    "</td></table><script>alert(1)</script> \u202e\u05e9\u05dc\u05d5\u05dd 😀\x00" + "long" * 900
)


@pytest.fixture(scope="session")
def page(card: ModelCard) -> str:
    return model_card_page(card)


def test_the_page_is_self_contained_and_readable_without_eyes(page: str):
    check_page(page)


def test_equal_cards_give_equal_bytes_also_from_json(card: ModelCard, page: str):
    again = msgspec.json.decode(msgspec.json.encode(card), type=ModelCard)
    assert model_card_page(again) == page


def test_the_page_says_for_what_it_is_not(page: str):
    text = visible_text(page)
    assert "A score is a question to ask, never a verdict." in text
    assert "Dismissal, pay, promotion" in text


def test_figures_come_with_their_intervals_and_n(card: ModelCard, page: str):
    text = visible_text(page)
    evaluation = card.record.evaluations[0]
    assert decimal(evaluation.roc_auc) in text
    assert percent(evaluation.recall_at_alert) in text
    assert f"n = {evaluation.n}" in text


def test_every_gate_is_told_with_its_reason_and_waiver(page: str):
    text = visible_text(page)
    assert "✕ fail MonthlyRate tells the label." in text
    assert "✕ warning: fail 0.7 of the most selected." in text
    assert "◇ waived Too few left." in text
    assert "Waived by Ravi Menon until 2027-02-28: “ Reviewed with the works council. ”" in text
    assert "1 block" in text
    assert "1 passed, 1 waived, 1 warning " in text


def test_the_page_tells_who_approved_it_and_why(page: str):
    text = visible_text(page)
    assert "Trained by Asha Rao" in text
    assert "Approved by Jonas Weber at 2026-11-20 10:05 UTC" in text
    assert "Groups and limits looked at." in text


def test_a_machines_approval_is_marked_as_one(
    registered: ModelPackage, manifest: Manifest, reports: dict[str, bytes]
):
    stood_in = dataclasses.replace(registered, is_stand_in=True)
    page = model_card_page(model_card(stood_in, manifest, reports, deployed=True))
    assert "No person has looked at the model." in visible_text(page)


def test_every_group_has_a_row_with_its_n(card: ModelCard, page: str):
    rows = [element.text for element in elements(page) if element.tag == "tr"]
    assert card.record.fairness is not None
    for group in card.record.fairness.groups:
        assert any(row.startswith(f"{group.group} {group.facet} {group.n} ") for row in rows)


def test_more_groups_than_a_picture_holds_are_all_in_the_table(card: ModelCard):
    audit = card.record.fairness
    assert audit is not None
    many = tuple(
        msgspec.structs.replace(audit.groups[0], group=f"group {at}", n=at) for at in range(60)
    )
    record = msgspec.structs.replace(
        card.record, fairness=msgspec.structs.replace(audit, groups=many)
    )
    page = model_card_page(msgspec.structs.replace(card, record=record))
    text = visible_text(page)
    assert "The pictures show the 40 largest groups; the table shows all." in text
    assert all(f"group {at} {audit.groups[0].facet} {at} " in text for at in range(60))
    drawn = [e.text for e in elements(page) if e.tag == "text" and "= group" in e.text]
    assert f"{audit.groups[0].facet} = group 59" in drawn
    assert f"{audit.groups[0].facet} = group 0" not in drawn


def test_missing_reports_leave_sections_that_say_so(registered: ModelPackage, manifest: Manifest):
    bare = msgspec.structs.replace(manifest, gates=(), protection_price=(), evaluations=())
    page = model_card_page(model_card(registered, bare, {}, deployed=False))
    check_page(page)
    text = visible_text(page)
    assert "There is no fairness audit: the package has no fairness.json ." in text
    assert "There is no explanation of the whole model" in text
    assert "No gate was judged" in text
    assert "The package holds no evaluation." in text
    assert "It was not measured" in text


def test_a_pending_model_says_that_nobody_has_decided(manifest: Manifest, registered: ModelPackage):
    pending = ModelPackage(
        1, registered.digest, ApprovalStatus.PENDING, "Asha Rao", registered.trained_at, {}
    )
    page = model_card_page(model_card(pending, manifest, {}, deployed=False))
    assert "Nobody has decided on it yet." in visible_text(page)


def test_a_panels_page_shows_both_evaluations_and_the_years(registered: ModelPackage):
    trained, _ = panel_model()
    page = model_card_page(model_card(registered, trained.archive.manifest, {}, deployed=False))
    check_page(page)
    text = visible_text(page)
    assert "Out-of-fold: n = " in text
    assert "Later time: n = " in text
    assert "ROC AUC by year of later rows" in text


def test_a_panels_page_never_calls_rows_people(registered: ModelPackage):
    trained, _ = panel_model()
    card = model_card(registered, trained.archive.manifest, {}, deployed=False)
    record, later = card.record, card.record.evaluations[-1]
    text = visible_text(model_card_page(card))
    assert record.people == record.evaluations[0].people > 0
    assert f"n = {record.rows:,} rows of {record.people:,} people" in text
    assert f"{later.positives:,} rows before a leaving ({later.people_who_left:,} people)" in text
    assert "whom left" not in text


def test_the_status_is_told_in_words(manifest: Manifest, registered: ModelPackage, page: str):
    pending = dataclasses.replace(
        registered, status=ApprovalStatus.PENDING, decided_by=None, decided_at=None, reason=None
    )
    text = visible_text(model_card_page(model_card(pending, manifest, {}, deployed=False)))
    assert "Status waits for approval not deployed" in text
    assert "PendingManualApproval" not in text
    assert "Status approved deployed" in visible_text(page)


def test_the_fairness_page_is_linked_where_the_package_names_it(card: ModelCard, page: str):
    reports = card.record.reports | {"fairness.html": "sha256:0"}
    record = msgspec.structs.replace(card.record, reports=reports)
    linked = model_card_page(msgspec.structs.replace(card, record=record))
    assert [e.text for e in elements(linked) if e.attributes.get("href") == "fairness.html"] == [
        "The fairness page"
    ]
    assert 'href="fairness.html"' not in page


def test_hostile_names_stay_names(card: ModelCard, page: str):
    text = msgspec.json.encode(card).decode()
    for name in ("Female", "OverTime", "Jonas Weber", "Too few left."):
        text = text.replace(f'"{name}"', msgspec.json.encode(HOSTILE).decode())
    hostile = model_card_page(msgspec.json.decode(text, type=ModelCard))
    check_page(hostile)
    assert len(elements(hostile)) == len(elements(page)), "no name became an element"
    assert "\x00" not in hostile
    assert "<script>alert(1)</script>" in visible_text(hostile)


def test_no_text_of_ours_is_cut_for_sagemaker(card: ModelCard):
    content = sagemaker_content(card)
    assert "…" not in content
    assert len(content) <= 100_000, "the longest content that SageMaker takes"

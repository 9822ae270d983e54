"""Drafts say what runs, and mark what nobody but the organisation can say."""

import json

import pytest

from command_runs import here
from stayline.bootstrap import build
from stayline.domain.compliance.shapes import ModelShape, retention_digest
from stayline.domain.retention import RetentionPolicy
from stayline.jobs.documents import drafts_now
from stayline.settings import Settings

COMPLETE = """
[organisation]
controller = "Example GmbH"
controller_contact = "Street 1, Berlin"
data_protection_officer = "dpo@example.org"
processors = ["Example Hosting"]
transfers = []
security = "Disks are encrypted; two administrators."
"""


def test_a_home_that_states_nothing_has_what_is_missing_marked(home):
    drafts = drafts_now(build(Settings(home=home)), Settings(home=home))
    open_items = [i.text for s in drafts.record.sections for i in s.items if i.is_open]
    assert any("controller" in text for text in open_items)
    assert any("transfers" in text for text in open_items)
    assert drafts.record.covers == (drafts.retention,)


def test_a_complete_record_covers_its_fields_and_the_time_limits_that_run(home):
    (home / "governance.toml").write_text(COMPLETE)
    drafts = drafts_now(build(Settings(home=home)), Settings(home=home))
    assert drafts.record.open_items == 0
    assert drafts.record.covers == ("fields:a-g", drafts.retention)


def test_every_letter_is_there_and_names_what_runs(home):
    drafts = drafts_now(build(Settings(home=home)), Settings(home=home))
    assert [one.provision for one in drafts.record.sections] == [
        f"30(1)({letter})" for letter in "abcdefg"
    ]
    text = " ".join(item.text for section in drafts.record.sections for item in section.items)
    assert "MonthlyIncome" in text
    assert "Gender" in text
    assert "raw inputs: at most 180 days" in text
    letters = [one.provision for one in drafts.assessment.sections]
    assert letters[:4] == [f"35(7)({letter})" for letter in "abcd"]
    model = build(Settings(home=home)).registry.deployed()
    assert model is not None
    assert model.digest in " ".join(i.text for i in drafts.assessment.sections[0].items)


def test_an_empty_home_gets_drafts_without_a_model(tmp_path):
    settings = Settings(home=tmp_path / "home")
    drafts = drafts_now(build(settings), settings)
    assert (drafts.shape, drafts.assessment.covers) == (None, ())


def test_a_conflict_of_time_limits_is_an_open_question(home):
    (home / "governance.toml").write_text("[retention]\nevents_days = 30\n")
    drafts = drafts_now(build(Settings(home=home)), Settings(home=home))
    limits = next(one for one in drafts.record.sections if one.provision == "30(1)(f)")
    assert any(item.is_open and "at most 30 days" in item.text for item in limits.items)


@pytest.mark.parametrize(
    "policy",
    [
        RetentionPolicy(raw_inputs_days=90),
        RetentionPolicy(jurisdictions=("EU", "IN")),
        RetentionPolicy(decisions_days=400),
    ],
)
def test_another_retention_configuration_has_another_digest(policy):
    assert retention_digest(policy) != retention_digest(RetentionPolicy())


def test_the_order_of_inputs_is_no_new_shape_and_another_input_is():
    shape = ModelShape("trees", ("a", "b"), "help")
    assert shape.digest == ModelShape("trees", ("b", "a"), "help").digest
    assert shape.digest != ModelShape("trees", ("a", "b", "c"), "help").digest
    assert shape.digest != ModelShape("trees", ("a", "b"), "pay").digest


def test_the_command_writes_pages_and_json_and_tells_what_to_register(home, tmp_path):
    ran = here("comply-documents", "--out", tmp_path / "out", "--json", "--home", home)
    assert ran.code == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["dpia.html", "dpia.json", "ropa.html", "ropa.json"]
    record = json.loads((tmp_path / "out" / "ropa.json").read_bytes())
    assert record["covers"] == ran.json["covers"]["ropa"]
    page = (tmp_path / "out" / "ropa.html").read_text()
    assert page.count("<strong>TO FILL IN</strong>") == record["to_fill_in"] > 0
    assert "<script" not in page

"""What binds when, and how old that knowledge is."""

from datetime import UTC, date, datetime

import pytest

from healthy_quarter import UNTIL, flipped, healthy_quarter, law_read_on, verdicts
from stayline.domain.compliance.catalogue import CONTROLS
from stayline.domain.compliance.legal_register import READ_ON, REGISTER
from stayline.domain.compliance.legal_sources import LegalPolicy, LegalStatus
from stayline.errors import SettingRefused
from stayline.formats.compliance_policies import read_legal_register, read_parameters


def test_every_source_of_a_control_is_in_the_register():
    for controls in CONTROLS.values():
        for question in controls:
            assert question.sources
            assert set(question.sources) <= set(REGISTER.sources), question.control_id


@pytest.mark.parametrize(
    ("source", "first"),
    [
        ("us-co", date(2027, 1, 1)),
        ("dpdp-8", date(2027, 5, 13)),
        ("aia-26", date(2027, 12, 2)),
        ("aia-86", date(2026, 8, 2)),
    ],
)
def test_a_law_binds_from_its_first_day(source, first):
    row = REGISTER.sources[source]
    before = date.fromordinal(first.toordinal() - 1)
    assert row.status_on(before) is LegalStatus.NOT_YET
    assert row.applies_on(first)


def test_a_repealed_law_never_binds():
    row = REGISTER.sources["us-co-205"]
    assert not row.applies_on(date(2026, 7, 1))
    assert REGISTER.not_in_force(["us-co-205"], date(2027, 1, 1)) == "Its law was repealed."


@pytest.mark.parametrize(("days", "is_stale"), [(90, False), (91, True), (-1, True)])
def test_a_source_is_stale_after_90_days(days, is_stale):
    day = date.fromordinal(READ_ON.toordinal() + days)
    assert REGISTER.is_stale(REGISTER.sources["gdpr-5"], day) is is_stale


def test_verdicts_that_rest_on_a_stale_source_say_so():
    law = REGISTER.under(
        LegalPolicy(dict.fromkeys(REGISTER.sources.keys() - {"gdpr-5"}, UNTIL.date()))
    )
    found = verdicts(healthy_quarter(), law=law)
    warned = {name for name, one in found.items() if "gdpr-5 was last" in " ".join(one.warnings)}
    assert warned == {
        question.control_id
        for controls in CONTROLS.values()
        for question in controls
        if "gdpr-5" in question.sources
    }


def test_an_organisation_states_when_it_read_a_source_again(tmp_path):
    file = tmp_path / "governance.toml"
    file.write_text("[legal_register.verified_on]\ngdpr-5 = 2027-02-01\nus-co = 2020-01-01\n")
    law = read_legal_register(tmp_path)
    assert law.sources["gdpr-5"].last_verified_on == date(2027, 2, 1)
    assert law.sources["us-co"].last_verified_on == READ_ON


def test_an_unknown_source_is_refused(tmp_path):
    (tmp_path / "governance.toml").write_text("[legal_register.verified_on]\ngdpr = 2027-02-01\n")
    with pytest.raises(SettingRefused, match="gdpr"):
        read_legal_register(tmp_path)


def test_thresholds_are_set_by_area(tmp_path):
    (tmp_path / "governance.toml").write_text("[controls.retention]\nceiling_days = 90\n")
    assert read_parameters(tmp_path).retention.ceiling_days == 90


def test_an_unknown_threshold_is_refused(tmp_path):
    (tmp_path / "governance.toml").write_text("[controls.retention]\nceiling = 90\n")
    with pytest.raises(SettingRefused, match="ceiling"):
        read_parameters(tmp_path)


def test_a_quarter_read_on_its_last_day_flips_nothing():
    until = datetime(2027, 1, 1, tzinfo=UTC)
    assert flipped(healthy_quarter(until), until, law_read_on(until.date())) == {}

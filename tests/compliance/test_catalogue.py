"""The catalogue is the list of controls that was agreed, no more and no less."""

from healthy_quarter import healthy_quarter
from stayline.domain.compliance.catalogue import CONTROLS, Evidence, Parameters

AREAS = {
    "RET": 4,
    "OPT": 5,
    "HUM": 6,
    "FAIR": 7,
    "DATA": 4,
    "LOG": 3,
    "MOD": 5,
    "TRA": 3,
    "SEC": 3,
    "ACC": 4,
}
ADVISORY = {
    *("OPT-03", "HUM-03", "HUM-05", "FAIR-04", "FAIR-05", "DATA-03", "DATA-04"),
    *("LOG-02", "MOD-05", "TRA-03", "SEC-03"),
}
QUESTIONS = [question for controls in CONTROLS.values() for question in controls]


def test_every_control_is_there_once():
    expected = [f"{area}-{n:02}" for area, count in AREAS.items() for n in range(1, count + 1)]
    assert [question.control_id for question in QUESTIONS] == expected


def test_there_are_44_of_which_33_are_core():
    assert (len(QUESTIONS), sum(one.is_core for one in QUESTIONS)) == (44, 33)


def test_some_controls_are_advisory_and_all_others_core():
    assert {one.control_id for one in QUESTIONS if not one.is_core} == ADVISORY


def test_every_area_has_evidence_thresholds_and_controls_under_one_name():
    assert list(CONTROLS) == list(Evidence.__dataclass_fields__)
    assert list(CONTROLS) == list(Parameters.__dataclass_fields__)
    assert all(getattr(healthy_quarter(), area) is not None for area in CONTROLS)

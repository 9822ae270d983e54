"""The quarter that all fixtures start from."""

import pytest

from healthy_quarter import UNTIL, healthy_quarter, law_read_on, verdicts, window_to
from stayline.domain.compliance.catalogue import CONTROLS, Parameters, judge_all
from stayline.domain.compliance.verdicts import Status


def test_every_control_passes_in_a_healthy_quarter():
    found = verdicts(healthy_quarter())
    assert {name: one for name, one in found.items() if one.status is not Status.PASS} == {}


def test_no_verdict_of_a_healthy_quarter_warns_but_of_law_that_is_not_settled():
    warnings = [words for one in verdicts(healthy_quarter()).values() for words in one.warnings]
    assert {words.partition(" ")[2] for words in warnings} <= {"is unsettled."}


@pytest.mark.parametrize("area", CONTROLS)
def test_controls_read_the_evidence_that_they_say_they_read(area):
    """What a control reads is what its evidence file shows."""
    evidence = healthy_quarter()
    for question in CONTROLS[area]:
        seen = Seen(getattr(evidence, area))
        thresholds = Seen(getattr(Parameters(), area))
        question.check(seen, window_to(), thresholds)
        assert seen.names <= set(question.reads), question.control_id
        assert thresholds.names <= set(question.uses), question.control_id
        assert all(hasattr(getattr(evidence, area), name) for name in question.reads)
        assert all(hasattr(getattr(Parameters(), area), name) for name in question.uses)


def test_every_verdict_carries_its_thresholds():
    judged = judge_all(healthy_quarter(), window_to(), Parameters(), law_read_on(UNTIL.date()))
    for one in judged:
        assert set(one.question.uses) <= set(one.verdict.parameters)


class Seen:
    """Lets a record be read, and remembers what was."""

    def __init__(self, record):
        self._record, self.names = record, set()

    def __getattr__(self, name):
        self.names.add(name)
        return getattr(self._record, name)
